#include "sim/cli/wait_graph_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/render.h"

namespace kmemlab::cli {

namespace {

constexpr std::size_t waiters_shown = 5;
constexpr std::size_t cycle_shown = 6;
using Json = nlohmann::ordered_json;

std::string channel_of(const sim::WaitGraph::Waiter& w) {
  return w.channel_name.empty() ? name_of(w.cause) : w.channel_name;
}

std::string frees(std::uint64_t n) {
  return with_commas(n) + (n == 1 ? " free" : " frees");
}

std::string help_text(const sim::WaitGraph& graph, const sim::WaitGraph::Waiter& w) {
  if (w.helping_tasks == 0) return "    no free that is queued would wake it\n";
  return fmt::format("    {} ({}) would, queued behind {} sleeping task{};\n    the first: event {}, {}\n",
                     frees(w.help.frees), size_text(w.help.bytes), with_commas(w.helping_tasks),
                     w.helping_tasks == 1 ? "" : "s", with_commas(w.help.first_event), graph.name_of_task(w.help.task));
}

std::string cycle_text(const sim::WaitGraph& graph) {
  if (graph.cycle.empty()) return {};
  if (const std::string one = graph.circle_of_one(); !one.empty()) return "  " + one + "\n";
  std::string text = "  in a circle: ";
  const std::size_t shown = std::min(graph.cycle.size(), cycle_shown);
  for (std::size_t i = 0; i < shown; ++i) text += graph.name_of_task(graph.cycle[i]) + " waits for ";
  if (shown < graph.cycle.size()) text += fmt::format("({} more) for ", graph.cycle.size() - shown);
  return text + graph.name_of_task(graph.cycle[0]) + "\n";
}

Json held_json(const sim::WaitGraph& graph, const sim::WaitGraph::Held& h) {
  return {{"task", graph.name_of_task(h.task)}, {"frees", h.frees}, {"bytes", h.bytes}, {"first_event", h.first_event}};
}

Json waiter_json(const sim::WaitGraph& graph, const sim::WaitGraph::Waiter& w) {
  Json j = {{"event", w.event},           {"task", graph.name_of_task(w.task)}, {"requested", w.requested},
            {"since_tick", w.since_tick}, {"woken_in_vain", w.woken_in_vain},   {"cause", name_of(w.cause)},
            {"channel", channel_of(w)}};
  Json by = {{"frees", w.help.frees}, {"bytes", w.help.bytes}, {"tasks", w.helping_tasks}};
  by["queues"] = Json::array();
  for (const sim::WaitGraph::Held& h : w.helpers) by["queues"].push_back(held_json(graph, h));
  j["woken_by"] = std::move(by);
  return j;
}

}  // namespace

std::string deadlock_words(const sim::WaitGraph& graph) {
  return graph.anybody_helps() ? "the frees that could wake them wait behind sleepers too"
                               : "the frees that are left wait behind sleepers, and none of them would wake anybody";
}

std::string wait_graph_text(const sim::WaitGraph& graph) {
  if (graph.empty()) return {};
  std::string text;
  if (graph.stopped_at != sim::WaitGraph::nowhere) {
    text += fmt::format("  stopped after event {}: nothing that was still to come could run\n",
                        with_commas(graph.stopped_at));
  }
  for (std::size_t i = 0; i < std::min(graph.waiters.size(), waiters_shown); ++i) {
    const sim::WaitGraph::Waiter& w = graph.waiters[i];
    text += fmt::format("  {} waits for {} since event {} ({} bytes)\n", graph.name_of_task(w.task), channel_of(w),
                        with_commas(w.event), with_commas(w.requested));
    if (w.woken_in_vain != 0) text += fmt::format("    {} wakes in vain\n", with_commas(w.woken_in_vain));
    text += help_text(graph, w);
  }
  if (graph.waiters.size() > waiters_shown) {
    text += fmt::format("  and {} more wait\n", with_commas(graph.waiters.size() - waiters_shown));
  }
  return text + cycle_text(graph);
}

std::string wait_graph_json(const sim::WaitGraph& graph) {
  Json j;
  j["stopped_at"] = graph.stopped_at == sim::WaitGraph::nowhere ? Json(nullptr) : Json(graph.stopped_at);
  j["tick"] = graph.tick;
  j["waiters"] = Json::array();
  for (const sim::WaitGraph::Waiter& w : graph.waiters) j["waiters"].push_back(waiter_json(graph, w));
  j["queues"] = Json::array();
  for (const sim::WaitGraph::Queue& q : graph.queues) {
    Json queue = {{"task", q.task_name}, {"requests", q.requests}, {"request_bytes", q.request_bytes}};
    queue["frees"] = q.held.frees;
    queue["free_bytes"] = q.held.bytes;
    queue["first_free"] = q.held.frees == 0 ? Json(nullptr) : Json(q.held.first_event);
    j["queues"].push_back(std::move(queue));
  }
  j["cycle"] = Json::array();
  for (const std::uint32_t task : graph.cycle) j["cycle"].push_back(graph.name_of_task(task));
  return j.dump();
}

}  // namespace kmemlab::cli
