#include "viz/model/wait_layout.h"

#include <algorithm>

#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

using sim::WaitGraph;

unsigned place_in_circle(const WaitGraph& graph, std::uint32_t task) {
  const auto at = std::find(graph.cycle.begin(), graph.cycle.end(), task);
  return at == graph.cycle.end() ? 0 : static_cast<unsigned>(at - graph.cycle.begin()) + 1;
}

/// Is the second the task that the first waits for in the circle?
bool next_in_circle(const WaitGraph& graph, std::uint32_t task, std::uint32_t next) {
  const unsigned a = place_in_circle(graph, task), b = place_in_circle(graph, next);
  return a != 0 && b != 0 && b == a % graph.cycle.size() + 1;
}

bool deadlock(const WaitGraph& graph) {
  return graph.stopped_at != WaitGraph::nowhere;
}

/// Those of the circle first: a picture ends after some rows, and they are what it is about.
std::vector<const WaitGraph::Waiter*> in_rows(const WaitGraph& graph) {
  std::vector<const WaitGraph::Waiter*> rows;
  for (const WaitGraph::Waiter& w : graph.waiters) rows.push_back(&w);
  std::stable_partition(rows.begin(), rows.end(),
                        [&](const WaitGraph::Waiter* w) { return place_in_circle(graph, w->task) != 0; });
  return rows;
}

std::string channel_name(const WaitGraph::Waiter& w) {
  return w.channel_name.empty() ? name_of(w.cause) : w.channel_name;
}

WaitBox task_box(const WaitGraph& graph, std::uint32_t task) {
  WaitBox box;
  box.name = graph.name_of_task(task);
  const unsigned place = place_in_circle(graph, task);
  if (graph.cycle.size() > 1) box.circle = place;
  box.alarm = place != 0 && deadlock(graph);
  return box;
}

WaitBox box_of(const WaitGraph& graph, const WaitGraph::Waiter& w) {
  WaitBox box = task_box(graph, w.task);
  box.event = w.event;
  box.lines = {bytes_text(w.requested) + ", event " + grouped(w.event),
               graph.tick > w.since_tick ? "for " + time_text(graph.tick - w.since_tick) : "just now"};
  return box;
}

WaitBox holder_box(const WaitGraph& graph, const WaitGraph::Held& held) {
  WaitBox box = task_box(graph, held.task);
  box.event = held.first_event;
  box.lines = {counted(held.frees, "free", "frees") + ", " + bytes_text(held.bytes),
               "the first: event " + grouped(held.first_event)};
  return box;
}

template <class Key>
std::size_t index_of(std::vector<Key>& keys, const Key& key) {
  const auto at = std::find(keys.begin(), keys.end(), key);
  if (at != keys.end()) return static_cast<std::size_t>(at - keys.begin());
  keys.push_back(key);
  return keys.size() - 1;
}

void add_line(std::vector<WaitLine>& lines, const WaitLine& line) {
  for (WaitLine& old : lines) {
    if (old.from != line.from || old.to != line.to) continue;
    old.alarm |= line.alarm;
    return;
  }
  lines.push_back(line);
}

}  // namespace

WaitLayout wait_layout(const WaitGraph& graph) {
  WaitLayout layout;
  std::vector<std::string> channels;
  std::vector<std::uint32_t> holders;
  for (const WaitGraph::Waiter* row : in_rows(graph)) {
    const WaitGraph::Waiter& w = *row;
    if (layout.waiters.size() == WaitLayout::rows_max) {
      ++layout.left_out;
      continue;
    }
    const std::size_t channel = index_of(channels, channel_name(w));
    if (channel == layout.channels.size())
      layout.channels.push_back({channels[channel], {}, 0, false, WaitGraph::nowhere});
    bool alarm = false;
    for (const WaitGraph::Held& held : w.helpers) {
      const std::size_t holder = index_of(holders, held.task);
      if (holder == layout.holders.size()) layout.holders.push_back(holder_box(graph, held));
      const bool next = deadlock(graph) && next_in_circle(graph, w.task, held.task);
      alarm |= next;
      add_line(layout.in_whose, {channel, holder, next});
    }
    layout.for_what.push_back({layout.waiters.size(), channel, alarm});
    layout.waiters.push_back(box_of(graph, w));
  }
  for (std::size_t i = 0; i < layout.channels.size(); ++i) {
    const auto of_it = [&](const WaitLine& line) { return line.to == i; };
    const auto waiting =
        static_cast<std::uint64_t>(std::count_if(layout.for_what.begin(), layout.for_what.end(), of_it));
    layout.channels[i].lines = {counted(waiting, "waits", "wait")};
    const bool help = std::any_of(layout.in_whose.begin(), layout.in_whose.end(),
                                  [&](const WaitLine& line) { return line.from == i; });
    if (!help) layout.channels[i].lines.push_back("no queued free would help");
  }
  return layout;
}

std::string wait_headline(const WaitGraph& graph) {
  if (graph.empty()) return "Nobody sleeps here.";
  const std::string who = counted(graph.waiters.size(), "request sleeps", "requests sleep");
  if (deadlock(graph)) {
    return "Deadlock after event " + grouped(graph.stopped_at) + ": " + who +
           ", and nothing that was still to come could run.";
  }
  const bool helped = std::any_of(graph.waiters.begin(), graph.waiters.end(),
                                  [](const WaitGraph::Waiter& w) { return w.helping_tasks != 0; });
  return who + (helped ? "; what would wake some of them waits behind sleepers itself."
                       : "; nothing that would wake them waits behind a sleeper.");
}

std::string circle_words(const WaitGraph& graph) {
  if (graph.cycle.empty()) return {};
  constexpr std::size_t shown_max = 6;
  const std::string end = deadlock(graph) ? "." : "; that is no deadlock while others run.";
  if (const std::string one = graph.circle_of_one(); !one.empty()) return one + end;
  std::string text = "In a circle: ";
  for (std::size_t i = 0; i < std::min(graph.cycle.size(), shown_max); ++i)
    text += std::to_string(i + 1) + " " + graph.name_of_task(graph.cycle[i]) + " waits for ";
  if (graph.cycle.size() > shown_max) text += grouped(graph.cycle.size() - shown_max) + " more, who wait for ";
  return text + "1 " + graph.name_of_task(graph.cycle[0]) + end;
}

}  // namespace kmemlab::viz
