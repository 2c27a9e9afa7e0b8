// The part of a trace that a filter selects. A filter selects blocks, not single events:
//   an allocation is judged by its own fields; its reallocs and its matched free go with it, whatever theirs say;
//   everything else (frees of other kinds, refused allocations, page events, marks) is judged by its own fields;
//   places where events were lost always stay.
// A kept block whose slot goes on to one that is dropped (a lost free in the recording) simply lives on.
// What is left is renumbered (renumber.h).
#pragma once

#include <cstdint>

#include "traces/edit/edited.h"
#include "traces/edit/renumber.h"
#include "traces/filter/match.h"
#include "traces/kmt/slot_map.h"
#include "traces/sink.h"

namespace kmemlab::traces {

class Where final : public EventSink {
 public:
  /// `before`: of the trace that comes in; its tables and source must be there, and quality.carried (of its first
  /// events) is looked at when the first event comes. Memory: 1 byte a live slot, and Renumber's.
  Where(const Filter& filter, const Edited& before, std::uint64_t first_tick, EventSink& out);
  void append(const Event& event) override;
  void learn_cache(std::uint64_t, Index) override {}

  std::uint64_t kept() const { return renumber_.events(); }
  std::uint64_t dropped() const { return seen_ - renumber_.events(); }
  /// Call when all events went through and `before` is complete.
  Edited finish() const;

 private:
  enum class Block : std::uint8_t { none, kept, dropped };
  bool keeps(const Event& e);

  EventFilter filter_;
  const Edited& before_;
  Renumber renumber_;
  kmt::SlotMap<Block> blocks_;
  std::uint64_t seen_ = 0, carried_ = 0;
};

}  // namespace kmemlab::traces
