// kmemlab check: replays a suite and holds its metrics against the stored baseline (docs/ci.md). No wall clock is
// looked at; two checks of the same things print the same bytes.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "sim/check/reports.h"
#include "sim/check/selftest.h"
#include "sim/cli/arguments.h"
#include "sim/cli/check_runs.h"
#include "sim/cli/output.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

using check::CheckResult;
using check::Verdict;

const VerbSpec spec{
    "kmemlab check SUITE.json [--json FILE] [--junit FILE] [--markdown FILE] [--html FILE] [--github]\n"
    "                   [--against PROGRAM]",
    "Replays what the suite lists and compares its metrics with SUITE.baseline, each by its rule.\n"
    "Exit code 1: something got worse. 4: a core panicked. 6: a metric has no baseline.\n"
    "--selftest: the gate itself is tested, with cores made worse on purpose; 1: one was not caught.",
    "kmemlab check tests/suites/shipped.json --junit build/check.xml",
    {{"json", Takes::value, "FILE|-", "every finding as JSON (kmemlab.check/1)"},
     {"junit", Takes::value, "FILE|-", "JUnit XML: one test case for each trace, core and metric"},
     {"markdown", Takes::value, "FILE|-", "a summary with a table"},
     {"html", Takes::value, "FILE|-", "one page: findings, explanations, and the course of each run"},
     {"github", Takes::nothing, "", "annotations of GitHub Actions, after the text"},
     {"against", Takes::value, "PROGRAM", "another build of kmemlab: runs that got worse are explained"},
     {"selftest", Takes::nothing, "", "no suite: cores made worse on purpose must be caught"},
     {"quiet,q", Takes::nothing, "", "no text"}},
    0,
    1};

struct Form {
  const char* option;
  std::string (*render)(const CheckResult&, const RunPages&);
};
template <std::string (*render)(const CheckResult&)>
std::string alone(const CheckResult& result, const RunPages&) {
  return render(result);
}
std::string html(const CheckResult& result, const RunPages& pages) {
  return check_page(result, pages);
}
constexpr Form forms[] = {{"json", alone<check::json_report>},
                          {"junit", alone<check::junit_report>},
                          {"markdown", alone<check::markdown_report>},
                          {"html", html}};

/// Nothing stored yet is no error here: then every metric that needs a baseline has none.
Fallible<check::Baseline> stored_baseline(const std::string& suite) {
  const std::string path = check::baseline_path(suite);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return check::Baseline{};
  auto text = read_text(path);
  if (!text) return Failure<Error>{text.error()};
  return check::read_baseline(*text, path);
}

Fallible<check::Trails> stored_trails(const std::string& suite) {
  const std::string path = check::trail_path(suite);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return check::Trails{};
  auto text = read_text(path);
  if (!text) return Failure<Error>{text.error()};
  return check::read_trails(*text, path);
}

/// Since when the runs that got worse decide otherwise; and against another build, why.
Fallible<void> add_notes(CheckResult& result, const std::optional<std::string>& against) {
  const check::Suite part = check::regressed_part(result);
  if (part.entries.empty()) return {};
  const auto blessed = stored_trails(result.suite.file);
  if (!blessed) return Failure<Error>{blessed.error()};
  if (blessed->empty() && !against) return {};
  const auto now = blessed->empty() ? Fallible<check::Trails>(check::Trails{}) : trails_of(part);
  if (!now) return Failure<Error>{now.error()};
  std::map<std::string, std::string> metrics;  // of each run the first that got worse
  for (const check::Finding& f : result.findings) {
    if (f.verdict == Verdict::regressed && !f.rule.metric->hexadecimal) {
      metrics.try_emplace(check::trail_key(f.trace, f.core), f.rule.metric->name);
    }
  }
  const auto explained = against ? explain_suite(part, *against, metrics) : Fallible<Explained>(Explained{});
  if (!explained) return Failure<Error>{explained.error()};
  for (const check::Entry& entry : part.entries) {
    for (const sim::CoreSpec& core : entry.cores) {
      check::RunNote note{entry.name, check::core_label(core), {}, {}, {}};
      const std::string key = check::trail_key(note.trace, note.core);
      const auto before = blessed->find(key);
      const auto after = now->find(key);
      if (before != blessed->end() && after != now->end()) note.since = since_text(before->second, after->second);
      if (const auto e = explained->find(key); e != explained->end()) {
        note.explained = e->second.text;
        note.explained_json = e->second.json;
      }
      result.notes.push_back(std::move(note));
    }
  }
  return {};
}

int exit_code(const CheckResult& result) {
  if (!result.stopped.empty()) return exit_core_broke;
  if (result.count(Verdict::regressed) != 0) return exit_difference;
  return result.count(Verdict::missing) != 0 ? exit_no_baseline : exit_fine;
}

Fallible<int> check_suite(const Parsed& p, bool text_wanted) {
  auto suite = open_suite(p.positional()[0]);
  if (!suite) return Failure<Error>{suite.error()};
  const auto baseline = stored_baseline(suite->file);
  if (!baseline) return Failure<Error>{baseline.error()};
  RunPages pages;
  const auto reports = run_suite(*suite, p.has("html") ? &pages : nullptr);
  if (!reports) return Failure<Error>{reports.error()};
  CheckResult result = check::compare(*suite, *reports, *baseline);
  if (auto done = add_notes(result, p.value("against")); !done) return Failure<Error>{done.error()};
  if (text_wanted) fmt::print("{}", check::text_report(result));
  if (p.has("github")) fmt::print("{}", check::github_report(result));
  for (const Form& form : forms) {
    if (!p.has(form.option)) continue;
    auto file = OutputFile::create(*p.value(form.option));
    if (!file) return Failure<Error>{file.error()};
    file->write(form.render(result, pages));
    if (auto done = file->commit(); !done) return Failure<Error>{done.error()};
  }
  return exit_code(result);
}

/// A worse core that is not caught is a difference, too.
Fallible<int> check_selftest(bool text_wanted) {
  const check::Suite suite = check::selftest_suite();
  auto trace = open_entry(suite.entries.at(0));
  if (!trace) return Failure<Error>{trace.error()};
  const auto confessions = check::run_selftest(suite, trace->reader);
  if (!confessions) return Failure<Error>{confessions.error()};
  if (text_wanted) fmt::print("{}", check::selftest_text(suite, *confessions));
  const bool all = std::all_of(confessions->begin(), confessions->end(), [](const auto& c) { return c.caught(); });
  return all ? exit_fine : exit_difference;
}

}  // namespace

int verb_check(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const auto on_output =
      std::count_if(std::begin(forms), std::end(forms), [&](const Form& f) { return parsed->value(f.option) == "-"; });
  if (on_output + (parsed->has("github") ? 1 : 0) > 1 && on_output != 0) {
    return usage_error({"two forms on standard output", "expected one, and files for the others", {}, {}, {}}, spec);
  }
  const bool selftest = parsed->has("selftest");
  if (selftest != parsed->positional().empty()) {
    return usage_error({selftest ? "--selftest has a suite of its own" : "no suite is named",
                        "expected SUITE.json or --selftest",
                        {},
                        {},
                        {}},
                       spec);
  }
  const bool text_wanted = on_output == 0 && !parsed->has("quiet");
  const auto code = selftest ? check_selftest(text_wanted) : check_suite(*parsed, text_wanted);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
