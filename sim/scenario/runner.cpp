// Setting up machine and system, and running.
#include "sim/scenario/runner.h"

#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

Fallible<RunResult> run_scenario(const Scenario& scenario, Narrate narrate, StepObserver* observer) {
  const auto named = [&](Error error) {
    error.file = scenario.file;
    return Failure<Error>{std::move(error)};
  };
  const System* system = nullptr;
  for (const System& s : all_systems()) {
    if (s.name == scenario.core) system = &s;
  }
  if (system == nullptr) return named({"there is no core '" + scenario.core + "'", "", {}, {}, {}});
  const std::string& own = scenario.machine.profile;
  const std::string profile = own.empty() ? std::string(system->profile) : own;
  sim::KernelOptions options;
  options.arena_bytes = scenario.machine.arena_bytes;
  options.ram_bytes = scenario.machine.ram_bytes;
  options.map_entries = scenario.machine.map_entries;
  options.cpus = scenario.machine.cpus;
  auto created = sim::Kernel::create(*sim::find_profile(profile), options);
  if (!created) return named(created.error());
  auto kernel = std::make_unique<sim::Kernel>(std::move(*created));
  auto driver = system->make(*kernel, scenario.options);
  if (!driver) return named(driver.error());
  return Run(scenario, narrate, *system, std::move(kernel), std::move(*driver), observer).run();
}

}  // namespace kmemlab::scenario
