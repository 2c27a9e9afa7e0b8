// When calls run. The systems replayed here were written for one CPU and run under one kernel lock: a call begins when
// it has arrived and the last one, on whatever CPU, is over; its end is the machine's clock of that CPU.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/replay/events.h"

namespace kmemlab::sim {

inline CallEnvironment environment_of(const CallContext& at) {
  if (!at.interrupt) return CallEnvironment::process;
  return at.hardirq ? CallEnvironment::hardirq : CallEnvironment::softirq;
}

class CallClock {
 public:
  explicit CallClock(unsigned cpus) : cpu_free_at_(cpus) {}

  unsigned cpus() const { return static_cast<unsigned>(cpu_free_at_.size()); }
  /// End of the last call: from here on the kernel lock is free.
  std::uint64_t now() const { return lock_free_at_; }
  /// When the present call began, or would have begun if it was not made.
  std::uint64_t start() const { return start_; }
  std::uint64_t lock_ticks() const { return lock_ticks_; }
  std::uint64_t call_ticks() const { return call_ticks_; }

  /// Runs call() on the CPU of `at`, not before `ready_tick`.
  template <class K, class F>
  auto run(K& kernel, const CallContext& at, std::uint64_t ready_tick, F&& call) {
    const std::uint64_t begin = std::max(ready_tick, lock_free_at_);
    if (begin > ready_tick) {
      const std::uint64_t idle_from = std::max(ready_tick, cpu_free_at_[at.cpu]);
      if (begin > idle_from) lock_ticks_ += begin - idle_from;
    }
    start_ = begin;
    kernel.begin_call(at.cpu, begin, environment_of(at));
    const auto outcome = call();
    lock_free_at_ = kernel.end_call();
    cpu_free_at_[at.cpu] = lock_free_at_;
    call_ticks_ += lock_free_at_ - begin;
    return outcome;
  }
  /// Nothing runs before `tick`, if it is not past.
  void idle_until(std::uint64_t tick) { lock_free_at_ = std::max(lock_free_at_, tick); }
  /// The event is over without a call; returns when.
  std::uint64_t no_call(const CallContext& at) { return start_ = std::max(at.tick, lock_free_at_); }

 private:
  std::vector<std::uint64_t> cpu_free_at_;  ///< end of each CPU's last call
  std::uint64_t lock_free_at_ = 0;
  std::uint64_t start_ = 0;
  std::uint64_t lock_ticks_ = 0;
  std::uint64_t call_ticks_ = 0;
};

}  // namespace kmemlab::sim
