// `kmemlab verify`: a run played twice with the shadow oracle on, the core's own check() every so many events, and the
// digests of both compared as they go; on a difference, the first event after which they differ. Optionally with faults
// by name (fault_plan.h): after each strike the core's check and the oracle must hold.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/fault_plan.h"
#include "sim/check/shadow_oracle.h"
#include "sim/observe/report.h"
#include "sim/replay/session.h"

namespace kmemlab::check {

/// Makes the session of run 0 or 1. Both are to be the same; a test makes them differ.
using OpenRun = std::function<Fallible<std::unique_ptr<sim::Session>>(unsigned run)>;

struct VerifyOptions {
  std::string core;                                     ///< its name: what alignment it promises, and zeros
  std::uint64_t every = 4096;                           ///< events between two recounts
  std::uint64_t digest_every = std::uint64_t{1} << 16;  ///< events between two comparisons
  std::optional<FaultPlan> faults;
  sim::ReplayProgress progress;  ///< events of both runs together; may be empty
};

/// What became of flipped bits, each in a copy of the run of its own.
struct FlipOutcomes {
  std::uint64_t tried = 0;
  std::uint64_t stopped = 0;   ///< a panic or a fault of the machine
  std::uint64_t checked = 0;   ///< the run went on; the core's check() finds it
  std::uint64_t owner = 0;     ///< no check finds it; a block's owner sees bytes changed, or gets what cannot be
  std::uint64_t harmless = 0;  ///< nothing was seen within the events played on
};

struct VerifyResult {
  std::uint64_t events = 0;
  sim::RunFacts facts;  ///< of the first run
  sim::Report report;   ///< likewise
  std::uint64_t digest = 0;
  std::uint64_t comparisons = 0;                ///< of digests
  std::optional<std::uint64_t> differs_after;   ///< the first event after which the two runs differ
  std::vector<ShadowOracle::Finding> findings;  ///< the first few
  std::uint64_t broken = 0;                     ///< how many there were
  std::uint64_t recounts = 0, blocks_checked = 0, zeros_checked = 0, bytes_compared = 0;
  std::array<std::uint64_t, sim::fault_sites> struck{};
  FlipOutcomes free_flips, live_flips;

  bool deterministic() const { return !differs_after; }
  bool sound() const { return broken == 0 && facts.interrupts.damaged == 0 && facts.stopped.empty(); }
};

/// `trace` is what the sessions play. Errors: the session cannot be made; the trace is damaged.
Fallible<VerifyResult> verify(const OpenRun& open, const std::shared_ptr<const traces::KmtView>& trace,
                              const VerifyOptions& options);

}  // namespace kmemlab::check
