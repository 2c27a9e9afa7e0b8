// kmemlab shrink: the smallest trace that still shows a relation between metrics, a failure, a panic.
#include <fmt/format.h>

#include "sim/check/read_report.h"
#include "sim/check/shrink.h"
#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/machine_options.h"
#include "sim/cli/progress.h"
#include "sim/cli/render.h"
#include "sim/cli/shrink_output.h"
#include "sim/cli/shrink_sides.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

using check::MetricValues;

VerbSpec make_spec() {
  VerbSpec spec{
      "kmemlab shrink TRACE --keep EXPR -a A [-a B | --against PROGRAM] [-o OUT] ...",
      "Finds the smallest trace that still shows something: drops allocations with their frees, then simplifies what "
      "is\n"
      "left, as long as EXPR holds. EXPR compares metrics of docs/report.md: failed > 0, stopped == 1; with two sides\n"
      "b.pages.returned < a.pages.returned. + - * && || ! ( ). Side b is a second core, or the same core in another\n"
      "kmemlab (--against). Every candidate meets the machine of the whole trace.\n"
      "OUT.json is a scenario of side a for 'kmemlab run'; other endings are traces, as of 'convert'.\n"
      "Exit code 1: EXPR does not hold on TRACE.",
      "kmemlab shrink traces/samples/ext4tree.dat -a osf1 --keep 'failed > 0' -o build/small.jsonl",
      {{"keep", Takes::value, "EXPR", "what has to stay true"},
       {"algorithm,a", Takes::values, "CORE", "core with options, as of replay; the first is side a, a second side b"},
       {"against", Takes::value, "PROGRAM", "side b is the core of side a in this kmemlab program"},
       {"output,o", Takes::values, "OUT", "write what was found; may be given several times"}},
      1,
      1};
  for (const OptionSpec& o : machine_options()) spec.options.push_back(o);
  spec.options.push_back(where_option());
  spec.options.push_back({"max-runs", Takes::value, "N", "candidates to try at most (default 5000)"});
  spec.options.push_back({"quiet,q", Takes::nothing, "", "no text"});
  return spec;
}

struct Wanted {
  std::string trace;
  Edits edits;
  std::string keep;
  std::vector<sim::CoreSpec> cores;
  std::string against;
  MachineWanted machine;
  std::vector<ShrinkTarget> targets;
  check::ShrinkLimits limits;
  bool text = true;

  unsigned sides() const { return cores.size() == 2 || !against.empty() ? 2 : 1; }
};

Fallible<void> read_sides(const Parsed& p, Wanted& w) {
  if (!p.has("algorithm")) return fail("no core is named", "expected -a CORE");
  auto cores = sim::parse_core_specs(p.values("algorithm"));
  if (!cores) return Failure<Error>{cores.error()};
  w.cores = std::move(*cores);
  w.against = p.value("against").value_or("");
  const std::size_t most = w.against.empty() ? 2 : 1;
  if (w.cores.size() <= most) return {};
  return fail(fmt::format("{} cores are named", w.cores.size()),
              most == 2 ? "expected one or two" : "expected one: --against plays the same core in another program");
}

Fallible<Wanted> read_arguments(const Parsed& p) {
  Wanted w;
  w.trace = p.positional()[0];
  if (!p.has("keep")) return fail("nothing is to be kept", "expected --keep EXPR, as in --keep 'failed > 0'");
  w.keep = *p.value("keep");
  if (auto done = read_sides(p, w); !done) return Failure<Error>{done.error()};
  auto edits = read_where(p);
  if (!edits) return Failure<Error>{edits.error()};
  w.edits = std::move(*edits);
  auto machine = read_machine(p);
  if (!machine) return Failure<Error>{machine.error()};
  w.machine = std::move(*machine);
  if (p.has("max-runs")) {
    auto n = parse_count("max-runs", *p.value("max-runs"));
    if (!n) return Failure<Error>{n.error()};
    if (*n == 0) return fail("--max-runs is 0", "expected at least 1");
    w.limits.runs_max = *n;
  }
  auto targets = read_shrink_targets(p.values("output"));
  if (!targets) return Failure<Error>{targets.error()};
  w.targets = std::move(*targets);
  w.text = !p.has("quiet");
  return w;
}

