// What a run with --pages pressure knows about frames at its end. Of the whole run, whatever part metrics speak of.
#pragma once

#include <cstdint>

#include "sim/kernel/frame_limits.h"

namespace kmemlab::sim {

/// What the page daemon did.
struct DaemonFacts {
  std::uint64_t wanted = 0;     ///< how often it was woken
  std::uint64_t runs = 0;       ///< how often it ran, a latency later
  std::uint64_t reclaimed = 0;  ///< frames of the page cache that it freed
  std::uint64_t starved = 0;    ///< runs that ended below the high watermark, with nothing left to free
  bool operator==(const DaemonFacts&) const = default;
};

/// What came of one page event that was replayed, or of one run of the page daemon.
struct FramesNote {
  enum class Kind : std::uint8_t {
    taken,      ///< by pages of others
    given,      ///< back, by pages of others
    reclaimed,  ///< by the page daemon, from the page cache
  };
  Kind kind{};
  std::uint64_t frames = 0;
  /// Taken: wanted, and none was there. Given: of pages that had none, or were never seen. Reclaimed: that the cache
  /// did not have, up to the high watermark.
  std::uint64_t missing = 0;
};

/// Counts of frames, unless they say events.
struct FrameFacts {
  bool pressure = false;  ///< the rest but ram is meaningful
  std::uint64_t ram = 0;
  FrameLimits limits;
  std::uint64_t daemon_latency_ticks = 0;
  std::uint64_t free_min = 0;       ///< fewest that were free after any call or page event
  std::uint64_t below_reserve = 0;  ///< calls and page events after which fewer than the reserve were free
  // page_alloc events, by what became of them; their sum is all of them
  std::uint64_t events_other = 0;      ///< replayed
  std::uint64_t events_slab = 0;       ///< backed slabs or were a kmalloc of their own: the allocator's, not replayed
  std::uint64_t events_undecided = 0;  ///< nobody knows: not replayed
  std::uint64_t events_failed = 0;     ///< failed in the recorded system: no page
  std::uint64_t frees_undecided = 0;   ///< page_free events of an order that no kernel has: not replayed
  // frames of those others
  std::uint64_t other_taken = 0;        ///< given to them, summed
  std::uint64_t other_peak = 0;         ///< most that they held at one time
  std::uint64_t other_end = 0;          ///< held at the end
  std::uint64_t shortfall = 0;          ///< wanted, and none was there: the user's task would wait
  std::uint64_t debt = 0;               ///< freed by the trace, and never seen before
  std::uint64_t already_reclaimed = 0;  ///< freed by the trace when the daemon had taken them
  std::uint64_t lost_frees = 0;         ///< allocated by the trace while it held them: their free was lost
  DaemonFacts daemon;
  bool operator==(const FrameFacts&) const = default;
};

}  // namespace kmemlab::sim
