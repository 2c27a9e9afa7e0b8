// Renumber: see renumber.h.
#include "traces/edit/renumber.h"

namespace kmemlab::traces {

Renumber::Renumber(const Tables& tables, const Quality& before, EventSink& out) : tables_(tables), out_(out) {
  const Quality& q = before;
  Quality& to = quality_;
  to.lost_events = q.lost_events, to.lost_marks = q.lost_marks, to.inverted = q.inverted;
  to.out_of_order = q.out_of_order, to.damaged = q.damaged, to.damaged_bytes = q.damaged_bytes;
  to.unmatchable = q.unmatchable, to.hashed_pointers = q.hashed_pointers, to.first_damage = q.first_damage;
}

void Renumber::append(const Event& event) {
  Event e = event;
  const bool slab = e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::free || e.op == Op::realloc;
  if (slab) place(e), count(e);
  out_.append(e);
  ++events_;
  slab_events_ += slab;
}

Quality Renumber::quality() const {
  Quality q = quality_;
  q.live_at_end = live_;
  return q;
}

void Renumber::place(Event& e) {
  if (e.slot == no_slot) return place_without_slot(e);
  Live& live = by_old_slot_.at(e.slot, events_ + 1);
  const bool is_live = live.slot != no_slot;
  if (e.op == Op::realloc && !is_live) e.op = Op::alloc;
  if (e.op == Op::alloc) {
    if (is_live) ++quality_.lost_free;
    live_ += !is_live;
    live = {e.id, next_id_++, is_live ? live.slot : take_slot()};
    e.id = live.id, e.slot = live.slot;
  } else if (e.op == Op::realloc) {
    e.id = live.id, e.slot = live.slot;
  } else if (is_live && live.old_id == e.id) {
    e.id = live.id, e.slot = live.slot;
    free_slots_.push_back(live.slot);
    live.slot = no_slot;
    --live_;
  } else {
    if (e.free_kind == FreeKind::matched) e.free_kind = FreeKind::before_trace;
    e.slot = no_slot, e.id = next_id_++;
  }
}

void Renumber::place_without_slot(Event& e) {
  if (e.free_kind == FreeKind::matched) e.free_kind = FreeKind::before_trace;
  if (e.id == no_block) return;
  const auto known = slotless_.find(e.id);
  const BlockId id = known == slotless_.end() ? next_id_++ : known->second;
  if (e.op == Op::alloc || e.op == Op::realloc) slotless_.try_emplace(e.id, id);
  e.id = id;
}

Slot Renumber::take_slot() {
  if (free_slots_.empty()) return slots_++;
  const Slot slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void Renumber::count(const Event& e) {
  Quality& q = quality_;
  q.before_trace += e.free_kind == FreeKind::before_trace;
  q.unrecorded += e.free_kind == FreeKind::unrecorded;
  q.null_frees += e.free_kind == FreeKind::null_free;
  q.null_allocs += e.op == Op::alloc_null && e.requested != 0;  // kmalloc(0) was not refused
  ++(e.context == Context::unknown ? q.context_unknown
     : e.context == Context::task  ? q.context_task
                                   : q.context_interrupt);
  if (e.op != Op::alloc && e.op != Op::alloc_null) return;
  ++(e.cache == no_index ? q.cache_unknown : q.cache_known);
  const Tri sleep = e.gfp == no_index ? Tri::unknown : tables_.gfps[e.gfp].may_sleep;
  ++(sleep == Tri::unknown ? q.may_sleep_unknown : sleep == Tri::yes ? q.may_sleep_yes : q.may_sleep_no);
}

}  // namespace kmemlab::traces
