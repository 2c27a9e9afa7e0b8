// The two runs that `diff` and `explain` hold against each other: two cores (or option sets) on one trace, or one core
// in this program and in another build of it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "sim/check/decision_file.h"
#include "sim/check/explain.h"
#include "sim/cli/child_program.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay_options.h"
#include "sim/cli/session_source.h"

namespace kmemlab::cli {

/// A run in another build of this program, read through a pipe.
class OtherProgram final : public check::DecisionSource {
 public:
  /// `arguments` as on a command line, the program first; it must print decisions on `events` events.
  static Fallible<std::unique_ptr<OtherProgram>> start(const std::vector<std::string>& arguments, std::uint64_t events);
  Fallible<bool> next(sim::EventDecisions& group) override;
  Fallible<check::RunEnd> finish() override;
  std::uint64_t page_bytes() const override { return reader_->page_bytes(); }

 private:
  OtherProgram() = default;
  /// The reader's error, or that the program ended badly, which is the better one.
  Error because(const Error& error);
  std::string program_;
  std::unique_ptr<ChildProgram> child_;
  std::optional<check::DecisionReader> reader_;
};

struct TwoSides {
  std::string trace;
  Edits edits;
  WantedRuns runs;                     ///< one core, or two
  std::optional<std::string> against;  ///< another program; then one core
  std::optional<std::string> metric;
  std::vector<std::string> passed_on;  ///< options for the other program
};

/// -a, --against, --metric and replay_options().
std::vector<OptionSpec> two_sides_options();
/// Errors are usage errors.
Fallible<TwoSides> read_two_sides(const Parsed& p);

/// What a suite's run in another build needs: the same, of a trace that is open already. Side A is the other program.
Fallible<check::Explanation> explain_against(const OpenTrace& trace, const WantedRuns& runs, const sim::CoreSpec& core,
                                             const std::vector<std::string>& command,
                                             const std::optional<std::string>& metric);

/// Plays both sides. Side A is the first core, or the other program.
Fallible<check::Explanation> explain_sides(const TwoSides& sides);

}  // namespace kmemlab::cli
