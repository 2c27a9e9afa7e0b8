// Importer: see importer.h.
#include "traces/import/importer.h"

#include <algorithm>

namespace kmemlab::traces {
namespace {

Event skeleton(const RawRecord& raw) {
  Event e;
  e.tick = raw.tick;
  e.name = raw.name;
  e.call_site = raw.call_site;
  e.task = raw.task;
  e.cache = raw.cache;
  e.gfp = raw.gfp;
  e.cpu = raw.cpu;
  e.node = raw.node;
  e.context = raw.context;
  e.cpu_state = raw.cpu_state;
  e.order = raw.order;
  e.migratetype = raw.migratetype;
  e.accounted = raw.accounted;
  return e;
}

void count_context(Quality& q, Context context) {
  switch (context) {
    case Context::unknown:
      ++q.context_unknown;
      break;
    case Context::task:
      ++q.context_task;
      break;
    case Context::softirq:
    case Context::hardirq:
    case Context::nmi:
      ++q.context_interrupt;
      break;
  }
}

void count_may_sleep(Quality& q, Tri may_sleep) {
  switch (may_sleep) {
    case Tri::unknown:
      ++q.may_sleep_unknown;
      break;
    case Tri::no:
      ++q.may_sleep_no;
      break;
    case Tri::yes:
      ++q.may_sleep_yes;
      break;
  }
}

}  // namespace

void Importer::record(const RawRecord& raw) {
  Event event = skeleton(raw);
  if (event.tick < last_tick_) {
    ++quality_.out_of_order;
    event.tick = last_tick_;
  }
  last_tick_ = event.tick;
  page_use_.record(raw);
  switch (raw.kind) {
    case RawKind::slab_alloc:
      count_context(quality_, raw.context);
      count_may_sleep(quality_, raw.gfp == no_index ? Tri::unknown : tables_.gfps[raw.gfp].may_sleep);
      slab_alloc(raw, event);
      break;
    case RawKind::slab_free:
      count_context(quality_, raw.context);
      slab_free(raw, event);
      break;
    case RawKind::slab_realloc:
      slab_realloc(raw, event);
      break;
    case RawKind::page_alloc:
    case RawKind::page_free:
      event.op = raw.kind == RawKind::page_alloc ? Op::page_alloc : Op::page_free;
      event.pfn = raw.pfn;
      break;
    case RawKind::lost:
      event.op = Op::lost;
      event.requested = raw.requested;
      break;
    case RawKind::mark:
      event.op = Op::mark;
      break;
  }
  append(event);
}

void Importer::append(const Event& event) {
  counter_.add(event);
  sink_.append(event);
  ++next_event_;
}

Slot Importer::take_slot() {
  if (free_slots_.empty()) return slots_used_++;
  const Slot slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

void Importer::slab_alloc(const RawRecord& raw, Event& event) {
  ++(raw.cache == no_index ? quality_.cache_unknown : quality_.cache_known);
  event.requested = raw.requested;
  if (raw.pointer_text == RawPointer::known && !names_block(raw.pointer)) {
    event.op = Op::alloc_null;
    event.granted = 0;
    return;
  }
  event.op = Op::alloc;
  event.granted = raw.granted;
  event.id = next_id_++;
  if (raw.pointer_text == RawPointer::unmatchable) {
    ++quality_.unmatchable;
    event.slot = take_slot();
    return;
  }
  PointerMap::Entry* entry = &pointers_.at(raw.pointer);
  if (entry->pointer == 0) entry = &pointers_.claim(*entry, raw.pointer);
  event.slot = entry->live ? entry->slot : take_slot();
  *entry = {raw.pointer, event.id, raw.granted, next_event_, event.slot, true, raw.cache != no_index};
}

void Importer::slab_free(const RawRecord& raw, Event& event) {
  event.op = Op::free;
  if (raw.pointer_text != RawPointer::known) {
    quality_.unmatchable += raw.pointer_text == RawPointer::unmatchable;
    event.free_kind = FreeKind::unrecorded;
    event.granted = raw.granted;
    event.id = next_id_++;
    return;
  }
  if (!names_block(raw.pointer)) {
    event.free_kind = FreeKind::null_free;
    return;
  }
  PointerMap::Entry& entry = pointers_.at(raw.pointer);
  if (entry.live) {
    event.free_kind = FreeKind::matched;
    event.id = entry.id;
    event.slot = entry.slot;
    free_slots_.push_back(entry.slot);
    entry.live = false;
    if (raw.cache != no_index && !entry.cache_known) learn(entry, raw.cache);
    return;
  }
  event.id = next_id_++;
  if (entry.pointer != 0) {
    event.free_kind = FreeKind::unrecorded;
    event.granted = entry.granted;
    return;
  }
  event.free_kind = FreeKind::before_trace;
  pointers_.claim(entry, raw.pointer);
}

void Importer::slab_realloc(const RawRecord& raw, Event& event) {
  const bool was_block = names_block(raw.pointer);
  if (was_block && !names_block(raw.moved_to)) {
    count_context(quality_, raw.context);
    return slab_free(raw, event);
  }
  PointerMap::Entry* from = was_block ? &pointers_.at(raw.pointer) : nullptr;
  if (from == nullptr || !from->live) {
    RawRecord alloc = raw;
    alloc.pointer = raw.moved_to;
    count_context(quality_, raw.context);
    count_may_sleep(quality_, raw.gfp == no_index ? Tri::unknown : tables_.gfps[raw.gfp].may_sleep);
    return slab_alloc(alloc, event);
  }
  PointerMap::Entry block = *from;
  from->live = false;
  PointerMap::Entry* to = &pointers_.at(raw.moved_to);
  if (to->pointer == 0) to = &pointers_.claim(*to, raw.moved_to);
  block.pointer = raw.moved_to;
  block.granted = raw.granted;
  *to = block;
  event.op = Op::realloc;
  event.id = block.id;
  event.slot = block.slot;
  event.requested = raw.requested;
  event.granted = raw.granted;
}

void Importer::learn(PointerMap::Entry& entry, Index cache) {
  entry.cache_known = true;
  --quality_.cache_unknown;
  ++quality_.cache_learned;
  counter_.learn_cache(entry.event_index, cache);
  sink_.learn_cache(entry.event_index, cache);
}

Totals Importer::finish() {
  Totals totals = counter_.totals();
  totals.pages.use = page_use_.totals();
  quality_.before_trace = totals.before_trace;
  quality_.unrecorded = totals.unrecorded;
  quality_.lost_free = totals.lost_free;
  quality_.live_at_end = totals.live_at_end;
  quality_.null_frees = totals.null_frees;
  quality_.null_allocs = totals.refused;
  // A header's or CPUSTAT's count may speak of the same events as the marks in the stream: the larger one, not the sum.
  quality_.lost_events = std::max(quality_.lost_events, totals.lost_events);
  quality_.lost_marks = totals.lost_marks;
  return totals;
}

}  // namespace kmemlab::traces
