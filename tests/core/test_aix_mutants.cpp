// What other tests of the aix core did not notice: cases that a changed line of the core brought up (tests/mutation).
#include "tests/core/aix_heap.h"

namespace kmemlab::test {

TEST_CASE("aix: steps of a region say where it is and how long, and no class", "[aix]") {
  Aix<OnSim> a;
  std::vector<Step> steps;
  a.on.machine().set_steps(&steps);
  const Addr region = a.region(5000);
  REQUIRE(a.vm_gfree(region, 5000) == 0);
  a.on.machine().set_steps(nullptr);
  REQUIRE(steps.size() == 2);
  const StepKind kinds[] = {StepKind::gave_pages, StepKind::page_returned};
  for (std::size_t n = 0; n < 2; ++n) {
    INFO("step " << n);
    CHECK(steps[n].kind == kinds[n]);
    CHECK(steps[n].detail == 0);
    CHECK(steps[n].addr == region);
    CHECK(steps[n].value == 8192);
  }
}

}  // namespace kmemlab::test
