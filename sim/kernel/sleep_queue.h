// Sleep queues: who waits on which channel since when. wakeup(channel) wakes all its sleepers, first come first, as
// sleep/wakeup of the BSD systems did; the order is fixed here (shared/spec/osf1_and_bsd.md section 7, question 13).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/machine/channel.h"

namespace kmemlab::sim {

/// A parked request. `who` is the caller's own handle.
struct Sleeper {
  std::uint64_t who = 0;
  Channel channel{};
  SleepCause cause = SleepCause::none;
  std::uint64_t since_tick = 0;
  bool operator==(const Sleeper&) const = default;
};

class SleepQueue {
 public:
  void sleep(const Sleeper& sleeper) { sleepers_.push_back(sleeper); }
  /// Was woken before it could lie down.
  void sleep_no_longer(const Sleeper& sleeper) { ready_.push_back(sleeper); }

  /// Moves every sleeper of `channel` to the end of the ready list, in the order in which they went to sleep.
  void wakeup(Channel channel) {
    if (sleepers_.empty()) return;
    std::size_t kept = 0;
    for (const Sleeper& s : sleepers_) {
      if (s.channel == channel) {
        ready_.push_back(s);
      } else {
        sleepers_[kept++] = s;
      }
    }
    sleepers_.resize(kept);
  }

  bool any_ready() const { return !ready_.empty(); }
  bool any_asleep() const { return !sleepers_.empty(); }
  /// Hands over those that were woken since the last call, oldest first.
  std::vector<Sleeper> take_ready() { return std::exchange(ready_, {}); }
  const std::vector<Sleeper>& sleepers() const { return sleepers_; }

 private:
  std::vector<Sleeper> sleepers_;
  std::vector<Sleeper> ready_;
};

}  // namespace kmemlab::sim
