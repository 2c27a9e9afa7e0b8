// What differs between two sets of numbers with names: reports (kmemlab.report/1), summaries of traces, metrics of two
// runs. Refuses texts that are no JSON of the expected schema, with the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/check/lockstep.h"

namespace kmemlab::check {

/// One name whose values differ; empty where a side has none. Numbers are decimal digits.
struct Difference {
  std::string name, a, b;
};

struct DiffSection {
  std::string heading;
  std::size_t compared = 0;  ///< names that one side has or both
  std::vector<Difference> differences;
};

struct NamedText {
  std::string name;  ///< of the file, for headings and errors
  std::string text;
};

/// A section for what was recorded, and one for each run; runs go together by core and options, or where both reports
/// have one, whatever its options.
Fallible<std::vector<DiffSection>> diff_reports(const NamedText& a, const NamedText& b);
/// Every member of two JSON objects of one schema.
Fallible<DiffSection> diff_objects(const NamedText& a, const NamedText& b, std::string heading);
/// Metrics of two runs.
DiffSection diff_metrics(const RunEnd& a, const RunEnd& b, std::string heading);

/// Aligned rows with B - A and per mille of A.
std::string diff_text(const std::vector<DiffSection>& sections);
/// kmemlab.diff/1
std::string diff_json(const std::vector<DiffSection>& sections);
bool any_difference(const std::vector<DiffSection>& sections);

}  // namespace kmemlab::check
