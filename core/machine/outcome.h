// How a request ends, or does not end yet.
#pragma once

#include <cstdint>

namespace kmemlab {

/// What one run of a request came to. A core never sleeps: `blocked` hands the request back, with the channel in it,
/// and the same request is run again when that channel was woken.
enum class Outcome : std::uint8_t { done, failed, blocked };

/// Why a legal request returned null (failed), or why a call is forbidden (refused).
enum class Reason : std::uint8_t {
  none,
  type_limit,   ///< the type's limit is reached and the caller may not sleep
  no_space,     ///< no hole in the allocator's address range
  no_frames,    ///< no free page frame
  no_entries,   ///< no free map entry
  map_busy,     ///< the map is locked and the caller may not sleep
  too_big,      ///< larger than the documents allow
  wait_in_interrupt,  ///< rule: a request that may sleep was made in an interrupt
  pool_empty,   ///< no block in the pool, and the caller may not ask the virtual memory system (OSF/1: fail_nowait)
  process_only,   ///< rule: the service is for the process environment only (AIX)
  bad_argument,   ///< a size, alignment or address that the documents give no meaning to
  bad_heap,       ///< the heap is not initialised, or its storage went
  pin_limit,      ///< no more pages may be pinned
  read_only,      ///< the call must write memory that may not be written (BeOS: a pool's protection)
};
inline constexpr unsigned reasons = 14;

constexpr const char* name_of(Reason r) {
  switch (r) {
    case Reason::none: return "none";
    case Reason::type_limit: return "type_limit";
    case Reason::no_space: return "no_space";
    case Reason::no_frames: return "no_frames";
    case Reason::no_entries: return "no_entries";
    case Reason::map_busy: return "map_busy";
    case Reason::too_big: return "too_big";
    case Reason::wait_in_interrupt: return "wait_in_interrupt";
    case Reason::pool_empty: return "pool_empty";
    case Reason::process_only: return "process_only";
    case Reason::bad_argument: return "bad_argument";
    case Reason::bad_heap: return "bad_heap";
    case Reason::pin_limit: return "pin_limit";
    case Reason::read_only: return "read_only";
  }
  return "?";
}

}  // namespace kmemlab
