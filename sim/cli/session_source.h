// A run of this program as a source of decisions: a session that is played on a block of events at a time, so that two
// of them can be compared without keeping either.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "sim/check/lockstep.h"
#include "sim/replay/observer_list.h"
#include "sim/cli/open_trace.h"
#include "sim/observe/ledger.h"
#include "sim/observe/waste.h"
#include "sim/replay/session.h"

namespace kmemlab::cli {

class SessionSource final : public check::DecisionSource {
 public:
  /// Called now and then with the number of events played.
  using Progress = std::function<void(std::uint64_t)>;

  static Fallible<std::unique_ptr<SessionSource>> open(const OpenTrace& trace, const sim::CoreSpec& core,
                                                       const sim::MachineSpec& machine, const sim::ReplayPolicy& policy,
                                                       Progress progress);

  Fallible<bool> next(sim::EventDecisions& group) override;
  Fallible<check::RunEnd> finish() override;
  std::uint64_t page_bytes() const override { return page_bytes_; }
  /// After finish().
  const sim::Report& report() const { return report_; }

 private:
  SessionSource(const OpenTrace& trace, const sim::CoreSpec& core, const sim::MetricsWindow& window);

  std::unique_ptr<sim::Session> session_;
  sim::Ledger ledger_;
  sim::Waste waste_;
  sim::Decisions decisions_;
  sim::ObserverList observers_;
  std::deque<sim::EventDecisions> ready_;
  Progress progress_;
  sim::Report report_;
  sim::RunFacts facts_;
  std::uint64_t events_ = 0;
  std::uint64_t recorded_granted_ = 0;
  std::uint64_t page_bytes_ = 0;
  bool over_ = false;
};

/// Plays a run to its end and gives every line of its decisions (check/decision_file.h) to `write`.
Fallible<check::RunEnd> write_decisions(check::DecisionSource& run, std::uint64_t events,
                                        const std::function<void(const std::string&)>& write);

}  // namespace kmemlab::cli
