// What a check found, in the forms that people and CI servers read. All are made of the same findings; none holds a
// time, a date or a path that the user did not name, so two checks give the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "sim/check/compare.h"

namespace kmemlab::check {

/// For a terminal: what got worse first, then notices, then the counts.
std::string text_report(const CheckResult& result);
/// kmemlab.check/1: every finding.
std::string json_report(const CheckResult& result);
/// One test case for each trace, core and metric. A metric without a baseline, and a run that stopped, is an error.
std::string junit_report(const CheckResult& result);
/// Workflow commands of GitHub Actions, one a line, for what is not fine: "::error file=SUITE,line=N,title=T::M".
std::string github_report(const CheckResult& result);
/// A summary with a table, for $GITHUB_STEP_SUMMARY or a merge request.
std::string markdown_report(const CheckResult& result);

/// "1 run", "3 runs".
std::string counted(std::size_t n, std::string_view what);
/// "84 metrics of 12 runs: 80 fine, 2 regressed, 1 improved, 1 without a baseline".
std::string totals_line(const CheckResult& result);
/// What to do about missing and stale lines, a sentence each; empty if there are none.
std::string advice(const CheckResult& result);

/// Text inside XML elements and attributes. Control characters, which XML forbids, and bytes that are no UTF-8 become
/// U+FFFD.
std::string xml_escaped(std::string_view text);

}  // namespace kmemlab::check
