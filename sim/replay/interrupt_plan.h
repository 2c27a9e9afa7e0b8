// Synthetic device interrupts of a replay: where they arrive, as data, so that any placement can be repeated. Either at
// points that a seed scatters over the run, or at listed accesses, or both. Access numbers are those of
// Machine::accesses() since the machine was made, the boot's included: what GuestFault.access says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/machine/interrupt.h"

namespace kmemlab::sim {

struct InterruptPlan {
  /// A device's level is at most that of splimp (5): one above it would break every core's rule, not test it.
  static constexpr Level level_max_of_devices = 5;
  struct Point {
    std::uint64_t access = 0;
    Level level = 3;
    bool operator==(const Point&) const = default;
  };

  std::uint64_t seed = 1;
  std::uint64_t every = 0;        ///< accesses between two bursts, on average; 0 = only the listed points
  Level level = 3;                ///< of the first of a burst
  unsigned burst = 1;             ///< so many, an access apart, each one level higher than the last while there is one
  std::uint64_t blocks_max = 16;  ///< live blocks of all devices
  std::vector<Point> at;

  bool on() const { return every != 0 || !at.empty(); }
  bool operator==(const InterruptPlan&) const = default;
};

/// "seed=7,every=10000,level=3,burst=4,blocks=16,at=12345/3": any of them, `at` as often as wanted; `off` or "" is no
/// plan. Errors say which word was not understood.
Fallible<InterruptPlan> parse_interrupts(std::string_view text);
/// What parse_interrupts reads; "off" if there are none.
std::string text_of(const InterruptPlan& plan);

/// What became of them. Counts of the whole run.
struct InterruptFacts {
  std::uint64_t delivered = 0;
  std::uint64_t nested = 0;   ///< of these, inside another handler
  std::uint64_t delayed = 0;  ///< of these, later than planned: the level was raised
  std::uint64_t allocs = 0;   ///< granted
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;  ///< the system forbids the call in an interrupt
  std::uint64_t frees = 0;
  std::uint64_t damaged = 0;  ///< blocks of devices that somebody else had written to when they were freed
  bool operator==(const InterruptFacts&) const = default;
};

}  // namespace kmemlab::sim
