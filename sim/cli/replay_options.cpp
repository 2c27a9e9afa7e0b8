#include "sim/cli/replay_options.h"

#include <fmt/format.h>

#include "sim/cli/machine_options.h"
#include "sim/cli/pressure_options.h"

namespace kmemlab::cli {

namespace {

Fallible<sim::MetricsWindow> read_window(const Parsed& p) {
  sim::MetricsWindow window;
  if (p.has("from") && p.has("warm-up")) return fail("--from and --warm-up exclude each other", "expected one of them");
  for (const auto& [option, to] :
       {std::pair{"from", &window.from}, std::pair{"warm-up", &window.from}, std::pair{"to", &window.to}}) {
    if (!p.has(option)) continue;
    auto n = parse_count(option, *p.value(option));
    if (!n) return Failure<Error>{n.error()};
    *to = *n;
  }
  if (window.from >= window.to) {
    return fail(fmt::format("no event is from {} on and below {}", window.from, window.to),
                "expected --to above --from or --warm-up");
  }
  return window;
}

}  // namespace

std::vector<OptionSpec> replay_options() {
  std::vector<OptionSpec> all = machine_options();
  all.insert(
      all.end(),
      {{"unknown-sleep", Takes::value, "auto|yes|no", "may a request sleep that does not say so? (default auto)"},
       {"interrupts", Takes::value, "SPEC",
        "devices that interrupt calls: seed=7,every=10000,level=3,burst=2,blocks=16,at=ACCESS/LEVEL (docs/verify.md)"},
       {"from", Takes::value, "N", "metrics of events from N on (from 0); the replay runs over all of them"},
       {"to", Takes::value, "N", "metrics of events below N"},
       {"warm-up", Takes::value, "N", "the first N events count for no metric (as --from N)"},
       where_option(),
       warm_start_option()});
  for (OptionSpec& pressure : pressure_options()) all.push_back(std::move(pressure));
  return all;
}

Fallible<void> read_replay_options(const Parsed& p, WantedRuns& runs) {
  const auto machine = read_machine(p);
  if (!machine) return Failure<Error>{machine.error()};
  runs.machine = machine->machine;
  runs.native = machine->native;
  const std::string unknown = p.value("unknown-sleep").value_or("auto");
  if (unknown == "yes") {
    runs.policy.unknown_sleep = sim::UnknownSleep::yes;
  } else if (unknown == "no") {
    runs.policy.unknown_sleep = sim::UnknownSleep::no;
  } else if (unknown != "auto") {
    return fail("--unknown-sleep is '" + unknown + "'", "expected auto, yes or no");
  }
  const auto interrupts = sim::parse_interrupts(p.value("interrupts").value_or("off"));
  if (!interrupts) return Failure<Error>{interrupts.error()};
  runs.policy.interrupts = *interrupts;
  auto window = read_window(p);
  if (!window) return Failure<Error>{window.error()};
  runs.policy.window = *window;
  auto pressure = read_pressure(p);
  if (!pressure) return Failure<Error>{pressure.error()};
  runs.policy.pressure = *pressure;
  runs.policy.closed_loop = p.has("closed-loop");
  return {};
}

Fallible<OpenTrace> open_for_replay(const std::string& path, Defects defects, const Edits& edits,
                                    sim::MetricsWindow& window) {
  auto trace = open_edited(path, defects, edits);
  if (!trace) return trace;
  if (const auto totals = totals_of(*trace); !totals) return Failure<Error>{totals.error()};
  const std::uint64_t ahead = edits.warm_start ? trace->reader.quality().carried : 0;
  window.from += ahead;
  if (window.to != sim::MetricsWindow::no_end) window.to += ahead;
  if (window.from != 0 && window.from >= trace->reader.events()) {
    return fail(fmt::format("no event is left: metrics begin at event {}", window.from - ahead),
                fmt::format("expected a number below {}, the trace's events", trace->reader.events() - ahead));
  }
  return trace;
}

}  // namespace kmemlab::cli
