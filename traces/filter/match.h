// A filter ready for the events of one trace: what depends on a table row (comm, pid, site, cache, event name, op,
// context) was decided once for each row, so that an event costs a few look-ups.
#pragma once

#include <vector>

#include "traces/event.h"
#include "traces/filter/syntax.h"
#include "traces/meta.h"

namespace kmemlab::traces {

class EventFilter {
 public:
  /// `first_tick`: where time is 0. Nothing of `tables` is kept.
  EventFilter(const Filter& filter, const Tables& tables, std::uint64_t first_tick);
  /// Judges the event by its own fields; nothing else. What a replay wants is whole blocks: see edit/where.h.
  bool operator()(const Event& e) const { return holds(nodes_.size() - 1, e); }

 private:
  struct Node {
    FilterNode::Kind kind = FilterNode::Kind::term;
    FilterField field = FilterField::cpu;
    FilterOperator operation = FilterOperator::equal;
    std::uint64_t number = 0;
    std::int64_t signed_number = 0;
    std::uint32_t left = 0, right = 0;
    std::vector<char> rows;  ///< by table row; the last one is for none
  };
  bool holds(std::size_t node, const Event& e) const;
  bool term_holds(const Node& n, const Event& e) const;

  std::vector<Node> nodes_;
  std::uint64_t first_tick_;
};

}  // namespace kmemlab::traces
