// What explore prints: a line for each run, marks, findings. In faithful mode findings are matched with the defects
// that the menu lists.
#pragma once

#include <string>
#include <vector>

#include "sim/check/explore/explorer.h"

namespace kmemlab::cli {

class ExploreReport {
 public:
  /// `menu` must outlive the report.
  ExploreReport(const sim::explore::Menu& menu, bool faithful) : menu_(menu), faithful_(faithful) {}

  void add(const sim::explore::Run& run, const sim::explore::RunResult& result);
  /// No run before had a finding of this title. Ask once.
  bool is_new(const sim::explore::Finding& finding);
  void add_story(const sim::explore::Finding& finding, const std::string& story);
  /// `whole`: all runs at their full bounds, so that marks that were not reached and historic defects that were not
  /// found are findings too.
  void finish(bool whole);

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
  bool faithful_;
  bool good_ = true;
  bool whole_ = false;
  MarkSet marks_;
  std::vector<sim::explore::RunResult> runs_;
  std::vector<Told> told_;
  std::vector<std::string> not_found_;   ///< historic defects
  std::vector<std::string> not_hit_;     ///< marks
  std::vector<std::string> other_mode_;  ///< marks that only the other mode has
};

}  // namespace kmemlab::cli
