// Where: see where.h.
#include "traces/edit/where.h"

namespace kmemlab::traces {

Where::Where(const Filter& filter, const Edited& before, std::uint64_t first_tick, EventSink& out)
    : filter_(filter, before.tables, first_tick), before_(before), renumber_(before.tables, {}, out) {}

void Where::append(const Event& event) {
  const bool kept = keeps(event);
  carried_ += kept && seen_ < before_.quality.carried;
  ++seen_;
  if (kept) renumber_.append(event);
}

bool Where::keeps(const Event& e) {
  if (e.op == Op::lost) return true;
  const bool slab = e.op == Op::alloc || e.op == Op::realloc || e.op == Op::free;
  if (!slab || e.slot == no_slot) return filter_(e);
  Block& block = blocks_.at(e.slot, seen_ + 1);
  if (e.op == Op::alloc || block == Block::none) block = filter_(e) ? Block::kept : Block::dropped;
  const bool kept = block == Block::kept;
  if (e.op == Op::free) block = Block::none;
  return kept;
}

Edited Where::finish() const {
  Edited edited = before_;
  const Quality& q = before_.quality;
  Quality& to = edited.quality;
  to = renumber_.quality();
  to.lost_events = q.lost_events, to.lost_marks = q.lost_marks, to.inverted = q.inverted;
  to.out_of_order = q.out_of_order, to.damaged = q.damaged, to.damaged_bytes = q.damaged_bytes;
  to.unmatchable = q.unmatchable, to.hashed_pointers = q.hashed_pointers, to.first_damage = q.first_damage;
  to.carried = carried_;
  edited.events = renumber_.events();
  edited.slab_events = renumber_.slab_events();
  return edited;
}

}  // namespace kmemlab::traces
