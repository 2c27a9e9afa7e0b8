// What happens between the calls of a run under one kernel lock: page events, timers at their ticks (the page daemon,
// and arrivals of a closed loop), and while the machine is idle what background.h holds. Part of Replayer, in a file of
// its own.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/replay/background.h"
#include "sim/replay/task_queue.h"
#include "traces/kmt/columns.h"

namespace kmemlab::sim {

struct IdleTime {
  /// A page event happens at its own time, in the order of the trace.
  template <class R>
  static void page_event(R& r, const traces::EventBlock& b, std::uint32_t i) {
    r.current_event_ = b.first_event + i;
    r.clock_.idle_until(b.tick[i]);
    if (const auto note = r.pressure_.page_event(*r.kernel_, b, i)) r.observer_->on_frames(*note);
    watch_frames(r);
    r.drain();
  }
  /// After whatever may have taken frames.
  template <class R>
  static void watch_frames(R& r) {
    if (r.pressure_.on()) [[unlikely]]
      r.pressure_.watch(*r.kernel_, r.clock_.now());
  }
  /// Runs what is due before an arrival at `tick`, or before the calls under way by then end: timers at their ticks,
  /// and while the machine is idle deferred frees, first, since they may be what somebody waits for, and the thread.
  template <class R>
  static void run_until(R& r, std::uint64_t tick) {
    for (;;) {
      const bool idle = r.background_.due() && r.clock_.now() < tick;
      const std::uint64_t by = idle ? r.clock_.now() : std::max(tick, r.clock_.now());
      const ClosedLoop::Timer* arrival = r.loop_.next();
      const bool arrives = arrival != nullptr && arrival->tick <= by;
      if (r.pressure_.daemon().due_by(arrives ? arrival->tick : by)) {
        run_daemon(r);
      } else if (arrives) {
        TaskQueue::run_timer(r);
      } else if (idle) {
        run_background(r);
      } else {
        return;
      }
    }
  }

 private:
  template <class R>
  static void run_daemon(R& r) {
    r.clock_.idle_until(*r.pressure_.daemon().due());
    r.observer_->on_frames(r.pressure_.run_daemon(*r.kernel_));
    watch_frames(r);
    r.drain();
  }
  template <class R>
  static void run_background(R& r) {
    if constexpr (R::has_background) {
      WaitingFree free;
      if (r.background_.take_free(free)) {
        r.execute_free(free.at, free.block, free.implied, r.clock_.now());
        r.drain();
      } else if constexpr (R::has_thread) {
        if (r.background_.take_thread()) r.run_thread();
      }
    }
  }
};

}  // namespace kmemlab::sim
