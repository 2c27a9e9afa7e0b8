// WarmStart: see warm_start.h.
#include "traces/edit/warm_start.h"

#include <algorithm>

namespace kmemlab::traces {

WarmStart::WarmStart(const std::vector<SlabCache>& caches, const Edited& before, std::uint64_t max_slots,
                     BlockId blocks, EventSink& out)
    : before_(before),
      tables_(before.tables),
      renumber_(tables_, before.quality, out),
      first_slot_(max_slots),
      first_id_(blocks) {
  for (const SlabCache& c : caches) {
    Cache cache;
    cache.of = &c;
    cache.row = row_of(tables_.caches, c.name);
    cache.name = row_of(tables_.names, c.name.starts_with("kmalloc-") ? "kmalloc" : "kmem_cache_alloc");
    total_ += c.active_objects;
    caches_.push_back(std::move(cache));
  }
  cache_of_row_.resize(tables_.caches.size());
  for (std::size_t i = 0; i < caches_.size(); ++i) cache_of_row_[caches_[i].row] = static_cast<std::uint32_t>(i + 1);
}

void WarmStart::put_objects(std::uint64_t tick) {
  for (objects_ = 0; objects_ < total_; ++objects_) {
    for (Cache& c : caches_) c.credit += static_cast<std::int64_t>(c.of->active_objects);
    Cache& c = *std::max_element(caches_.begin(), caches_.end(),
                                 [](const Cache& a, const Cache& b) { return a.credit < b.credit; });
    c.credit -= static_cast<std::int64_t>(total_);
    c.objects.push_back(static_cast<std::uint32_t>(objects_));
    Event e;
    e.tick = tick;
    e.op = Op::alloc;
    e.id = first_id_ + objects_;
    e.slot = static_cast<Slot>(first_slot_ + objects_);
    e.requested = e.granted = c.of->object_bytes;
    e.name = c.name;
    e.cache = c.row;
    e.context = Context::task;
    e.cpu_state = {Tri::no, Tri::no};
    renumber_.append(e);
  }
}

void WarmStart::append(const Event& event) {
  if (!began_) {
    began_ = true;
    put_objects(event.tick);
  }
  Event e = event;
  if (e.free_kind == FreeKind::before_trace && e.cache < cache_of_row_.size() && cache_of_row_[e.cache] != 0) {
    Cache& c = caches_[cache_of_row_[e.cache] - 1];
    if (c.next < c.objects.size()) {
      const std::uint32_t object = c.objects[c.next++];
      e.free_kind = FreeKind::matched;
      e.id = first_id_ + object;
      e.slot = static_cast<Slot>(first_slot_ + object);
      ++matched_;
    }
  }
  renumber_.append(e);
}

Edited WarmStart::finish() const {
  Edited edited;
  edited.tables = tables_;
  edited.quality = renumber_.quality();
  edited.quality.carried = before_.quality.carried + objects_;
  edited.source = before_.source;
  edited.events = renumber_.events();
  edited.slab_events = renumber_.slab_events();
  edited.rounds = before_.rounds;
  return edited;
}

}  // namespace kmemlab::traces
