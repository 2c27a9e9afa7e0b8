#include "sim/cli/html/waits.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/html/escape.h"
#include "sim/cli/html/table.h"
#include "sim/cli/render.h"
#include "sim/cli/wait_graph_view.h"

namespace kmemlab::cli {

namespace {

constexpr std::size_t rows_max = 50;

std::string bytes_words(std::uint64_t bytes) {
  return with_commas(bytes) + (bytes == 1 ? " byte" : " bytes");
}

std::string helper_words(const sim::WaitGraph& graph, const sim::WaitGraph::Waiter& w) {
  if (w.helping_tasks == 0) return "no free that waits behind a sleeper";
  const sim::WaitGraph::Held& h = w.help;
  return fmt::format("{} free{} of {}, behind {}{}; the first is event {}", with_commas(h.frees),
                     h.frees == 1 ? "" : "s", bytes_words(h.bytes), graph.name_of_task(h.task),
                     w.helping_tasks == 1 ? "" : fmt::format(" and {} more", with_commas(w.helping_tasks - 1)),
                     with_commas(h.first_event));
}

std::string vain_words(const sim::WaitGraph::Waiter& w) {
  return w.woken_in_vain == 0 ? "" : fmt::format("; it woke {} times in vain", with_commas(w.woken_in_vain));
}

std::string circle(const sim::WaitGraph& graph) {
  if (graph.cycle.empty()) return {};
  if (const std::string one = graph.circle_of_one(); !one.empty()) return "<p>" + escaped(one, 2000) + ".</p>\n";
  std::string text;
  const std::size_t shown = std::min<std::size_t>(graph.cycle.size(), 12);
  for (std::size_t i = 0; i < shown; ++i) text += graph.name_of_task(graph.cycle[i]) + " waits for ";
  if (shown < graph.cycle.size()) text += fmt::format("{} more, who wait for ", graph.cycle.size() - shown);
  return "<p>In a circle: " + escaped(text + graph.name_of_task(graph.cycle[0]), 2000) + ".</p>\n";
}

}  // namespace

std::string waits_html(const sim::Report& run, std::uint64_t first_tick) {
  const sim::WaitGraph& graph = run.wait_graph;
  if (graph.empty()) return {};
  std::string html = "<h3>Who waits</h3>\n";
  if (run.blocking.deadlock) html += "<p>Deadlock: " + deadlock_words(graph) + ".</p>\n";
  if (graph.stopped_at != sim::WaitGraph::nowhere) {
    html += fmt::format("<p>Stopped after event {}: nothing that was still to come could run.</p>\n",
                        with_commas(graph.stopped_at));
  }
  html += circle(graph);
  ReportTable table{
      "Requests that sleep at the end, first come first",
      {{"task", ""}, {"waits for", ""}, {"bytes", ""}, {"event", ""}, {"since", ""}, {"what would have woken it", ""}},
      {}};
  for (std::size_t i = 0; i < std::min(graph.waiters.size(), rows_max); ++i) {
    const sim::WaitGraph::Waiter& w = graph.waiters[i];
    table.rows.push_back({graph.name_of_task(w.task), w.channel_name.empty() ? name_of(w.cause) : w.channel_name,
                          with_commas(w.requested), with_commas(w.event),
                          ticks_text(w.since_tick < first_tick ? 0 : w.since_tick - first_tick),
                          helper_words(graph, w) + vain_words(w)});
  }
  html += html_table(table);
  if (graph.waiters.size() > rows_max)
    html += fmt::format("<p>And {} more.</p>\n", with_commas(graph.waiters.size() - rows_max));
  return html;
}

}  // namespace kmemlab::cli
