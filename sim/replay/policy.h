// How a replay decides what a recording left open.
#pragma once

#include <cstdint>

#include "sim/replay/interrupt_plan.h"
#include "sim/replay/pressure_policy.h"
#include "sim/replay/window.h"
#include "traces/event.h"

namespace kmemlab::sim {

/// --unknown-sleep: may a request sleep whose recording does not say?
enum class UnknownSleep : std::uint8_t {
  automatic,  ///< yes in task context with interrupts on and preemption depth 0, or when the context is unknown too
  yes,
  no,
};

struct ReplayPolicy {
  UnknownSleep unknown_sleep = UnknownSleep::automatic;
  MetricsWindow window;      ///< observers are told when it opens and closes
  InterruptPlan interrupts;  ///< of devices; none by default
  PressurePolicy pressure;
  bool closed_loop = false;  ///< closed_loop.h

  bool unknown_may_sleep(traces::Context context, traces::CpuState state) const {
    if (unknown_sleep != UnknownSleep::automatic) return unknown_sleep == UnknownSleep::yes;
    if (context == traces::Context::unknown) return true;
    return context == traces::Context::task && state.irqs_off != traces::Tri::yes &&
           state.preempt_off != traces::Tri::yes;
  }
};

}  // namespace kmemlab::sim
