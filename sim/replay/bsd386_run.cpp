// The one place where bsd386 is compiled for the simulated machine, and its options by name.
#include "sim/replay/bsd386_adapter.h"
#include "sim/replay/cores.h"
#include "sim/replay/replayer.h"

namespace kmemlab::sim {

CoreInfo bsd386_info() {
  return {
      "bsd386",
      "386BSD 1.0 malloc(9): power-of-two buckets, page table of sizes, types with limits, page return",
      {{"mode", "documented|faithful", "the manual page (64 KB enforced, no known defect), or what the system did"},
       {"types", "standard|temp|FILE", "malloc type of each allocation: built-in rules, all M_TEMP, or your rules"}}};
}

namespace {

Fallible<Bsd386Options> parse_options(const CoreSpec& core) {
  Bsd386Options o;
  for (const auto& [key, value] : core.options) {
    if (key == "mode") {
      if (value != "documented" && value != "faithful") {
        return fail("core bsd386 has no mode '" + value + "'", "expected documented or faithful");
      }
      o.config.mode = value == "faithful" ? bsd386::Mode::faithful : bsd386::Mode::documented;
    } else if (key == "types") {
      if (value == "temp") {
        o.types = TypeRules::all(bsd386::M_TEMP);
      } else if (value != "standard") {
        auto rules = TypeRules::from_file(value);
        if (!rules) return Failure<Error>{rules.error()};
        o.types = std::move(*rules);
      }
    }
  }
  return o;
}

template <class K>
Fallible<RunFacts> run_on(K kernel, const Bsd386Options& options, const RunInputs& in) {
  Bsd386Adapter<K> adapter(options, in.trace.tables());
  adapter.boot(kernel);
  Replayer<Bsd386Adapter<K>> replayer(kernel, adapter, in.trace, in.policy, in.observer);
  return replayer.run(in.progress);
}

}  // namespace

Fallible<RunFacts> replay_bsd386(const RunInputs& in) {
  auto options = parse_options(in.core);
  if (!options) return Failure<Error>{options.error()};
  auto kernel = Kernel::create(in.machine.profile, kernel_options(in.machine, in.trace));
  if (!kernel) return Failure<Error>{kernel.error()};
  if (Shape4k64::fits(in.machine.profile)) return run_on(ShapedKernel<Shape4k64>(std::move(*kernel)), *options, in);
  return run_on(std::move(*kernel), *options, in);
}

}  // namespace kmemlab::sim
