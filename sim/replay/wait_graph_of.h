// Makes the wait graph (wait_graph.h) of a player that stands between two events. Who holds a semaphore is not in it:
// the calls of these systems that run in a replay hold none while they sleep for something else, so that a wait for a
// semaphore always ends.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/replay/events.h"
#include "sim/replay/session.h"
#include "sim/replay/wait_graph.h"
#include "traces/meta.h"

namespace kmemlab::sim {

/// A system whose frees do not all help everybody: would freeing a block with this tag wake who waits on the channel?
template <class A>
concept ChoosesHelp = requires(const A a, SleepCause cause, Channel channel, std::uint32_t tag) {
  { a.free_helps(cause, channel, tag) } -> std::same_as<bool>;
};
/// A system with channels of its own: their names.
template <class A>
concept NamesChannels = requires(const A a, Channel channel) {
  { a.channel_name(channel) } -> std::convertible_to<std::string>;
};

/// Names of the channels that the kernel has; empty: none of them.
std::string kernel_channel_name(const Kernel& kernel, Channel channel);

/// "cron-231"; "task 3" if the trace does not say.
std::string task_name(const traces::Tables& tables, std::uint32_t task);

/// Adds the frees of the same task.
void join(WaitGraph::Held& to, const WaitGraph::Held& more);

/// Waiters are there, queues are there: finds who helps whom, and a cycle. `helps(waiter, block's tag)`.
class WaitGraphEdges {
 public:
  /// A free of a block with this tag: what decides whether it helps.
  void add(std::uint32_t tag, const WaitGraph::Held& one);

  template <class Helps>
  void connect(WaitGraph& graph, Helps helps) {
    std::vector<std::vector<std::uint32_t>> helpers(graph.waiters.size());
    for (std::size_t i = 0; i < graph.waiters.size(); ++i) {
      std::vector<WaitGraph::Held> found;
      for (const auto& [key, held] : stuck_) {
        if (!helps(graph.waiters[i], key.second)) continue;
        if (found.empty() || found.back().task != held.task) found.push_back({held.task, 0, 0, WaitGraph::nowhere});
        join(found.back(), held);
      }
      for (const WaitGraph::Held& h : found) helpers[i].push_back(h.task);
      note(graph.waiters[i], std::move(found));
    }
    find_cycle(graph, helpers);
  }

 private:
  static void note(WaitGraph::Waiter& waiter, std::vector<WaitGraph::Held> found);
  static void find_cycle(WaitGraph& graph, const std::vector<std::vector<std::uint32_t>>& helpers);

  std::map<std::pair<std::uint32_t, std::uint32_t>, WaitGraph::Held> stuck_;  ///< by task and tag
};

/// `player`: for_each_waiting(f), for_each_stuck_free(f), tasks(), sleeps(task). The graph of this moment.
template <class Player, class Adapter>
WaitGraph wait_graph_of(const Player& player, const Adapter& adapter, const Kernel& kernel,
                        const traces::Tables& tables) {
  WaitGraph graph;
  graph.tick = player.now();
  graph.stopped_at = player.stopped_at();
  std::vector<WaitGraph::Held> queued(player.tasks().size());  // `frees` counts requests here
  player.for_each_waiting([&](const Waiting& w) {
    if (w.channel) {
      std::string name = kernel_channel_name(kernel, w.channel);
      if constexpr (NamesChannels<Adapter>) {
        if (name.empty()) name = adapter.channel_name(w.channel);
      }
      graph.waiters.push_back({w.event,
                               w.id,
                               w.requested,
                               w.first_tick,
                               w.task,
                               w.channel,
                               w.cause,
                               std::move(name),
                               {},
                               0,
                               w.sleeps - 1,
                               {}});
    } else if (w.task < queued.size()) {
      ++queued[w.task].frees;
      queued[w.task].bytes += w.requested;
    }
  });
  std::sort(graph.waiters.begin(), graph.waiters.end(), [](const auto& a, const auto& b) {
    return std::pair(a.since_tick, a.event) < std::pair(b.since_tick, b.event);
  });
  std::vector<std::size_t> queue_of(player.tasks().size());
  for (std::uint32_t task = 0; task < player.tasks().size(); ++task) {
    if (!player.sleeps(task)) continue;
    queue_of[task] = graph.queues.size();
    graph.queues.push_back({task, task_name(tables, task), queued[task].frees, queued[task].bytes, {task}});
  }
  WaitGraphEdges edges;
  static_cast<void>(player.for_each_stuck_free([&](std::uint32_t task, const Block& block, std::uint64_t event) {
    const WaitGraph::Held one{task, 1, block.granted, event};
    join(graph.queues[queue_of[task]].held, one);
    edges.add(block.tag, one);
  }));
  edges.connect(graph, [&](const WaitGraph::Waiter& w, std::uint32_t tag) {
    if constexpr (ChoosesHelp<Adapter>) {
      return adapter.free_helps(w.cause, w.channel, tag);
    } else {
      return true;
    }
  });
  return graph;
}

}  // namespace kmemlab::sim
