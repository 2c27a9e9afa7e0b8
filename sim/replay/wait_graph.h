// Who waits for what in a run, since when, and what would have woken it: plain data for reports, pages and panels. Made
// by wait_graph_of.h, of a run that stands between two events; a deadlock's is part of RunFacts.
// An edge goes from a request that sleeps to a task that has what it waits for in its hands: frees of granted blocks
// which are queued behind that task's own sleep, or would be if the trace were played on. What a free can give back is
// the system's matter: for a type's limit only blocks of that type count; for frames and address space any block,
// unless the system never gives a page back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/channel.h"

namespace kmemlab::sim {

struct WaitGraph {
  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
  static constexpr std::size_t helpers_max = 8;

  /// Frees of granted blocks that wait behind a sleeping task. In a run that stopped, those that are still to come too.
  struct Held {
    std::uint32_t task = ~std::uint32_t{0};
    std::uint64_t frees = 0;
    std::uint64_t bytes = 0;              ///< granted bytes of their blocks
    std::uint64_t first_event = nowhere;  ///< the first of these frees
    bool operator==(const Held&) const = default;
  };
  /// A request that sleeps.
  struct Waiter {
    std::uint64_t event = 0;
    std::uint64_t id = 0;
    std::uint64_t requested = 0;             ///< bytes
    std::uint64_t since_tick = 0;            ///< of its first sleep
    std::uint32_t task = ~std::uint32_t{0};  ///< all ones: nobody's
    Channel channel{};
    SleepCause cause = SleepCause::none;
    std::string channel_name;  ///< "frames", "kernel map", "type temp", "semaphore pool"; empty: has none
    Held help{};               ///< sum over all tasks that could wake it; help.task: the first of them
    std::uint64_t helping_tasks = 0;
    std::uint32_t woken_in_vain = 0;  ///< and asleep again each time
    std::vector<Held> helpers;        ///< of them, those with the earliest frees; at most helpers_max
    bool operator==(const Waiter&) const = default;
  };
  /// A sleeping task and what waits behind it.
  struct Queue {
    std::uint32_t task = 0;
    std::string task_name;       ///< "cron-231"
    std::uint64_t requests = 0;  ///< allocations queued
    std::uint64_t request_bytes = 0;
    Held held{};  ///< the frees of granted blocks that only it can do
    bool operator==(const Queue&) const = default;
  };

  std::vector<Waiter> waiters;       ///< in order of their sleep's begin, then of events
  std::vector<Queue> queues;         ///< of each task that sleeps, by number; also empty ones
  std::vector<std::uint32_t> cycle;  ///< tasks, each waiting for the next one, the last for the first; may be empty
  std::uint64_t tick = 0;
  std::uint64_t stopped_at = nowhere;  ///< the event after which nothing could run; nowhere: the trace was played out

  bool empty() const { return waiters.empty(); }
  /// Somebody would be woken by a free that is stuck.
  bool anybody_helps() const {
    for (const Waiter& w : waiters) {
      if (w.helping_tasks != 0) return true;
    }
    return false;
  }
  const Queue* queue_of(std::uint32_t task) const {
    for (const Queue& q : queues) {
      if (q.task == task) return &q;
    }
    return nullptr;
  }
  std::string name_of_task(std::uint32_t task) const {
    const Queue* q = queue_of(task);
    return q != nullptr ? q->task_name : "nobody";
  }
  /// A circle of one task, in words without a full stop; empty: it has more tasks, or there is none.
  std::string circle_of_one() const {
    if (cycle.size() != 1) return {};
    return name_of_task(cycle[0]) + " waits for itself: its frees are queued behind its own sleep";
  }
  bool operator==(const WaitGraph&) const = default;
};

}  // namespace kmemlab::sim
