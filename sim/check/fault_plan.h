// Faults by name with a seed: which sites strike, and how often. `--faults 7` takes every site at its usual rate;
// `--faults 7,frame=50,late_wakeup=10` only those named. Sites of the kernel (sim/kernel/fault_sites.h) strike once in
// N times that they are reached; `interrupts` is bursts of device interrupts, one in N accesses; a flipped bit falls in
// one of N events, in a copy of the run that is played on for a while and thrown away.
// What each may do: the kernel's sites and the interrupts are things that happen to every kernel, so a core must take
// them; of a flipped bit is asked only what became of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "sim/kernel/fault_sites.h"

namespace kmemlab::check {

struct FaultPlan {
  std::uint64_t seed = 0;
  std::array<std::uint64_t, sim::fault_sites> one_in{};  ///< by FaultSite; 0 = never
  std::uint64_t interrupts = 0;                          ///< accesses between bursts, on average; 0 = none
  std::uint64_t flip_free = 0;                           ///< events between flipped bits in free memory; 0 = none
  std::uint64_t flip_live = 0;                           ///< likewise, in blocks

  bool any_site() const {
    for (const std::uint64_t n : one_in) {
      if (n != 0) return true;
    }
    return false;
  }
};

/// "SEED[,SITE=N...]"; errors say which word was not understood.
Fallible<FaultPlan> parse_faults(std::string_view text);
std::string text_of(const FaultPlan& plan);

/// Decides for the kernel. Copies go on as their original would.
class SeededFaults final : public sim::FaultInjector {
 public:
  explicit SeededFaults(const FaultPlan& plan) : plan_(plan) {}
  const FaultPlan& plan() const { return plan_; }
  bool strikes(sim::FaultSite site) override;
  const std::array<std::uint64_t, sim::fault_sites>& struck() const { return struck_; }
  std::uint64_t struck_in_all() const;

 private:
  FaultPlan plan_;
  std::array<std::uint64_t, sim::fault_sites> asked_{};
  std::array<std::uint64_t, sim::fault_sites> struck_{};
};

}  // namespace kmemlab::check
