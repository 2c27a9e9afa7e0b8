// What the replayer needs of an event, and where sleeping or queued ones are kept. Fast path and slow path share these
// small structs; only requests that cannot run at once are ever stored.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/addr.h"
#include "sim/replay/fifo.h"
#include "traces/event.h"

namespace kmemlab::sim {

/// When, where and in which environment a call is made.
struct CallContext {
  std::uint64_t event = 0;
  std::uint64_t tick = 0;  ///< arrival
  std::uint32_t task = traces::no_index;
  std::uint16_t cpu = 0;
  bool interrupt = false;
  bool hardirq = false;  ///< of an interrupt: at the level of devices, not of soft interrupts
  bool may_sleep = false;
};

/// What an allocation of the trace asks for.
struct Request {
  std::uint64_t size = 0;
  traces::Index cache = traces::no_index;
  traces::Index call_site = traces::no_index;
  bool zero = false;  ///< __GFP_ZERO
};

inline constexpr std::uint32_t no_handle = ~std::uint32_t{0};

/// Which event brought a block into the world, and who asked: for those who look. A realloc keeps its block's.
struct Birth {
  std::uint64_t event = ~std::uint64_t{0};
  traces::Index call_site = traces::no_index;
  traces::Index task = traces::no_index;
};

/// A block of the trace, as this run sees it.
struct Block {
  enum class State : std::uint8_t {
    empty,    ///< no block of the trace in this slot
    live,     ///< granted by this run
    absent,   ///< the trace has it, this run refused or failed it
    pending,  ///< its allocation is asleep or queued: see the parked request `handle`
  };
  std::uint64_t address = 0;
  std::uint64_t requested = 0;
  std::uint64_t granted = 0;
  std::uint64_t id = traces::no_block;
  Birth birth;
  std::uint32_t handle = no_handle;
  std::uint32_t tag = 0;  ///< the adapter's: what free needs to know (a type, a heap, a pool)
  State state = State::empty;
};

/// A free that could not run when it arrived.
struct WaitingFree {
  CallContext at;
  Block block;  ///< moved out of its slot on arrival, since the slot may be used again
  bool implied = false;
};

/// One thing that waits behind a sleeping task, in arrival order.
struct Queued {
  enum class Kind : std::uint8_t { alloc, free };
  Kind kind = Kind::alloc;
  std::uint32_t parked = no_handle;  ///< alloc: handle of the parked request
  WaitingFree free{};
};

/// Per task: whether it sleeps, and what waits behind it.
struct TaskState {
  bool asleep = false;      ///< under one kernel lock: its request sleeps
  std::uint32_t calls = 0;  ///< where calls overlap: its calls that have not ended
  Fifo<Queued> queue;
};

}  // namespace kmemlab::sim
