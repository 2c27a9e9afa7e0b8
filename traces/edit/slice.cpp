// Slicing a trace: ids and slots are renumbered in order of first sight.
#include "traces/edit/slice.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>
#include <vector>

namespace kmemlab::traces {

namespace {

class Slicer {
 public:
  explicit Slicer(KmtReader& in, EventSink& out) : out_(out) {
    edited_.tables = in.tables();
    edited_.source = in.source();
    const Quality& q = in.quality();
    Quality& to = edited_.quality;
    to.lost_events = q.lost_events, to.lost_marks = q.lost_marks, to.inverted = q.inverted;
    to.out_of_order = q.out_of_order, to.damaged = q.damaged, to.damaged_bytes = q.damaged_bytes;
    to.unmatchable = q.unmatchable, to.hashed_pointers = q.hashed_pointers, to.first_damage = q.first_damage;
  }

  void add(Event e) {
    const bool slab = e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::free || e.op == Op::realloc;
    if (slab) place(e), count(e);
    out_.append(e);
    ++edited_.events;
    edited_.slab_events += slab;
  }

  Edited finish() {
    edited_.quality.live_at_end = by_old_slot_.size();
    return std::move(edited_);
  }

 private:
  struct Live {
    BlockId old_id = no_block;
    Slot slot = no_slot;
  };

  void place(Event& e) {
    const auto old = by_old_slot_.find(e.slot);
    const bool is_live = e.slot != no_slot && old != by_old_slot_.end();
    if (e.op == Op::realloc && e.slot != no_slot && !is_live) e.op = Op::alloc;
    if (e.op == Op::alloc && e.slot != no_slot) {
      if (is_live) ++edited_.quality.lost_free;
      const Slot fresh = is_live ? old->second.slot : take_slot();
      by_old_slot_[e.slot] = {e.id, fresh};
      e.slot = fresh;
    } else if (e.op == Op::realloc && is_live) {
      e.slot = old->second.slot;
    } else if (e.op == Op::free && e.free_kind == FreeKind::matched) {
      if (is_live && old->second.old_id == e.id) {
        e.slot = old->second.slot;
        free_slots_.push(e.slot);
        by_old_slot_.erase(old);
      } else {
        e.slot = no_slot, e.free_kind = FreeKind::before_trace;
      }
    }
    if (e.id != no_block) e.id = ids_.try_emplace(e.id, ids_.size()).first->second;
  }

  Slot take_slot() {
    if (free_slots_.empty()) return slots_++;
    const Slot s = free_slots_.top();
    free_slots_.pop();
    return s;
  }

  void count(const Event& e) {
    Quality& q = edited_.quality;
    q.before_trace += e.free_kind == FreeKind::before_trace;
    q.unrecorded += e.free_kind == FreeKind::unrecorded;
    q.null_frees += e.free_kind == FreeKind::null_free;
    q.null_allocs += e.op == Op::alloc_null && e.requested != 0;  // kmalloc(0) was not refused
    ++(e.context == Context::unknown ? q.context_unknown
       : e.context == Context::task  ? q.context_task
                                     : q.context_interrupt);
    if (e.op != Op::alloc && e.op != Op::alloc_null) return;
    ++(e.cache == no_index ? q.cache_unknown : q.cache_known);
    const Tri sleep = e.gfp == no_index ? Tri::unknown : edited_.tables.gfps[e.gfp].may_sleep;
    ++(sleep == Tri::unknown ? q.may_sleep_unknown : sleep == Tri::yes ? q.may_sleep_yes : q.may_sleep_no);
  }

  EventSink& out_;
  Edited edited_;
  std::unordered_map<BlockId, BlockId> ids_;                                 // looked up, never iterated
  std::unordered_map<Slot, Live> by_old_slot_;                               // likewise
  std::priority_queue<Slot, std::vector<Slot>, std::greater<>> free_slots_;  // the lowest first
  Slot slots_ = 0;
};

}  // namespace

Fallible<Edited> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, EventSink& out) {
  Slicer slicer(in, out);
  to = std::min(to, in.events());
  const auto block = std::make_unique<EventBlock>();
  for (std::uint64_t at = from; at < to; at = block->first_event + block->events) {
    if (Fallible<std::uint32_t> rows = in.block(at, all_columns, *block); !rows) return Failure<Error>{rows.error()};
    const std::uint64_t end = std::min(to - block->first_event, std::uint64_t{block->events});
    for (std::uint64_t i = at - block->first_event; i < end; ++i) slicer.add(block->event(i));
  }
  return slicer.finish();
}

}  // namespace kmemlab::traces
