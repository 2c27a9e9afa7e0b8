// --closed-loop: a task that slept in the kernel does what comes after it so much later. An event of a task arrives at
// its trace tick plus the time that the task's earlier events slept: think times stay, what was waited for is added.
// Until then it waits in the task's queue, in order; the player sets a timer for the first of a queue, and only for
// that, since only then the sum is known. Interrupts are nobody's task and arrive at their times; so do page events.
// With an open loop, the default, all arrive at their trace ticks, and the sums stay zero.
// Memory: 8 bytes a task, 24 a timer, of which a task has one at most.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "core/base/ints.h"
#include "sim/replay/events.h"

namespace kmemlab::sim {

class ClosedLoop {
 public:
  struct Timer {
    std::uint64_t tick = 0;
    std::uint64_t event = 0;
    std::uint32_t task = 0;
  };

  ClosedLoop(bool on, std::size_t tasks) : on_(on), shift_ticks_(on ? tasks : 0), armed_(on ? tasks : 0) {}

  bool on() const { return on_; }
  /// Do the task's events arrive later than their trace ticks?
  bool delays(std::uint32_t task) const { return task < shift_ticks_.size() && shift_ticks_[task] != 0; }
  /// When an event whose trace tick is `at.tick` arrives, if all before it is over.
  std::uint64_t arrival(const CallContext& at) const {
    return at.task < shift_ticks_.size() ? saturating_add(at.tick, shift_ticks_[at.task]) : at.tick;
  }
  /// The task slept so long.
  void slept(const CallContext& at, std::uint64_t ticks) {
    if (!at.interrupt && at.task < shift_ticks_.size()) shift_ticks_[at.task] += ticks;
  }

  /// False: a timer of this task is set already. fired() when it is over.
  bool arm(std::uint32_t task) {
    if (!on_ || std::exchange(armed_[task], std::uint8_t{1}) != 0) return false;
    ++armed_tasks_;
    return true;
  }
  void fired(std::uint32_t task) {
    armed_[task] = 0;
    --armed_tasks_;
  }
  /// Is a timer set: will somebody run whatever the trace brings?
  bool any_armed() const { return armed_tasks_ != 0; }

  // ---- The timers themselves, for a player that has no agenda. ----
  void set_timer(std::uint64_t tick, std::uint64_t event, std::uint32_t task) {
    const Timer timer{tick, event, task};
    std::size_t at = timers_.size();
    timers_.push_back(timer);
    for (; at > 0 && !later(timers_[at - 1], timer); --at) timers_[at] = timers_[at - 1];
    timers_[at] = timer;
  }
  /// The next timer, by tick, then event; null if there is none.
  const Timer* next() const { return timers_.empty() ? nullptr : &timers_.back(); }
  void drop_next() { timers_.pop_back(); }

  void digest_into(Digest& d) const {
    if (!on_) return;
    for (const std::uint64_t ticks : shift_ticks_) d.add(ticks);
    for (const Timer& t : timers_) d.add(t.tick), d.add(t.event);
  }
  std::size_t bytes() const {
    return shift_ticks_.capacity() * sizeof(std::uint64_t) + timers_.capacity() * sizeof(Timer);
  }

 private:
  static bool later(const Timer& a, const Timer& than) {
    return a.tick != than.tick ? a.tick > than.tick : a.event > than.event;
  }
  bool on_;
  std::vector<std::uint64_t> shift_ticks_;  ///< by task
  std::vector<std::uint8_t> armed_;         ///< by task
  std::uint64_t armed_tasks_ = 0;
  std::vector<Timer> timers_;  ///< the next one last
};

}  // namespace kmemlab::sim
