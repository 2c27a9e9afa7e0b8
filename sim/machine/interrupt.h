// Interrupts: where one arrives is data, an access number, so that any placement can be repeated and every placement
// tried. The machine delivers a planned interrupt before that access, or, when the CPU's level forbids it then, as soon
// as the level allows; among several that are due, the highest level first, then the one planned first.
#pragma once

#include <cstdint>

namespace kmemlab::sim {

class Machine;

/// Interrupt priority level: 0 = everything may interrupt; an interrupt of level n needs a CPU at a level below n.
using Level = std::uint8_t;
inline constexpr Level level_max = 7;

struct PlannedInterrupt {
  std::uint64_t at_access = 0;  ///< arrives before the access that makes Machine::accesses() exceed this number
  unsigned cpu = 0;             ///< the CPU that takes it, while it is the selected one
  Level level = 1;              ///< 1 to level_max
  std::uint64_t cookie = 0;     ///< whatever the handler wants to know
};

/// Runs handlers. The machine does not own it, and copies of a machine share the pointer: set it anew in a copy.
class InterruptSource {
 public:
  virtual ~InterruptSource() = default;
  /// Called on the CPU of the interrupt, at its level. May access memory and take frames, and be interrupted at a
  /// higher level; may not sleep. Must leave CPU and level as it found them, or the machine faults.
  virtual void interrupt(Machine& machine, const PlannedInterrupt& which) = 0;
};

}  // namespace kmemlab::sim
