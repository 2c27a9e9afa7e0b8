// The marks that no call of a scenario can reach, because the resource that is short there never is on the simulated
// machine: taken with a fault that says so (sim/kernel/fault_sites.h).
#include "sim/scenario/driver.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

class NoEntry final : public sim::FaultInjector {
 public:
  bool strikes(sim::FaultSite site) override { return site == sim::FaultSite::map_entry; }
};

}  // namespace

/// kernel_heap lies at the beginning of the arena for good, so each region joins the run below it and needs no entry.
TEST_CASE("aix: vm_galloc without a map entry is ENOMEM", "[marks]") {
  const scenario::System system = scenario::aix_system();
  sim::KernelOptions options;
  options.arena_bytes = std::uint64_t{4} << 20;
  sim::Kernel kernel = std::move(*sim::Kernel::create(*sim::find_profile("rs6000"), options));
  const auto made = system.make(kernel, {});
  REQUIRE(made);
  scenario::Driver* const driver = made->get();
  driver->boot();
  NoEntry faults;
  kernel.set_faults(&faults);
  const std::vector<scenario::Argument> arguments = {{1, false, ""}, {4096, false, ""}, {0, false, "&a"}};
  CHECK(system.functions()[3].name == "vm_galloc");
  CHECK(driver->call(1000, 3, arguments).value == 12);  // ENOMEM
  std::size_t mark = 0;
  while (system.marks[mark].name != "galloc_no_entries") ++mark;
  CHECK(kernel.marks().test(mark));
  kernel.set_faults(nullptr);
  CHECK(driver->call(1000, 3, arguments).value == 0);
  CHECK(driver->check().invariant == 0);
}

}  // namespace kmemlab::test
