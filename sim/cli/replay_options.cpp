#include "sim/cli/replay_options.h"

#include <fmt/format.h>

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

Fallible<void> read_machine(const Parsed& p, WantedRuns& runs) {
  runs.native = p.value("machine") == "native";
  const std::string name = runs.native ? "x86-64" : p.value("machine").value_or("x86-64");
  const sim::Profile* profile = sim::find_profile(name);
  if (profile == nullptr) {
    std::vector<std::string> names;
    for (const sim::Profile& m : sim::all_profiles()) names.push_back(m.name);
    const std::string near = sim::nearest(name, names);
    return fail("unknown machine '" + name + "'",
                near.empty() ? "'kmemlab machines' lists them" : "did you mean '" + near + "'?");
  }
  runs.machine.profile = *profile;
  for (const auto& [option, to] :
       {std::pair{"ram", &runs.machine.ram_bytes}, std::pair{"arena", &runs.machine.arena_bytes}}) {
    if (!p.has(option)) continue;
    auto bytes = parse_size(option, *p.value(option));
    if (!bytes) return Failure<Error>{bytes.error()};
    *to = *bytes;
  }
  return {};
}

}  // namespace

std::vector<OptionSpec> replay_options() {
  return {
      {"machine,m", Takes::value, "NAME", "machine (default x86-64; 'kmemlab machines'), or native: each system's own"},
      {"ram", Takes::value, "SIZE", "page frames that allocators can take (default: roomy)"},
      {"arena", Takes::value, "SIZE", "the allocator's address range (default: roomy; history: 4M)"},
      {"unknown-sleep", Takes::value, "auto|yes|no", "may a request sleep that does not say so? (default auto)"},
      {"from", Takes::value, "N", "metrics of events from N on (from 0); the replay runs over all of them"},
      {"to", Takes::value, "N", "metrics of events below N"},
      {"warm-up", Takes::value, "N", "the first N events count for no metric (as --from N)"},
      where_option(),
      warm_start_option()};
}

Fallible<void> read_replay_options(const Parsed& p, WantedRuns& runs) {
  if (auto done = read_machine(p, runs); !done) return done;
  const std::string unknown = p.value("unknown-sleep").value_or("auto");
  if (unknown == "yes") {
    runs.policy.unknown_sleep = sim::UnknownSleep::yes;
  } else if (unknown == "no") {
    runs.policy.unknown_sleep = sim::UnknownSleep::no;
  } else if (unknown != "auto") {
    return fail("--unknown-sleep is '" + unknown + "'", "expected auto, yes or no");
  }
  auto window = read_window(p);
  if (!window) return Failure<Error>{window.error()};
  runs.policy.window = *window;
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
