// kmemlab replay: plays a trace through one or more cores on one machine and reports.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/html/page.h"
#include "sim/cli/output.h"
#include "sim/cli/recorded_part.h"
#include "sim/cli/render.h"
#include "sim/cli/replay_runs.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

const VerbSpec spec{
    "kmemlab replay TRACE [-a CORE[,CORE...]] [-m MACHINE] [--where FILTER] [--json FILE] ...",
    "Plays every slab event of TRACE through the real code of an allocator on a simulated machine, and reports\n"
    "what it granted, refused, wasted, held and slept on. Several cores stand side by side.",
    "kmemlab replay boot.dat -a bsd386 -a bsd386:mode=faithful --arena 4M --json report.json",
    {{"algorithm,a", Takes::values, "CORE", "core, with options: bsd386:mode=faithful,types=temp; or all (default)"},
     {"machine,m", Takes::value, "NAME", "machine (default x86-64; 'kmemlab machines'), or native: each system's own"},
     {"ram", Takes::value, "SIZE", "page frames that allocators can take (default: roomy)"},
     {"arena", Takes::value, "SIZE", "the allocator's address range (default: roomy; history: 4M)"},
     {"pages", Takes::value, "ignore", "what the trace's page events do (default ignore)"},
     {"unknown-sleep", Takes::value, "auto|yes|no", "may a request sleep that does not say so? (default auto)"},
     {"from", Takes::value, "N", "metrics of events from N on (from 0); the replay runs over all of them"},
     {"to", Takes::value, "N", "metrics of events below N"},
     {"warm-up", Takes::value, "N", "the first N events count for no metric (as --from N)"},
     where_option(),
     warm_start_option(),
     {"common", Takes::nothing, "", "a second table, over only the blocks that every core granted"},
     {"json", Takes::value, "FILE|-", "the report as JSON"},
     {"html", Takes::value, "FILE|-", "the report with its course over time, as one page that needs no network"},
     {"log", Takes::value, "FILE", "one CSV line for each event, in order of completion; one core only"},
     {"strict", Takes::nothing, "", "a recording with any defect is an error"},
     {"quiet", Takes::nothing, "", "no table"}},
    1,
    1};

struct Wanted {
  std::string trace;
  Edits edits;
  WantedRuns runs;
  std::optional<std::string> json;
  std::optional<std::string> html;
  std::optional<std::string> log;
  Defects defects = Defects::counted;
  bool table = true;
};

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

Fallible<Wanted> read_arguments(const Parsed& p) {
  Wanted w;
  w.trace = p.positional()[0];
  auto edits = read_where(p);
  if (!edits) return Failure<Error>{edits.error()};
  w.edits = std::move(*edits);
  auto cores = sim::parse_core_specs(p.has("algorithm") ? p.values("algorithm") : std::vector<std::string>{"all"});
  if (!cores) return Failure<Error>{cores.error()};
  w.runs.cores = std::move(*cores);
  w.runs.common = p.has("common");
  w.runs.native = p.value("machine") == "native";
  const std::string name = w.runs.native ? "x86-64" : p.value("machine").value_or("x86-64");
  const sim::Profile* profile = sim::find_profile(name);
  if (profile == nullptr) {
    std::vector<std::string> names;
    for (const sim::Profile& m : sim::all_profiles()) names.push_back(m.name);
    const std::string near = sim::nearest(name, names);
    return fail("unknown machine '" + name + "'",
                near.empty() ? "'kmemlab machines' lists them" : "did you mean '" + near + "'?");
  }
  w.runs.machine.profile = *profile;
  for (const auto& [option, to] :
       {std::pair{"ram", &w.runs.machine.ram_bytes}, std::pair{"arena", &w.runs.machine.arena_bytes}}) {
    if (!p.has(option)) continue;
    auto bytes = parse_size(option, *p.value(option));
    if (!bytes) return Failure<Error>{bytes.error()};
    *to = *bytes;
  }
  if (p.value("pages").value_or("ignore") != "ignore") {
    return fail("--pages is '" + *p.value("pages") + "'",
                "expected ignore (page events as memory pressure are not built yet)");
  }
  const std::string unknown = p.value("unknown-sleep").value_or("auto");
  if (unknown == "yes") {
    w.runs.policy.unknown_sleep = sim::UnknownSleep::yes;
  } else if (unknown == "no") {
    w.runs.policy.unknown_sleep = sim::UnknownSleep::no;
  } else if (unknown != "auto") {
    return fail("--unknown-sleep is '" + unknown + "'", "expected auto, yes or no");
  }
  auto window = read_window(p);
  if (!window) return Failure<Error>{window.error()};
  w.runs.policy.window = *window;
  w.json = p.value("json");
  w.html = p.value("html");
  w.log = p.value("log");
  if (w.log && w.runs.cores.size() != 1) return fail("--log with several cores", "expected one core: -a CORE");
  w.table = !p.has("quiet") && w.json != "-" && w.html != "-" && w.log != "-";
  if (p.has("strict")) w.defects = Defects::refused;
  return w;
}

