// Typed machine faults: what the simulated hardware, or the kernel on top of it, objects to. A fault unwinds the call
// that ran into it by throwing MachineTrap, deliberately: a trap unwinds the interrupted call exactly as on hardware,
// and cores own nothing that a skipped return would leak. The machine remembers the first fault (Machine::stopped).
// Faults of user mode do not stop the machine: user_load and user_store return them.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/addr.h"

namespace kmemlab::sim {

enum class FaultKind : std::uint8_t {
  unmapped,            ///< no page at this address
  protection,          ///< the page forbids this access in this mode
  misaligned,          ///< an access of n bytes at an address that is not a multiple of n
  bad_mapping,         ///< a page mapped twice, or unmapped or protected when it is not mapped, or outside its space
  frame_misuse,        ///< a frame released that is free already or not of the pool
  sleep_in_interrupt,  ///< only a process may sleep
  level_not_restored,  ///< a handler or a call left the interrupt level changed
  lock,                ///< a lock held wrongly: taken twice, released by another, held across a sleep
  panic,               ///< the guest's own panic()
};

constexpr const char* name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::unmapped: return "unmapped";
    case FaultKind::protection: return "protection";
    case FaultKind::misaligned: return "misaligned";
    case FaultKind::bad_mapping: return "bad_mapping";
    case FaultKind::frame_misuse: return "frame_misuse";
    case FaultKind::sleep_in_interrupt: return "sleep_in_interrupt";
    case FaultKind::level_not_restored: return "level_not_restored";
    case FaultKind::lock: return "lock";
    case FaultKind::panic: return "panic";
  }
  return "?";
}

struct GuestFault {
  FaultKind kind = FaultKind::panic;
  Addr addr;                 ///< what was accessed; null where no address is involved
  unsigned cpu = 0;
  std::uint64_t access = 0;  ///< accesses that the machine had begun, this one included
  std::uint64_t tick = 0;    ///< the CPU's clock
  std::string message;       ///< for a person

  bool operator==(const GuestFault&) const = default;
};

/// Thrown after the machine has written down the fault; catch it where calls are started, and ask Machine::stopped().
struct MachineTrap {
  FaultKind kind = FaultKind::panic;
};

}  // namespace kmemlab::sim
