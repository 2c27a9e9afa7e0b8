// The metrics of one run: every field of the report contract, in integers with their units in the name or the comment.
// docs/report.md says what each means, with a worked example; rendering lies in sim/cli.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/ints.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "sim/observe/kept_stats.h"
#include "sim/replay/run_facts.h"

namespace kmemlab::sim {

inline constexpr unsigned report_orders = 11;  ///< frame-run orders 0 to 10, as in /proc/buddyinfo

/// held = requested + internal + cached + metadata, always.
template <class Sum>
struct HeldParts {
  Sum held = 0;
  Sum requested = 0;
  Sum internal = 0;  ///< granted - requested of live blocks
  Sum cached = 0;    ///< free blocks and tails
  Sum metadata = 0;  ///< headers and tables inside held pages
};

struct SleepStats {
  std::array<std::uint64_t, sleep_causes> by_cause{};
  std::uint64_t sleeps = 0;
  std::uint64_t ticks_total = 0;
  std::uint64_t ticks_max = 0;
  std::array<std::uint64_t, 64> histogram{};  ///< [n]: sleeps of 2^n to 2^(n+1) - 1 ticks; [0] has those of 0 ticks too
  struct OfCause {
    std::uint64_t ticks_total = 0, ticks_max = 0;
    std::array<std::uint64_t, 64> histogram{};  ///< as above
  };
  std::array<OfCause, sleep_causes> of_cause{};
  std::uint64_t atomic_slept = 0;  ///< requests that may not sleep and slept: the system has no way to be told
  bool deadlock = false;
};

struct Report {
  std::string core;
  std::string options;

  std::uint64_t requests = 0, granted = 0, slept = 0, failed = 0, refused = 0, asleep_at_end = 0;
  std::array<std::uint64_t, reasons> failed_by{};
  std::array<std::uint64_t, reasons> failed_nowait{};  ///< of failed_by: of requests that may not sleep
  std::array<std::uint64_t, reasons> violations{};     ///< refused, by rule
  std::uint64_t frees = 0, skipped_frees = 0, implied_frees = 0;
  std::uint64_t refused_frees = 0;  ///< forbidden in their context: the blocks stay granted, `bytes.leaked`
  std::array<std::uint64_t, reasons> free_violations{};  ///< refused frees, by rule
  std::uint64_t deferred_frees = 0;                      ///< of `frees`: done by a process for an interrupt handler
  std::uint64_t thread_runs = 0;                         ///< how often the system's own kernel thread ran
  std::uint64_t unmatched_frees = 0;  ///< of blocks older than the trace, or whose allocation had no event

  struct Bytes {
    std::uint64_t requested = 0, granted = 0, failed = 0, refused = 0, asleep = 0;
    std::uint64_t peak_requested = 0, peak_granted = 0;
    std::uint64_t recorded_granted = 0;
    std::uint64_t leaked = 0;  ///< granted bytes of blocks whose free was refused
  } bytes;
  struct Pages {
    std::uint64_t mapped = 0, returned = 0, peak = 0, end = 0;
  } pages;

  HeldParts<std::uint64_t> at_peak;
  std::uint64_t peak_event = 0;
  std::uint64_t peak_tick = 0;
  HeldParts<u128> byte_ticks;
  struct LeakedTicks {
    u128 requested = 0, granted = 0;
  } leaked_ticks;  ///< of blocks whose free was refused, from then on: part of byte_ticks' requested and internal

  /// Waste per granted byte over time: held and not in use, against granted and in use. Blocks whose free was refused
  /// are not in use. Permille; 0 if nothing was granted.
  u128 waste_permille() const {
    const u128 used = byte_ticks.requested + byte_ticks.internal - leaked_ticks.granted;
    const u128 waste = byte_ticks.held - (byte_ticks.requested - leaked_ticks.requested);
    return used == 0 ? 0 : waste * 1000 / used;
  }
  std::uint64_t largest_free_run = 0;
  std::uint64_t external_permille = 0;
  std::array<std::uint64_t, report_orders> unusable_permille{};

  KeptPagesStats kept;
  PageFillStats fill_at_peak, fill_at_end;

  SleepStats blocking;
  struct InterruptsOff {
    std::uint64_t ticks = 0, ticks_max = 0;
  } interrupts_off;
  std::uint64_t lock_ticks = 0;
  struct Accesses {
    std::uint64_t loads = 0, stores = 0, tlb_misses = 0, table_reads = 0;
  } accesses;
  std::uint64_t call_ticks = 0;  ///< simulated time inside allocator calls
  std::uint64_t lag_ticks_max = 0;
  std::optional<std::uint64_t> counterfactual_from;  ///< event of the first failure, refusal or sleep
  std::uint64_t digest = 0;
  FrameFacts frames;                ///< of the whole run
  WaitGraph wait_graph;             ///< of those that sleep at the end (sim/replay/wait_graph.h)
  std::string stopped;              ///< panic or fault that ended the run; empty = none
  std::optional<FaultPlace> fault;  ///< of `stopped`
  InterruptFacts interrupts;        ///< of devices; all zero without --interrupts. Of the whole run
  double events_per_second = 0;     ///< host's speed; the one figure that is no part of any check
};

}  // namespace kmemlab::sim
