// The stored values of a suite: a text file beside it, made to be read in a git diff. First line: the schema. Then one
// metric a line, sorted by byte, integers only:
//   kmemlab.baseline/1
//   ext4tree.dat bsd386 at_peak.held 4050944
// Beside it lies SUITE.reasons: why each change was blessed, numbered, without dates (git knows when and who).
// Refuses lines that are not four words, values that are no decimal integer, disorder and doubles, with the line.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/ints.h"

namespace kmemlab::check {

/// By "TRACE CORE METRIC".
using Baseline = std::map<std::string, u128>;

std::string baseline_key(std::string_view trace, std::string_view core, std::string_view metric);

Fallible<Baseline> read_baseline(std::string_view text, const std::string& file);
std::string baseline_text(const Baseline& baseline);

/// suites/shipped.json: suites/shipped.baseline and suites/shipped.reasons.
std::string baseline_path(const std::string& suite_file);
std::string reasons_path(const std::string& suite_file);

/// What a blessing does to the lines.
struct Blessing {
  std::size_t added = 0, changed = 0, removed = 0, kept = 0;
  bool nothing() const { return added + changed + removed == 0; }
  std::string text() const;  ///< "1 line added, 2 changed, 0 removed"
};
Blessing compare_baselines(const Baseline& before, const Baseline& after);

/// `reasons` (the file's text, or empty if there is none yet) with one more. Line ends in `reason` become spaces.
Fallible<std::string> with_reason(std::string_view reasons, std::string_view reason, const Blessing& blessing,
                                  const std::string& file);

}  // namespace kmemlab::check
