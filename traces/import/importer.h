// RawRecord -> Event: the rules of identity (report.md, "What an import settles").
//   alloc         a new id, and the lowest-effort slot: the one freed last. At a live pointer: the old block's free was
//                 lost; the new block takes over the occupied slot, which says so (event.h).
//   free          of a live pointer: matched. Of a pointer seen before: unrecorded. Else before_trace. The last two get
//                 ids of their own. Of null or ZERO_SIZE_PTR: null_free, no id.
//   null alloc    alloc_null, no id. kmalloc(0) returns ZERO_SIZE_PTR, which is no block either: the same.
//   realloc       of a live pointer: the block keeps id and slot, and moves. Of any other pointer: an allocation. To
//                 null: a free, as realloc(p, 0) is.
//   unmatchable   "(____ptrval____)": an alloc becomes a block that nothing frees, a free an unrecorded one.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/import/page_use.h"
#include "traces/import/pointer_map.h"
#include "traces/meta.h"
#include "traces/readers/raw_record.h"
#include "traces/sink.h"
#include "traces/totals.h"

namespace kmemlab::traces {

/// False for null and ZERO_SIZE_PTR = (void *)16, the kernel's ZERO_OR_NULL_PTR (include/linux/slab.h).
constexpr bool names_block(std::uint64_t pointer) {
  return pointer > 16;
}

class Importer : public RawSink {
 public:
  Importer(EventSink& sink, const Tables& tables, Quality& quality)
      : sink_(sink), tables_(tables), quality_(quality), counter_(tables) {}

  void record(const RawRecord& raw) override;
  /// A block lives at this pointer now.
  bool is_live(std::uint64_t pointer) { return pointers_.at(pointer).live; }
  /// Fills in what is known at the end. Call once.
  Totals finish();
  /// What each page allocation was for, by what is known now.
  PageVerdicts page_verdicts() const { return page_use_.verdicts(); }

 private:
  void slab_alloc(const RawRecord& raw, Event& event);
  void slab_free(const RawRecord& raw, Event& event);
  void slab_realloc(const RawRecord& raw, Event& event);
  void learn(PointerMap::Entry& entry, Index cache);
  Slot take_slot();
  void append(const Event& event);

  EventSink& sink_;
  const Tables& tables_;
  Quality& quality_;
  TotalsCounter counter_;
  PointerMap pointers_;
  PageUse page_use_;
  std::vector<Slot> free_slots_;
  Slot slots_used_ = 0;
  BlockId next_id_ = 0;
  std::uint64_t next_event_ = 0;
  std::uint64_t last_tick_ = 0;
};

}  // namespace kmemlab::traces