int exit_code(const std::vector<sim::Report>& runs) {
  for (const sim::Report& r : runs) {
    if (!r.stopped.empty()) return exit_core_broke;
  }
  for (const sim::Report& r : runs) {
    if (r.blocking.deadlock) return exit_deadlock;
  }
  return exit_fine;
}

Fallible<int> replay_wanted(const Wanted& w) {
  auto trace = open_edited(w.trace, w.defects, w.edits);
  if (!trace) return Failure<Error>{trace.error()};
  auto totals = totals_of(*trace);
  if (!totals) return Failure<Error>{totals.error()};
  std::optional<OutputFile> log;
  if (w.log) {
    auto file = OutputFile::create(*w.log);
    if (!file) return Failure<Error>{file.error()};
    log.emplace(std::move(*file));
  }
  // Numbers of events are the trace's own; what a warm start put ahead of it counts for no metric.
  sim::MetricsWindow window = w.runs.policy.window;
  const std::uint64_t ahead = w.edits.warm_start ? trace->reader.quality().carried : 0;
  window.from += ahead;
  if (window.to != sim::MetricsWindow::no_end) window.to += ahead;
  if (window.from != 0 && window.from >= trace->reader.events()) {
    return fail(fmt::format("no event is left: metrics begin at event {}", window.from - ahead),
                fmt::format("expected a number below {}, the trace's events", trace->reader.events() - ahead));
  }
  WantedRuns runs = w.runs;
  runs.policy.window = window;
  if (!window.whole()) totals = recorded_part(trace->reader, *totals, window);
  if (!totals) return Failure<Error>{totals.error()};
  ReplayReport report{trace->reader, *totals, w.runs.machine, window, w.runs.native, {}, {}, {}};
  Pictures pictures;
  const Extras extras{log ? &*log : nullptr, w.html ? &pictures : nullptr};
  if (auto done = run_all(*trace, runs, extras, report); !done) return Failure<Error>{done.error()};
  if (log) {
    if (auto done = log->commit(); !done) return Failure<Error>{done.error()};
  }
  if (w.table) fmt::print("{}", report_text(report));
  if (w.json) {
    if (auto done = write_file(*w.json, report_json(report)); !done) return Failure<Error>{done.error()};
  }
  if (w.html) {
    if (auto done = write_file(*w.html, html_page(report, pictures)); !done) return Failure<Error>{done.error()};
  }
  return exit_code(report.runs);
}

}  // namespace

int verb_replay(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  auto wanted = read_arguments(*parsed);
  if (!wanted) return usage_error(wanted.error(), spec);
  auto code = replay_wanted(*wanted);
  if (!code) {
    print_error(code.error());
    return exit_bad_input;
  }
  return *code;
}

}  // namespace kmemlab::cli