std::vector<ShrinkSide> sides_of(const Wanted& w, const check::KeepExpr& keep, const traces::KmtReader& trace) {
  bool recorded = false;
  for (const check::KeepUse& use : keep.uses()) {
    recorded |= check::all_metrics()[use.metric].name == "bytes.recorded_granted";
  }
  std::vector<ShrinkSide> sides;
  for (const sim::CoreSpec& core : w.cores) {
    sides.push_back({"", core, sized_machine(w.machine, core, trace), recorded});
  }
  if (!w.against.empty()) {
    sides.push_back(sides[0]);
    sides.back().program = w.against;
  }
  return sides;
}

void print_found(const Wanted& w, const check::KeepExpr& keep, const Found& found) {
  const auto& shrunk = found.shrunk;
  fmt::print("{}: {} events; {}\n", shrunk.trace.source.name, with_commas(found.events_before),
             keep.shown(found.values_before));
  fmt::print("kept      {}\n", keep.source);
  fmt::print("shrunk    {} events, {} units; {}\n", with_commas(shrunk.trace.events.size()), with_commas(shrunk.units),
             keep.shown(found.values));
  if (shrunk.minimal) {
    fmt::print("          1-minimal: without any one of these units it does not hold\n");
  } else {
    fmt::print("          not minimal: --max-runs {} were used up\n", with_commas(w.limits.runs_max));
  }
  fmt::print("          {} candidates tried\n", with_commas(shrunk.tried));
  fmt::print("{}", shrunk_listing(shrunk.trace));
}

Fallible<int> shrink_wanted(const Wanted& w, const check::KeepExpr& keep) {
  auto trace = open_edited(w.trace, Defects::counted, w.edits);
  if (!trace) return Failure<Error>{trace.error()};
  const std::vector<ShrinkSide> sides = sides_of(w, keep, trace->reader);
  auto before = measure_all(sides, trace->reader);
  if (!before) return Failure<Error>{before.error()};
  auto holds = keep.holds(*before);
  if (!holds) return Failure<Error>{holds.error()};
  if (!*holds) {
    print_error({fmt::format("'{}' does not hold on {}", keep.source, trace->reader.source().name),
                 keep.shown(*before),
                 {},
                 {},
                 {}});
    return exit_difference;
  }
  auto loaded = check::load_shrink_trace(trace->reader);
  if (!loaded) return Failure<Error>{loaded.error()};
  const std::uint64_t events_before = trace->reader.events();
  ProgressLine progress("shrinking", "candidates");
  auto shrunk = check::shrink(
      std::move(*loaded),
      [&](traces::KmtReader& candidate) -> Fallible<bool> {
        const auto values = measure_all(sides, candidate);
        if (!values) return Failure<Error>{values.error()};
        return keep.holds(*values);
      },
      w.limits,
      [&](std::uint64_t tried, std::uint64_t events) {
        progress.say(fmt::format("shrinking  {} candidates tried, {} events left", tried, events));
      });
  progress.clear();
  if (!shrunk) return Failure<Error>{shrunk.error()};
  auto reader = check::open_shrink_trace(shrunk->trace);
  if (!reader) return Failure<Error>{reader.error()};
  auto after = measure_all(sides, *reader);
  if (!after) return Failure<Error>{after.error()};
  const Found found{std::move(*shrunk), events_before, std::move(*before), std::move(*after)};
  if (w.text) print_found(w, keep, found);
  for (const ShrinkTarget& target : w.targets) {
    auto note = write_shrunk(target, keep, sides, found);
    if (!note) return Failure<Error>{note.error()};
    if (w.text) fmt::print("wrote     {}\n", *note);
  }
  return exit_fine;
}

/// What another program's report does not say cannot be kept.
Fallible<void> all_in_reports(const check::KeepExpr& keep) {
  for (const check::KeepUse& use : keep.uses()) {
    const check::Metric& metric = check::all_metrics()[use.metric];
    if (check::in_reports(metric)) continue;
    return fail("'" + metric.name + "' stands in no report", "with --against, expected a metric that does");
  }
  return {};
}

}  // namespace

int verb_shrink(const Arguments& arguments) {
  static const VerbSpec spec = make_spec();
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const auto wanted = read_arguments(*parsed);
  if (!wanted) return usage_error(wanted.error(), spec);
  const auto keep = check::parse_keep(wanted->keep, wanted->sides());
  if (!keep) return usage_error(keep.error(), spec);
  if (!wanted->against.empty()) {
    if (auto told = all_in_reports(*keep); !told) return usage_error(told.error(), spec);
  }
  const auto code = shrink_wanted(*wanted, *keep);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
