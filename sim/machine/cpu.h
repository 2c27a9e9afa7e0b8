// One CPU: clock, interrupt level, TLB. Plain data; Machine moves it.
#pragma once

#include <cstdint>

#include "sim/machine/host_cache.h"
#include "sim/machine/interrupt.h"
#include "sim/machine/tlb.h"

namespace kmemlab::sim {

/// A stretch of time during which code keeps the level above what its context gave it (0 in a process, the
/// interrupt's own level in a handler). A stretch that a handler begins inside another one is part of that one.
struct RaisedStretch {
  bool open = false;
  unsigned depth = 0;        ///< of interrupts, where it began
  std::uint64_t since = 0;   ///< tick
};

struct Cpu {
  Cpu(unsigned tlb_entries, unsigned tlb_ways) : tlb(tlb_entries, tlb_ways) {}

  std::uint64_t tick = 0;      ///< its clock, settled up to when another CPU was selected
  Level level = 0;
  Level base_level = 0;        ///< level of the context that runs: 0, or the running handler's
  unsigned interrupt_depth = 0;
  RaisedStretch raised;
  Tlb tlb;
  HostCache host;
};

}  // namespace kmemlab::sim
