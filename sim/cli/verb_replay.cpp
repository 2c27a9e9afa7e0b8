// kmemlab replay: plays a trace through one or more cores on one machine and reports.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/frames_needed_view.h"
#include "sim/cli/html/page.h"
#include "sim/cli/output.h"
#include "sim/cli/recorded_part.h"
#include "sim/cli/render.h"
#include "sim/cli/replay_options.h"
#include "sim/cli/replay_runs.h"
#include "sim/cli/session_source.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = {
      {"algorithm,a", Takes::values, "CORE", "core, with options: bsd386:mode=faithful,types=temp; or all (default)"}};
  for (OptionSpec& shared : replay_options()) all.push_back(std::move(shared));
  const std::vector<OptionSpec> own = {
      {"frames-needed", Takes::nothing, "", "instead of a report: the least memory with which nothing goes short"},
      {"common", Takes::nothing, "", "a second table, over only the blocks that every core granted"},
      {"json", Takes::value, "FILE|-", "the report as JSON"},
      {"html", Takes::value, "FILE|-", "the report with its course over time, as one page that needs no network"},
      {"log", Takes::value, "FILE", "one CSV line for each event, in order of completion; one core only"},
      {"decisions", Takes::value, "FILE|-", "what the core decided in each event, without addresses; one core only"},
      {"strict", Takes::nothing, "", "a recording with any defect is an error"},
      {"quiet", Takes::nothing, "", "no table"}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

const VerbSpec spec{
    "kmemlab replay TRACE [-a CORE[,CORE...]] [-m MACHINE] [--where FILTER] [--json FILE] ...",
    "Plays every slab event of TRACE through the real code of an allocator on a simulated machine, and reports\n"
    "what it granted, refused, wasted, held and slept on. Several cores stand side by side.",
    "kmemlab replay boot.dat -a bsd386 -a bsd386:mode=faithful --arena 4M --json report.json",
    options(),
    1,
    1};

struct Wanted {
  std::string trace;
  Edits edits;
  WantedRuns runs;
  std::optional<std::string> json;
  std::optional<std::string> html;
  std::optional<std::string> log;
  std::optional<std::string> decisions;
  Defects defects = Defects::counted;
  bool table = true;
  bool frames_needed = false;  ///< instead of a report
};

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
  if (auto done = read_replay_options(p, w.runs); !done) return Failure<Error>{done.error()};
  w.json = p.value("json");
  w.html = p.value("html");
  w.log = p.value("log");
  w.decisions = p.value("decisions");
  for (const char* option : {"log", "decisions"}) {
    if (!p.has(option) || w.runs.cores.size() == 1) continue;
    return fail(fmt::format("--{} with several cores", option), "expected one core: -a CORE");
  }
  const int on_output = (w.json == "-") + (w.html == "-") + (w.log == "-") + (w.decisions == "-");
  if (on_output > 1) return fail("two forms on standard output", "expected one, and files for the others");
  w.table = !p.has("quiet") && w.json != "-" && w.html != "-" && w.log != "-" && w.decisions != "-";
  w.frames_needed = p.has("frames-needed");
  for (const char* option : {"ram", "html", "log", "decisions", "common", "from", "to", "warm-up"}) {
    if (w.frames_needed && p.has(option))
      return fail(fmt::format("--frames-needed with --{}", option), "expected one of them");
  }
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

int exit_code(const check::RunEnd& end) {
  if (!end.stopped.empty()) return exit_core_broke;
  const auto deadlock = end.metrics.find("blocking.deadlock");
  return deadlock != end.metrics.end() && deadlock->second != 0 ? exit_deadlock : exit_fine;
}

/// The run as text for `explain` of another build; a run of its own.
Fallible<check::RunEnd> put_decisions(const OpenTrace& trace, const Wanted& w, const sim::MetricsWindow& window) {
  sim::ReplayPolicy policy = w.runs.policy;
  policy.window = window;
  const sim::CoreSpec& core = w.runs.cores.front();
  auto run = SessionSource::open(trace, core, machine_of(w.runs, core), policy, {});
  if (!run) return Failure<Error>{run.error()};
  auto file = OutputFile::create(*w.decisions);
  if (!file) return Failure<Error>{file.error()};
  auto end = write_decisions(**run, trace.reader.events(), [&](const std::string& text) { file->write(text); });
  if (!end) return end;
  if (auto done = file->commit(); !done) return Failure<Error>{done.error()};
  return end;
}

Fallible<int> replay_wanted(const Wanted& w) {
  sim::MetricsWindow window = w.runs.policy.window;
  auto trace = open_for_replay(w.trace, w.defects, w.edits, window);
  if (!trace) return Failure<Error>{trace.error()};
  auto totals = totals_of(*trace);
  if (!totals) return Failure<Error>{totals.error()};
  if (w.frames_needed) return frames_needed(*trace, w.runs, w.json, w.table);
  if (w.decisions) {
    const auto end = put_decisions(*trace, w, window);
    if (!end) return Failure<Error>{end.error()};
    if (!w.table && !w.json && !w.html && !w.log) return exit_code(*end);
  }
  std::optional<OutputFile> log;
  if (w.log) {
    auto file = OutputFile::create(*w.log);
    if (!file) return Failure<Error>{file.error()};
    log.emplace(std::move(*file));
  }
  WantedRuns runs = w.runs;
  runs.policy.window = window;
  if (!window.whole()) totals = recorded_part(trace->reader, *totals, window);
  if (!totals) return Failure<Error>{totals.error()};
  ReplayReport report{trace->reader, *totals, w.runs.machine, window, w.runs.native, {}, {}, {}};
  report.closed_loop = runs.policy.closed_loop;
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
