// check --html: what a check found as one page that needs nothing but itself: the findings, since when, the
// explanation, and the course of each run, those that got worse first.
#pragma once

#include <string>
#include <vector>

#include "sim/check/compare.h"

namespace kmemlab::cli {

/// One run of the suite, drawn while its trace was open.
struct RunPage {
  std::string trace, core;
  std::string html;  ///< html_run_section
};
using RunPages = std::vector<RunPage>;

/// Runs are left out, and named, when the page would grow beyond `bytes_max`.
std::string check_page(const check::CheckResult& result, const RunPages& runs, std::size_t bytes_max = 950'000);

}  // namespace kmemlab::cli
