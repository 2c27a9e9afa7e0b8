// Flipped bits: a cosmic ray in free memory or in somebody's block. Each falls in a copy of the run, which is played on
// for a while, looked at and thrown away, so that one run takes thousands of them. Nothing is demanded of a core here;
// what became of each is counted.
#pragma once

#include <cstdint>

#include "sim/check/fault_plan.h"
#include "sim/check/shadow_oracle.h"
#include "sim/check/verify.h"

namespace kmemlab::check {

class Flips {
 public:
  static constexpr std::uint64_t events_played_on = 256;
  static constexpr std::uint64_t accesses_max = 1'000'000;  ///< of a copy; a run in a circle ends there, as stopped

  /// The run has played the events [from, to): those of them at which the plan lets a bit flip, flip one now.
  void after(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t from, std::uint64_t to,
             const FaultPlan& plan);

  FlipOutcomes free, live;

 private:
  void flip_free(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t seed);
  void flip_live(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t seed);
};

}  // namespace kmemlab::check
