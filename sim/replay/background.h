// What runs beside the trace's tasks, when the machine is idle before the next arrival: a system's own kernel thread
// (OSF/1's pool thread), and the process that does the frees which interrupt handlers may not do, on systems whose
// options say so (frees=defer). Holds what is due; the replayer runs it.
#pragma once

#include <cstdint>

#include "core/machine/channel.h"
#include "sim/replay/events.h"

namespace kmemlab::sim {

/// Where a system's thread waits. Its sleeps are nobody's request: they are not counted as blocking.
struct ThreadWait {
  Channel channel{};
  SleepCause cause = SleepCause::none;  ///< none: it has nothing to do
};

/// A system with a kernel thread: run once after boot, then whenever its channel was woken.
template <class A>
concept HasThread = requires(A a, typename A::KernelType& k) {
  { a.run_thread(k) } -> std::same_as<ThreadWait>;
};

/// A system that forbids frees in some contexts: none, or the rule; and whether such a free is handed to a process.
template <class A>
concept RefusesFrees = requires(const A a, const CallContext& at) {
  { a.free_forbidden(at) } -> std::same_as<Reason>;
  { a.defers_frees() } -> std::same_as<bool>;
};

class Background {
 public:
  /// `who` of the system's thread in the sleep queues; no handle is so large.
  static constexpr std::uint64_t thread_who = std::uint64_t{1} << 32;

  bool due() const { return thread_woken_ || !frees_.empty(); }
  void thread_woken() { thread_woken_ = true; }
  void defer(const WaitingFree& free) { frees_.push_back(free); }

  /// The next deferred free; false if there is none.
  bool take_free(WaitingFree& free) {
    if (frees_.empty()) return false;
    free = frees_.front();
    frees_.pop_front();
    return true;
  }
  /// f(free) for each deferred free, oldest first.
  template <class F>
  void for_each_free(F f) const {
    for (const WaitingFree& free : frees_) f(free);
  }
  std::size_t bytes() const { return frees_.bytes(); }
  bool take_thread() {
    const bool woken = thread_woken_;
    thread_woken_ = false;
    return woken;
  }

 private:
  Fifo<WaitingFree> frees_;
  bool thread_woken_ = false;
};

}  // namespace kmemlab::sim
