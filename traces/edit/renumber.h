// Events that are a part of a trace, made a trace of their own: ids are dense again in order of first sight, slots are
// handed out anew (the one freed last comes first, as an importer does), and what happened to blocks that are not in
// the part is said as an importer that had seen only the part would have said it. Counts the quality of what goes
// through.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traces/kmt/slot_map.h"
#include "traces/meta.h"
#include "traces/sink.h"

namespace kmemlab::traces {

/// A matched free of a block that is not there becomes before_trace (no slot); a realloc of one becomes its alloc, if
/// it has a slot. Quality counts of single events are counted anew; counts that cannot be told apart by event (lost,
/// damaged, inverted, out of order, unmatchable) are taken over whole from `before`; cache_learned counts as
/// cache_known. Memory: 24 bytes a live slot, and 40 for each block without a slot.
class Renumber final : public EventSink {
 public:
  Renumber(const Tables& tables, const Quality& before, EventSink& out);
  void append(const Event& event) override;
  void learn_cache(std::uint64_t, Index) override {}  // an edited trace knows its caches

  std::uint64_t events() const { return events_; }
  std::uint64_t slab_events() const { return slab_events_; }
  Quality quality() const;

 private:
  struct Live {
    BlockId old_id = no_block, id = no_block;
    Slot slot = no_slot;  ///< none: nothing lives in this old slot
  };
  void place(Event& e);
  void place_without_slot(Event& e);
  void count(const Event& e);
  Slot take_slot();

  const Tables& tables_;
  EventSink& out_;
  Quality quality_;
  kmt::SlotMap<Live> by_old_slot_;
  std::unordered_map<BlockId, BlockId> slotless_;  // looked up, never iterated
  std::vector<Slot> free_slots_;
  Slot slots_ = 0;
  BlockId next_id_ = 0;
  std::uint64_t live_ = 0, events_ = 0, slab_events_ = 0;
};

}  // namespace kmemlab::traces
