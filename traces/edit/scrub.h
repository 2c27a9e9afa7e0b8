// A trace without what could tell about the machine and the people that it was recorded from. Removed:
//   names      task names (empty), call sites ("s1", "s2", ...), caches ("c1", ...), event names that are not those of
//   the
//              kernel's own allocation events ("e1", ...); each numbered in order of first appearance
//   addresses  of call sites (block pointers are not in a container at all)
//   pids       numbered from 1 in order of first appearance; 0, the idle task, stays 0
//   times      a tick is how many different ticks came before it: order, and what happened at once, are left
//   origin     file name, kernel and clock in the source; the place of the first damage
// What stays: operations, block identity, sizes, CPUs, contexts, flags, nodes, orders, page frame numbers (a buddy
// system's alignment is in them), quality counts. So the identity digest changes by its pids alone.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "traces/edit/edited.h"
#include "traces/sink.h"

namespace kmemlab::traces {

class Scrub final : public EventSink {
 public:
  /// `from`: the tables of the events that come in; `to`: of those that go out, grows as they do and outlives this.
  /// Memory: a few bytes for each row of the tables.
  Scrub(const Tables& from, Tables& to, EventSink& out);
  void append(const Event& event) override;
  void learn_cache(std::uint64_t, Index) override {}

  /// `before`: of the trace that went in. Call when all events went through.
  Edited finish(const Edited& before) const;

 private:
  Index task(Index old);

  const Tables& from_;
  Tables& tables_;
  EventSink& out_;
  std::vector<Index> names_, sites_, tasks_, caches_;   // by old row; none: not seen yet
  std::unordered_map<std::int32_t, Index> row_of_pid_;  // looked up, never iterated
  std::int32_t next_pid_ = 1;
  std::uint64_t own_names_ = 0, events_ = 0, last_tick_ = 0, rank_ = 0;
};

}  // namespace kmemlab::traces
