// The runs behind `kmemlab check` and `kmemlab bless`: every entry of a suite on each of its cores.
#pragma once

#include <map>
#include <string>

#include "core/base/error.h"
#include "sim/check/compare.h"
#include "sim/check/explain.h"
#include "sim/check/suite.h"
#include "sim/check/trail.h"
#include "sim/cli/html/check_page.h"
#include "sim/cli/open_trace.h"

namespace kmemlab::cli {

/// A text file of at most 16 MiB. Errors name the path.
Fallible<std::string> read_text(const std::string& path);

Fallible<check::Suite> open_suite(const std::string& path);

/// The trace of an entry: opened, or made, and filtered.
Fallible<OpenTrace> open_entry(const check::Entry& entry);

/// Errors of an entry without a place of their own have its line in the suite. `pages` takes each run, drawn, for
/// check --html; may be null.
Fallible<check::Reports> run_suite(const check::Suite& suite, RunPages* pages = nullptr);

/// The decisions of every run, as marks. Plays all of them once more.
Fallible<check::Trails> trails_of(const check::Suite& suite);

/// Every run of the suite in this program (B) against the same in another build of it (A); by trail_key.
/// `preferred` names a metric to explain, by the same key.
struct ExplainedRun {
  std::string text;  ///< or why there is none: the other program may be too old
  std::string json;  ///< empty then
};
using Explained = std::map<std::string, ExplainedRun>;
Fallible<Explained> explain_suite(const check::Suite& suite, const std::string& program,
                                  const std::map<std::string, std::string>& preferred);

}  // namespace kmemlab::cli
