// What the tests of synthetic workloads share: a run kept in memory, and the rules that every trace obeys.
#pragma once

#include <string>
#include <vector>

#include "tests/catch.h"
#include "traces/gen/workload.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"

namespace kmemlab::traces::gen {

struct EventList final : EventSink {
  std::vector<Event> events;
  void append(const Event& event) override { events.push_back(event); }
  void learn_cache(std::uint64_t, Index) override { FAIL("a workload knows its caches"); }
};

struct Made {
  std::vector<Event> events;
  Generated with;
};

inline Made make(const std::string& name, const Request& request) {
  const Workload* workload = find_workload(name);
  if (workload == nullptr) FAIL("no workload " << name);
  EventList list;
  auto made = generate(*workload, request, list);
  if (!made) FAIL(made.error().text());
  return {std::move(list.events), std::move(*made)};
}

/// The error's text, or "fine".
inline std::string refusal(const std::string& name, const Request& request) {
  const Workload* workload = find_workload(name);
  if (workload == nullptr) return "no workload";
  EventList list;
  const auto made = generate(*workload, request, list);
  if (made) return "fine";
  if (!list.events.empty()) return "events before the error";
  return made.error().text();
}

/// How many blocks live after each event.
inline std::vector<std::uint64_t> levels(const std::vector<Event>& events) {
  std::vector<std::uint64_t> live;
  std::uint64_t now = 0;
  for (const Event& e : events) live.push_back(now += e.op == Op::alloc ? 1 : ~std::uint64_t{0});
  return live;
}

/// Events that break a rule of event.h: ids not dense, a slot that is not the lowest free one, a free of what is not
/// live, time that runs back, an allocation of nothing.
inline std::uint64_t broken(const std::vector<Event>& events) {
  std::vector<BlockId> live;
  std::uint64_t next = 0, before = 0, wrong = 0;
  for (const Event& e : events) {
    wrong += e.tick < before;
    before = e.tick;
    if (e.op == Op::alloc) {
      if (e.slot == live.size()) live.push_back(no_block);
      wrong += e.id != next++ || e.requested == 0 || e.slot >= live.size() || live[e.slot] != no_block;
      live[e.slot] = e.id;
    } else {
      wrong += e.op != Op::free || e.free_kind != FreeKind::matched || live.at(e.slot) != e.id;
      live.at(e.slot) = no_block;
    }
  }
  return wrong;
}

inline KmtReader stored(const Made& made) {
  KmtWriter writer = KmtWriter::to_memory();
  for (const Event& e : made.events) writer.append(e);
  const auto done = writer.finish(made.with.tables, made.with.quality, made.with.source);
  if (!done) FAIL(done.error().text());
  return KmtReader::from_bytes(writer.take_bytes()).value();
}

}  // namespace kmemlab::traces::gen
