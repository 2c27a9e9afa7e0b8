// What is going to happen on a machine whose CPUs run at the same time: ends of calls, releases of semaphores,
// wake-ups, CPUs that become free. Ordered by tick, then kind, then the order in which they were written down,
// so that the order is a matter of the trace alone. Few are open at a time: about three a CPU.
#pragma once

#include <cstdint>
#include <vector>

namespace kmemlab::sim {

struct Due {
  /// In the order in which they happen at one tick.
  enum class Kind : std::uint8_t {
    release,  ///< `what` is a semaphore: a call that held it is over
    wake,     ///< `what` is a job: a call that is over had woken it
    finish,   ///< `what` is a job: its call is over, or its request goes to sleep
    start,    ///< `what` is a CPU: it is free, and a job waits for it (cpu_queues.h)
    arrival,  ///< `what` is a task: the first event of its queue arrives (closed loop)
    daemon,   ///< the page daemon runs; `what` is 0
  };
  std::uint64_t tick = 0;
  std::uint64_t what = 0;
  Kind kind = Kind::finish;
};

class Agenda {
 public:
  void add(std::uint64_t tick, Due::Kind kind, std::uint64_t what) {
    const Due due{tick, what, kind};
    std::size_t at = open_.size();
    open_.push_back(due);
    for (; at > 0 && !later(open_[at - 1], due); --at) open_[at] = open_[at - 1];
    open_[at] = due;
  }
  /// The next action not later than `tick`; false if there is none.
  bool take(std::uint64_t tick, Due& next) {
    if (open_.empty() || open_.back().tick > tick) return false;
    next = open_.back();
    open_.pop_back();
    return true;
  }
  bool empty() const { return open_.empty(); }
  std::size_t bytes() const { return open_.capacity() * sizeof(Due); }
  /// f(due) for each, the last to happen first.
  template <class F>
  void for_each(F f) const {
    for (const Due& due : open_) f(due);
  }

 private:
  static bool later(const Due& a, const Due& than) {
    return a.tick != than.tick ? a.tick > than.tick : a.kind > than.kind;
  }
  std::vector<Due> open_;  ///< the next one last
};

}  // namespace kmemlab::sim
