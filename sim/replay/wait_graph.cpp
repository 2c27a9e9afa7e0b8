#include "sim/replay/wait_graph.h"

#include "sim/replay/wait_graph_of.h"

namespace kmemlab::sim {

namespace {
// SemTable's channels: 0xbe | id (31 bits) | low bits of the ticket (25 bits).
constexpr std::uint64_t semaphore_mark = 0xbe;
constexpr unsigned semaphore_shift = 25;
}  // namespace

std::string kernel_channel_name(const Kernel& kernel, Channel channel) {
  if (channel == Kernel::map_channel) return "kernel map";
  if (channel == Kernel::frames_channel) return "frames";
  if (channel.v >> 56 != semaphore_mark) return {};
  const auto id = static_cast<sem_id>(channel.v >> semaphore_shift & 0x7fff'ffff);
  for (const SemTable::Sem& s : kernel.sems().sems()) {
    if (s.id != 0 && s.id == id) return std::string("semaphore ") + s.name.data();
  }
  return {};
}

std::string task_name(const traces::Tables& tables, std::uint32_t task) {
  if (task >= tables.tasks.size()) return "nobody";
  const traces::Task& t = tables.tasks[task];
  if (t.comm.empty() && t.pid < 0) return "task " + std::to_string(task);
  return t.comm + "-" + std::to_string(t.pid);
}

void join(WaitGraph::Held& to, const WaitGraph::Held& more) {
  to.frees += more.frees;
  to.bytes += more.bytes;
  to.first_event = std::min(to.first_event, more.first_event);
}

void WaitGraphEdges::add(std::uint32_t tag, const WaitGraph::Held& one) {
  join(stuck_.try_emplace({one.task, tag}, WaitGraph::Held{one.task, 0, 0, WaitGraph::nowhere}).first->second, one);
}

void WaitGraphEdges::note(WaitGraph::Waiter& waiter, std::vector<WaitGraph::Held> found) {
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first_event < b.first_event; });
  waiter.helping_tasks = found.size();
  for (const WaitGraph::Held& h : found) {
    waiter.help.frees += h.frees;
    waiter.help.bytes += h.bytes;
  }
  if (!found.empty()) {
    waiter.help.task = found[0].task;
    waiter.help.first_event = found[0].first_event;
  }
  if (found.size() > WaitGraph::helpers_max) found.resize(WaitGraph::helpers_max);
  waiter.helpers = std::move(found);
}

// Along the edges task by task, depth first: a task that is still on the path closes a cycle. Tasks have one sleeping
// request each, since what a task does next queues behind it.
void WaitGraphEdges::find_cycle(WaitGraph& graph, const std::vector<std::vector<std::uint32_t>>& helpers) {
  enum class Mark : std::uint8_t { fresh, on_path, done };
  struct Place {
    std::size_t waiter, next;
  };
  std::vector<std::pair<std::uint32_t, std::size_t>> by_task;
  for (std::size_t i = 0; i < graph.waiters.size(); ++i) by_task.emplace_back(graph.waiters[i].task, i);
  std::sort(by_task.begin(), by_task.end());
  const auto waiter_of = [&](std::uint32_t task) {
    const auto at = std::lower_bound(by_task.begin(), by_task.end(), std::pair(task, std::size_t{0}));
    return at != by_task.end() && at->first == task ? at->second : graph.waiters.size();
  };
  std::vector<Mark> marks(graph.waiters.size(), Mark::fresh);
  for (std::size_t first = 0; first < graph.waiters.size(); ++first) {
    if (marks[first] != Mark::fresh) continue;
    std::vector<Place> path{{first, 0}};
    marks[first] = Mark::on_path;
    while (!path.empty()) {
      Place& top = path.back();
      if (top.next == helpers[top.waiter].size()) {
        marks[top.waiter] = Mark::done;
        path.pop_back();
        continue;
      }
      const std::size_t to = waiter_of(helpers[top.waiter][top.next++]);
      if (to == graph.waiters.size() || marks[to] == Mark::done) continue;
      if (marks[to] == Mark::fresh) {
        marks[to] = Mark::on_path;
        path.push_back({to, 0});
        continue;
      }
      const auto begin = std::find_if(path.begin(), path.end(), [&](const Place& p) { return p.waiter == to; });
      for (auto p = begin; p != path.end(); ++p) graph.cycle.push_back(graph.waiters[p->waiter].task);
      return;
    }
  }
}

}  // namespace kmemlab::sim
