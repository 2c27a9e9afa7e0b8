// Notices that a run cannot go on: tasks sleep, nothing is due, and no event that is still to come can be a call, since
// all of them belong to tasks that sleep. Asked after each event while something sleeps; a yes or no of the trace and
// the run alone, so that it comes at the same event from whatever checkpoint the run is played.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "sim/replay/lookahead.h"

namespace kmemlab::sim {

class StuckWatch {
 public:
  /// Without it, nothing is ever noticed.
  void look_ahead(std::shared_ptr<Lookahead> lookahead) { lookahead_ = std::move(lookahead); }

  /// Can no event above `event` be a call? @pre something sleeps, and nothing is due
  template <class Asleep>
  bool nothing_runs(std::uint64_t event, const Lookahead::Actors& actors, Asleep asleep) {
    if (lookahead_ == nullptr) return false;
    if (witness_ && witness_->event > event && (witness_->task == Lookahead::nobody || !asleep(witness_->task)))
      return false;
    witness_ = lookahead_->after(event, actors, asleep);
    nothing_runs_ = !witness_;
    return nothing_runs_;
  }
  /// @pre look_ahead() was called
  const std::shared_ptr<const traces::KmtView>& trace() const { return lookahead_->trace(); }
  /// What nothing_runs() found last: once true, it is so until somebody is woken from outside (a what-if).
  bool found() const { return nothing_runs_; }
  void look_again() { nothing_runs_ = false; }

 private:
  std::shared_ptr<Lookahead> lookahead_;
  std::optional<Lookahead::Witness> witness_;  ///< an event that can still be a call, unless its task sleeps by now
  bool nothing_runs_ = false;
};

}  // namespace kmemlab::sim
