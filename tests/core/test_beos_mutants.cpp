// What other tests of the beos core did not notice: cases that a changed line of the core brought up (tests/mutation).
#include "tests/core/beos_pools.h"

namespace kmemlab::test {

TEMPLATE_TEST_CASE("beos: a call that failed and is made again leaves no old reason behind", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const beos::PoolId id = b.pool();
  beos::DeletePoolCall c;
  c.pool = {99};
  b.run(c);
  CHECK(c.status == B_ERROR);
  CHECK(c.reason == Reason::bad_heap);
  c.pool = id;
  b.run(c);
  CHECK(c.status == B_OK);
  CHECK(c.reason == Reason::none);
}

TEST_CASE("beos: the step of a freed element says which one it was", "[beos]") {
  Beos<OnSim> b;
  const beos::PoolId id = b.pool();
  b.malloc(id, 100);
  const Addr second = b.malloc(id, 100).address;
  std::vector<Step> steps;
  b.m().set_steps(&steps);
  b.free(id, second);
  b.m().set_steps(nullptr);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == StepKind::pushed_block);
  CHECK(steps[0].addr == second);
  CHECK(steps[0].value == 128);
}

TEMPLATE_TEST_CASE("beos: a pool without a semaphore to be had leaves no area behind", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  while (b.m().create_sem(1, "somebody's") > 0) continue;
  const unsigned areas = b.m().areas().live();
  const beos::CreatePoolCall c = b.create(page_4k);
  CHECK(!c.pool);
  CHECK(c.reason == Reason::no_entries);
  CHECK(b.m().areas().live() == areas);
  CHECK(b.on.pages_held() == 0);
}

}  // namespace kmemlab::test
