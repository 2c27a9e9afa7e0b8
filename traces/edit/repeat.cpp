// Repeating a trace: one pass over the container for each round, with the live blocks by slot.
#include "traces/edit/repeat.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace kmemlab::traces {

namespace {

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

// What the closing free of a block needs to know of its allocation.
struct Live {
  BlockId id = no_block;  // none: the slot is free
  Index name = no_index, task = no_index, cache = no_index;
  Slot slot = no_slot;
  std::uint16_t cpu = 0;
};

class Repeater {
 public:
  Repeater(KmtReader& in, EventSink& out) : in_(in), out_(out), live_(in.max_slots()) {
    edited_.tables = in.tables();
    edited_.source = in.source();
    for (const std::string& name : in.tables().names) free_names_.push_back(free_name(name));
  }

  Fallible<void> round() {
    const std::uint64_t span = in_.events() == 0 ? 0 : in_.last_tick() - in_.first_tick() + 1;
    const std::uint64_t r = edited_.rounds;
    if (span != 0 && r > (top - in_.last_tick()) / span) return fail("the repeated trace would end after tick 2^64");
    const std::uint64_t shift = r * span, first_id = r * in_.facts().blocks;
    const Fallible<void> played = in_.for_each(all_columns, [&](std::uint64_t, Event e) {
      e.tick += shift;
      if (e.id != no_block) e.id += first_id;
      track(e);
      put(e);
    });
    if (!played) return played;
    free_the_rest(in_.last_tick() + shift);
    ++edited_.rounds;
    return {};
  }

  Edited finish() {
    scale_quality();
    return std::move(edited_);
  }
  const Edited& so_far() const { return edited_; }

 private:
  static std::string free_name(const std::string& alloc_name) {
    if (alloc_name.starts_with("kmem_cache_alloc")) return "kmem_cache_free";
    const bool user = alloc_name == "malloc" || alloc_name == "calloc" || alloc_name == "realloc" ||
                      alloc_name == "memalign" || alloc_name == "posix_memalign" || alloc_name == "aligned_alloc";
    return user ? "free" : "kfree";
  }

  void put(const Event& e) {
    out_.append(e);
    ++edited_.events;
    edited_.slab_events += e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::free || e.op == Op::realloc;
  }

  void track(const Event& e) {
    if (e.slot == no_slot) return;
    if (e.op == Op::alloc || e.op == Op::realloc) live_[e.slot] = {e.id, e.name, e.task, e.cache, e.slot, e.cpu};
    if (e.op == Op::free) live_[e.slot].id = no_block;
  }

  void free_the_rest(std::uint64_t tick) {
    std::vector<Live> left;
    for (Live& l : live_) {
      if (l.id != no_block) left.push_back(l);
      l.id = no_block;
    }
    std::sort(left.begin(), left.end(), [](const Live& a, const Live& b) { return a.id < b.id; });
    for (const Live& l : left) {
      Event e;
      e.tick = tick;
      e.op = Op::free;
      e.free_kind = FreeKind::matched;
      e.id = l.id, e.slot = l.slot, e.task = l.task, e.cache = l.cache, e.cpu = l.cpu;
      e.name = row_of(edited_.tables.names, l.name == no_index ? "kfree" : free_names_[l.name]);
      put(e);
    }
    closed_ = left.size();
  }

  void scale_quality() {
    const Quality& q = in_.quality();
    const std::uint64_t n = edited_.rounds;
    Quality& to = edited_.quality;
    for (std::uint64_t Quality::*count : {&Quality::lost_events,       &Quality::lost_marks,
                                          &Quality::before_trace,      &Quality::unrecorded,
                                          &Quality::lost_free,         &Quality::null_frees,
                                          &Quality::null_allocs,       &Quality::inverted,
                                          &Quality::out_of_order,      &Quality::damaged,
                                          &Quality::damaged_bytes,     &Quality::unmatchable,
                                          &Quality::may_sleep_unknown, &Quality::may_sleep_yes,
                                          &Quality::may_sleep_no,      &Quality::context_unknown,
                                          &Quality::context_task,      &Quality::context_interrupt,
                                          &Quality::cache_known,       &Quality::cache_learned,
                                          &Quality::cache_unknown,     &Quality::carried})
      to.*count = n != 0 && q.*count > top / n ? top : q.*count * n;
    to.context_unknown += closed_ * n;
    to.live_at_end = q.live_at_end > closed_ ? (q.live_at_end - closed_) * n : 0;
    to.hashed_pointers = q.hashed_pointers;
    to.first_damage = q.first_damage;
  }

  KmtReader& in_;
  EventSink& out_;
  std::vector<Live> live_;
  std::vector<std::string> free_names_;  // by row of the input's names
  Edited edited_;
  std::uint64_t closed_ = 0;  // frees appended by each round
};

}  // namespace

Fallible<Edited> repeat(KmtReader& in, std::uint64_t rounds, EventSink& out) {
  Repeater repeater(in, out);
  for (std::uint64_t r = 0; r < rounds && in.events() != 0; ++r)
    if (Fallible<void> played = repeater.round(); !played) return Failure<Error>{played.error()};
  return repeater.finish();
}

Fallible<Edited> repeat_events(KmtReader& in, std::uint64_t slab_events, EventSink& out) {
  Repeater repeater(in, out);
  while (repeater.so_far().slab_events < slab_events) {
    const std::uint64_t before = repeater.so_far().slab_events;
    if (Fallible<void> played = repeater.round(); !played) return Failure<Error>{played.error()};
    if (repeater.so_far().slab_events == before)
      return fail("the trace has no slab events to repeat", "expected at least one allocation or free");
  }
  return repeater.finish();
}

}  // namespace kmemlab::traces
