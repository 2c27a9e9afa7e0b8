// Live blocks that a workload keeps: in an order of freeing, or until a planned death.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "traces/event.h"
#include "traces/gen/parameters.h"
#include "traces/gen/random.h"

namespace kmemlab::traces::gen {

/// Blocks that go in an order: oldest first, newest first, or any.
class Herd {
 public:
  bool empty() const { return slots_.empty(); }
  std::size_t size() const { return slots_.size(); }
  void add(Slot slot) { slots_.push_back(slot); }
  /// Not empty.
  Slot take(Order order, Random& random) {
    if (order == Order::random) std::swap(slots_[random.below(slots_.size())], slots_.back());
    const Slot slot = order == Order::oldest ? slots_.front() : slots_.back();
    order == Order::oldest ? slots_.pop_front() : slots_.pop_back();
    return slot;
  }

 private:
  std::deque<Slot> slots_;
};

/// Blocks with a planned death, on a clock that the workload chooses. Equal deaths go in the order of their slots.
class Deaths {
 public:
  bool empty() const { return queue_.empty(); }
  void add(std::uint64_t at, Slot slot) { queue_.push({at, slot}); }
  bool due(std::uint64_t now) const { return !queue_.empty() && queue_.top().first <= now; }
  /// Not empty: the next to die.
  Slot take() {
    const Slot slot = queue_.top().second;
    queue_.pop();
    return slot;
  }

 private:
  using Entry = std::pair<std::uint64_t, Slot>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
};

}  // namespace kmemlab::traces::gen
