// kmemlab bless: stores what a suite measures now as its baseline, and why; and marks of what its runs decided, by
// which check says since when they decide otherwise. Lines whose value did not change stay as they are; without a
// change nothing is written. A run that stopped (panic, fault) is never stored.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "sim/cli/arguments.h"
#include "sim/cli/check_runs.h"
#include "sim/cli/output.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

const VerbSpec spec{
    "kmemlab bless SUITE.json --reason TEXT",
    "Replays what the suite lists and stores its metrics in SUITE.baseline, for 'kmemlab check'. The\n"
    "reason goes into SUITE.reasons, and marks of every run's decisions into SUITE.trail, so that check can\n"
    "say since when they changed. Commit all three with the change that they speak of.",
    "kmemlab bless tests/suites/shipped.json --reason \"pages go back sooner\"",
    {{"reason", Takes::value, "TEXT", "why the new values are right; needed"}},
    1,
    1};

/// The file's text; empty if there is none.
Fallible<std::string> text_if_any(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::string();
  return read_text(path);
}

/// The text of SUITE.trail, if it is not what the file holds. A damaged file is written anew.
Fallible<std::optional<std::string>> new_trail(const check::Suite& suite) {
  const auto stored = text_if_any(check::trail_path(suite.file));
  if (!stored) return Failure<Error>{stored.error()};
  const auto trails = trails_of(suite);
  if (!trails) return Failure<Error>{trails.error()};
  std::string text = check::trails_text(*trails);
  return text == *stored ? std::optional<std::string>() : std::optional(std::move(text));
}

Fallible<int> bless(const std::string& path, const std::string& reason) {
  auto suite = open_suite(path);
  if (!suite) return Failure<Error>{suite.error()};
  const std::string baseline_file = check::baseline_path(path), reasons_file = check::reasons_path(path);
  const auto old_text = text_if_any(baseline_file);
  if (!old_text) return Failure<Error>{old_text.error()};
  auto before =
      old_text->empty() ? Fallible<check::Baseline>(check::Baseline{}) : check::read_baseline(*old_text, baseline_file);
  if (!before) return Failure<Error>{before.error()};
  const auto reasons = text_if_any(reasons_file);
  if (!reasons) return Failure<Error>{reasons.error()};
  const auto reports = run_suite(*suite);
  if (!reports) return Failure<Error>{reports.error()};
  const check::CheckResult result = check::compare(*suite, *reports, *before);
  for (const std::string& run : result.stopped) fmt::print(stderr, "kmemlab: {}\n", run);
  if (!result.stopped.empty()) return exit_core_broke;
  const check::Baseline after = check::values_of(*suite, *reports);
  const check::Blessing blessing = check::compare_baselines(*before, after);
  const auto trail = new_trail(*suite);
  if (!trail) return Failure<Error>{trail.error()};
  if (*trail) {
    if (auto done = write_file(check::trail_path(path), **trail); !done) return Failure<Error>{done.error()};
  }
  if (blessing.nothing()) {
    if (*trail) {
      fmt::print("{}: written; no metric changed\n", check::trail_path(path));
    } else {
      fmt::print("{}: nothing changed; nothing was written\n", baseline_file);
    }
    return exit_fine;
  }
  const auto text = check::with_reason(*reasons, reason, blessing, reasons_file);
  if (!text) return Failure<Error>{text.error()};
  // The reason first: a reason without its change is noticed, a change without its reason is not.
  for (const auto& [file, content] : {std::pair{reasons_file, *text}, {baseline_file, check::baseline_text(after)}}) {
    if (auto done = write_file(file, content); !done) return Failure<Error>{done.error()};
  }
  fmt::print("{}: {}\n", baseline_file, blessing.text());
  return exit_fine;
}

bool says_nothing(const std::string& reason) {
  return std::all_of(reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
}

}  // namespace

int verb_bless(const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (parsed->has("help")) {
    fmt::print("{}", help_text(spec));
    return exit_fine;
  }
  const std::string reason = parsed->value("reason").value_or("");
  if (says_nothing(reason)) {
    return usage_error({"no reason is given", "expected --reason TEXT: why the new values are right", {}, {}, {}},
                       spec);
  }
  const auto code = bless(parsed->positional()[0], reason);
  if (code) return *code;
  print_error(code.error());
  return exit_bad_input;
}

}  // namespace kmemlab::cli
