// What only the replayer knows at the end of a run; the rest of a report is booked by observers on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/machine/fault.h"
#include "sim/replay/interrupt_plan.h"
#include "sim/replay/pressure_facts.h"
#include "sim/replay/wait_graph.h"

namespace kmemlab::sim {

/// Which rule of the machine or the core was broken, and where: the access is the one that an interrupt can be put at.
struct FaultPlace {
  FaultKind kind = FaultKind::panic;
  std::uint64_t access = 0;  ///< accesses that the machine had begun, this one included
  std::uint64_t event = 0;
  unsigned cpu = 0;
  Level level = 0;  ///< of that CPU, then
  bool operator==(const FaultPlace&) const = default;
};

struct RunFacts {
  std::uint64_t asleep_at_end = 0;    ///< allocations asleep, or queued behind a sleeping one of their task
  std::uint64_t asleep_bytes = 0;     ///< what they asked for
  std::uint64_t unmatched_frees = 0;  ///< frees of blocks older than the trace or without a recorded allocation
  std::uint64_t null_frees = 0;
  std::uint64_t null_allocs = 0;     ///< allocations that the recorded system refused: not offered
  std::uint64_t deferred_frees = 0;  ///< frees of interrupt handlers that a process did for them
  std::uint64_t thread_runs = 0;     ///< how often the system's own kernel thread ran
  std::uint64_t atomic_slept = 0;    ///< requests that may not sleep, of systems that cannot be told so, that slept
  bool deadlock = false;             ///< tasks sleep, and frees that could wake them are queued behind sleepers
  WaitGraph wait_graph;              ///< of those that sleep at the end; empty if nobody does, or a panic ended the run
  std::uint64_t lock_ticks = 0;      ///< ticks that a CPU waited for another CPU's call under the kernel lock
  std::uint64_t call_ticks = 0;
  std::uint64_t digest = 0;         ///< outcomes and final guest state
  std::string stopped;              ///< panic or fault, with the event; empty = none
  std::optional<FaultPlace> fault;  ///< of `stopped`
  InterruptFacts interrupts;        ///< of devices
  FrameFacts frames;
};

}  // namespace kmemlab::sim
