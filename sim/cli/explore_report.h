// What explore prints: a line for each run, marks, findings. In faithful mode findings are matched with the defects
// that the menu lists.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/check/explore/explorer.h"

namespace kmemlab::cli {

/// What was asked for.
struct ExploreWanted {
  scenario::Options options;
  sim::explore::Bounds bounds;
  std::vector<std::string> runs;  ///< empty: all of the menu
  bool faithful = false;
  bool changed = false;  ///< options other than the mode: what the menu says of the system's own is not judged

  /// All runs at their full bounds, so that marks that were not reached and historic defects that were not found are
  /// findings too.
  bool whole() const {
    const sim::explore::Bounds& b = bounds;
    return !b.quick && !b.depth && !b.placements && !b.pairs && !b.failures && runs.empty() && !changed;
  }
};

class ExploreReport {
 public:
  /// `menu` must outlive the report.
  ExploreReport(const sim::explore::Menu& menu, ExploreWanted wanted) : menu_(menu), wanted_(std::move(wanted)) {}

  void add(const sim::explore::Run& run, const sim::explore::RunResult& result);
  /// No run before had a finding of this title. Ask once.
  bool is_new(const sim::explore::Finding& finding);
  void add_story(const sim::explore::Finding& finding, const std::string& story);
  void finish();

  bool good() const { return good_; }
  std::string text() const;
  std::string json() const;

 private:
  struct Told {
    sim::explore::Finding finding;
    std::string story;
    std::string historic;  ///< "F1", or empty
  };
  std::string marks_text() const;

  const sim::explore::Menu& menu_;
  ExploreWanted wanted_;
  bool good_ = true;
  MarkSet marks_;
  std::vector<sim::explore::RunResult> runs_;
  std::vector<Told> told_;
  std::vector<std::string> not_found_;   ///< historic defects
  std::vector<std::string> not_hit_;     ///< marks
  std::vector<std::string> other_mode_;  ///< marks that only the other mode has
};

}  // namespace kmemlab::cli
