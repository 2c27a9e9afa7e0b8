// kmemlab diff: what differs between two reports, two traces, or two runs of one trace (docs/ci.md). Exit code 1 if
// anything does, as diff(1).
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "sim/check/diff.h"
#include "sim/check/words.h"
#include "sim/cli/arguments.h"
#include "sim/cli/check_runs.h"
#include "sim/cli/output.h"
#include "sim/cli/render.h"
#include "sim/cli/two_sides.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = two_sides_options();
  all.push_back({"json", Takes::value, "FILE|-", "the differences as JSON (kmemlab.diff/1)"});
  all.push_back({"quiet,q", Takes::nothing, "", "no text: only the exit code"});
  return all;
}

const VerbSpec spec{
    "kmemlab diff A.json B.json | TRACE TRACE [-a CORE] | TRACE -a CORE -a CORE",
    "What differs, with B - A: every value of two reports ('kmemlab replay --json'); what 'info' says of two\n"
    "traces, and one core on both; or the metrics of two cores, option sets or builds on one trace, with the\n"
    "first event where their decisions part. Exit code 1: something differs.",
    "kmemlab diff traces/samples/ext4tree.dat -a osf1:highwat=5 -a osf1:highwat=6",
    options(),
    1,
    2};

using Sections = std::vector<check::DiffSection>;

/// What a comparison has to say.
struct Found {
  Sections sections;
  std::string more;  ///< text behind them
  bool parted = false;
};

bool has_schema(std::string_view text) {
  return text.substr(0, 4096).find("\"kmemlab.report/1\"") != std::string_view::npos;
}

/// A report says so near its beginning; a trace may be JSON too.
bool is_report(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(4096, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return has_schema(head);
}

Fallible<check::NamedText> named_text(const std::string& path) {
  auto text = read_text(path);
  if (!text) return Failure<Error>{text.error()};
  return check::NamedText{path, std::move(*text)};
}

/// `a` is of paths[0].
Fallible<Found> diff_report_files(const std::vector<std::string>& paths, Fallible<check::NamedText> a) {
  if (!a) return Failure<Error>{a.error()};
  auto b = named_text(paths[1]);
  if (!b) return Failure<Error>{b.error()};
  auto sections = check::diff_reports(*a, *b);
  if (!sections) return Failure<Error>{sections.error()};
  return Found{std::move(*sections), {}, false};
}

/// The report of one trace, as JSON.
Fallible<check::NamedText> report_of(const std::string& path, const Edits& edits, WantedRuns runs) {
  auto trace = open_for_replay(path, Defects::counted, edits, runs.policy.window);
  if (!trace) return Failure<Error>{trace.error()};
  ReplayReport report{trace->reader, *trace->totals, runs.machine, runs.policy.window, runs.native, {}, {}, {}};
  if (auto done = run_all(*trace, runs, {}, report); !done) return Failure<Error>{done.error()};
  return check::NamedText{path, report_json(report)};
}

Fallible<Found> diff_traces(const Parsed& p) {
  Found found;
  std::vector<check::NamedText> infos;
  for (const std::string& path : p.positional()) {
    const auto summary = summarize(path, Defects::counted);
    if (!summary) return Failure<Error>{summary.error()};
    infos.push_back({path, info_json(*summary)});
  }
  auto info = check::diff_objects(infos[0], infos[1], "the traces, as 'kmemlab info --json' has them");
  if (!info) return Failure<Error>{info.error()};
  found.sections.push_back(std::move(*info));
  if (!p.has("algorithm")) return found;
  auto edits = read_where(p);
  if (!edits) return Failure<Error>{edits.error()};
  WantedRuns runs;
  auto cores = sim::parse_core_specs(p.values("algorithm"));
  if (!cores) return Failure<Error>{cores.error()};
  runs.cores = std::move(*cores);
  if (auto done = read_replay_options(p, runs); !done) return Failure<Error>{done.error()};
  std::vector<check::NamedText> reports;
  for (const std::string& path : p.positional()) {
    auto report = report_of(path, *edits, runs);
    if (!report) return Failure<Error>{report.error()};
    reports.push_back(std::move(*report));
  }
  auto sections = check::diff_reports(reports[0], reports[1]);
  if (!sections) return Failure<Error>{sections.error()};
  found.sections.insert(found.sections.end(), sections->begin() + 1, sections->end());  // [0] is what info says
  return found;
}

Fallible<Found> diff_runs(const Parsed& p) {
  auto sides = read_two_sides(p);
  if (!sides) return Failure<Error>{sides.error()};
  const auto e = explain_sides(*sides);
  if (!e) return Failure<Error>{e.error()};
  Found found;
  found.sections.push_back(
      check::diff_metrics(e->ends[0], e->ends[1], "metrics of A " + e->names[0] + ", B " + e->names[1]));
  found.parted = e->first.has_value();
  if (!e->first) {
    found.more = e->outcomes_only ? "outcomes, pages and sleeps are the same\n" : "every decision is the same\n";
    return found;
  }
  found.more =
      fmt::format("first parting: event {} of {}, {}\n  A: {}\n  B: {}\n", with_commas(e->first->event),
                  with_commas(e->events), e->first->about, check::in_words(e->first->sides[0], e->first->event),
                  check::in_words(e->first->sides[1], e->first->event));
  found.more += "'kmemlab explain' with the same arguments follows it to the metric, and names the owners\n";
  return found;
}

Fallible<Found> diff_wanted(const Parsed& p) {
  const std::vector<std::string>& paths = p.positional();
  if (paths.size() == 1) return diff_runs(p);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(paths[0], ignored) || !std::filesystem::exists(paths[0], ignored)) {
    return is_report(paths[0]) ? diff_report_files(paths, named_text(paths[0])) : diff_traces(p);
  }
  // What comes through a pipe can be read only once, and a trace is opened again.
  auto text = named_text(paths[0]);
  if (text && !has_schema(text->text)) {
    return Failure<Error>{{"a pipe that is no report", "expected a report, or a trace in a file", paths[0], {}, {}}};
  }
  return diff_report_files(paths, std::move(text));
}

Fallible<int> diff_and_print(const Parsed& p) {
  const auto found = diff_wanted(p);
  if (!found) return Failure<Error>{found.error()};
  if (p.value("json") != "-" && !p.has("quiet")) {
    fmt::print("{}{}{}", check::diff_text(found->sections), found->more.empty() ? "" : "\n", found->more);
  }
  if (p.has("json")) {
    if (auto done = write_file(*p.value("json"), check::diff_json(found->sections)); !done) {
      return Failure<Error>{done.error()};
    }
  }
  return found->parted || check::any_difference(found->sections) ? exit_difference : exit_fine;
}

/// What is wrong with the arguments, before any work.
Fallible<void> check_arguments(const Parsed& p) {
  if (p.positional().size() == 1) {
    if (const auto sides = read_two_sides(p); !sides) return Failure<Error>{sides.error()};
    return {};
  }
  for (const char* option : {"against", "metric"}) {
    if (p.has(option)) return fail(std::string("--") + option + " with two files", "expected one trace");
  }
  WantedRuns runs;
  if (const auto edits = read_where(p); !edits) return Failure<Error>{edits.error()};
  if (const auto cores = sim::parse_core_specs(p.values("algorithm")); !cores) return Failure<Error>{cores.error()};
  return read_replay_options(p, runs);
}

}  // namespace

int verb_diff(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  if (const auto good = check_arguments(*parsed); !good) return usage_error(good.error(), spec);
  const auto code = diff_and_print(*parsed);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
