// Making synthetic events: see maker.h.
#include "traces/gen/maker.h"

#include <algorithm>

namespace kmemlab::traces::gen {

namespace {

// Rows of the tables that every synthetic trace has.
enum Name : Index { kmalloc, kmem_cache_alloc, kfree, kmem_cache_free };
enum Flags : Index { gfp_kernel, gfp_atomic };

}  // namespace

Maker::Maker(EventSink& to, std::uint64_t events) : to_(to), target_(events), counter_(tables_) {
  tables_.names = {"kmalloc", "kmem_cache_alloc", "kfree", "kmem_cache_free"};
  tables_.gfps = {{"GFP_KERNEL", {}, Tri::yes, Tri::no}, {"GFP_ATOMIC", {}, Tri::no, Tri::no}};
}

Index Maker::task(std::int32_t pid, const std::string& comm) {
  tables_.tasks.push_back({pid, comm});
  return static_cast<Index>(tables_.tasks.size() - 1);
}

Index Maker::site(const std::string& name) {
  tables_.call_sites.push_back({name, 0});
  return static_cast<Index>(tables_.call_sites.size() - 1);
}

Index Maker::cache(const std::string& name) {
  tables_.caches.push_back(name);
  return static_cast<Index>(tables_.caches.size() - 1);
}

void Maker::append(const Event& event) {
  ++(event.context == Context::task ? quality_.context_task : quality_.context_interrupt);
  cpus_ = std::max(cpus_, event.cpu + 1U);
  counter_.add(event);
  to_.append(event);
  ++made_;
}

Slot Maker::alloc(const Place& place, std::uint64_t size, const What& what) {
  Slot slot = static_cast<Slot>(blocks_.size());
  if (free_slots_.empty()) {
    blocks_.emplace_back();
  } else {
    slot = free_slots_.top();
    free_slots_.pop();
  }
  blocks_[slot] = {next_id_++, size, what.cache};
  Event e;
  e.op = Op::alloc;
  e.tick = tick_;
  e.id = blocks_[slot].id;
  e.slot = slot;
  e.requested = e.granted = size;
  e.name = what.cache == no_index ? kmalloc : kmem_cache_alloc;
  e.call_site = what.site;
  e.cache = what.cache;
  e.gfp = what.may_sleep ? gfp_kernel : gfp_atomic;
  e.task = place.task;
  e.cpu = place.cpu;
  e.context = place.context;
  ++(what.may_sleep ? quality_.may_sleep_yes : quality_.may_sleep_no);
  ++quality_.cache_known;  // a kmalloc is known to have none
  ++live_;
  live_bytes_ += size;
  peak_live_ = std::max(peak_live_, live_);
  append(e);
  return slot;
}

void Maker::free(const Place& place, Slot slot) {
  const Block& block = blocks_[slot];
  Event e;
  e.op = Op::free;
  e.free_kind = FreeKind::matched;
  e.tick = tick_;
  e.id = block.id;
  e.slot = slot;
  e.name = block.cache == no_index ? kfree : kmem_cache_free;
  e.cache = block.cache;
  e.task = place.task;
  e.cpu = place.cpu;
  e.context = place.context;
  --live_;
  live_bytes_ -= block.size;
  append(e);
  free_slots_.push(slot);
}

Generated Maker::finish(const std::string& name, const std::string& how) {
  quality_.live_at_end = live_;
  Source source;
  source.name = name;
  source.format = how;
  source.clock = "synthetic";
  source.cpus = cpus_;
  return {tables_, quality_, source, counter_.totals(), notes_};
}

}  // namespace kmemlab::traces::gen
