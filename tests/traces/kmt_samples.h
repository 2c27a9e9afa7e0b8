// Seeded traces for the `.kmt` tests: a realistic one (dense ids, re-used slots, plausible ranges) and one that visits
// the extremes of every field.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "traces/event.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"
#include "traces/meta.h"

namespace kmemlab::traces::samples {

/// SplitMix64: the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

inline Tables tables() {
  Tables t;
  t.names = {"kmalloc", "kmem_cache_alloc", "kfree", "kmem_cache_free", "mm_page_alloc", "softirq_entry"};
  for (unsigned i = 0; i < 400; ++i)
    t.call_sites.push_back({"site_" + std::to_string(i) + "+0x1c", 0xffffffff81000000 + i});
  for (int i = 0; i < 30; ++i) t.tasks.push_back({i - 1, i % 3 == 0 ? "" : "kworker/" + std::to_string(i)});
  for (unsigned i = 0; i < 60; ++i) t.caches.push_back("cache_" + std::to_string(i));
  t.gfps = {{"GFP_KERNEL", 0xcc0, Tri::yes, Tri::no},
            {"GFP_ATOMIC|__GFP_ZERO", 0xb20, Tri::no, Tri::yes},
            {"", {}, Tri::unknown, Tri::unknown}};
  return t;
}

inline Quality quality() {
  Quality q;
  q.lost_events = 7, q.before_trace = ~std::uint64_t{0}, q.cache_unknown = 3, q.first_damage = "x.dat (byte 9): cut";
  return q;
}

inline Source source() {
  return {"boot.dat", "trace.dat v7", "Linux 6.1", "mono", 4, 4096, 8};
}

/// Allocations and frees with a few records of every other kind.
inline std::vector<Event> realistic(std::uint64_t seed, std::size_t count) {
  Random r(seed);
  std::vector<Event> out;
  std::vector<Event> live;
  std::vector<Slot> free_slots;
  std::uint64_t tick = 5'000'000'000, next_id = 0;
  Slot slots = 0;
  while (out.size() < count) {
    Event e;
    e.tick = tick += r.below(100) < 97 ? 100 + r.below(4000) : r.below(3'000'000);
    e.cpu = static_cast<std::uint16_t>(r.below(4));
    e.task = static_cast<Index>(r.below(30));
    e.call_site = static_cast<Index>(r.below(400) * r.below(400) / 400);
    e.context = r.below(10) == 0 ? Context::softirq : Context::task;
    e.cpu_state = {r.below(5) == 0 ? Tri::yes : Tri::no, Tri::no};
    const std::uint64_t kind = r.below(1000);
    if (kind < 4) {
      e.op = Op::mark, e.name = 5;
    } else if (kind < 40) {
      e.op = r.below(2) ? Op::page_alloc : Op::page_free, e.pfn = 4096 + r.below(1 << 18), e.name = 4;
      e.order = static_cast<std::uint8_t>(r.below(4)), e.gfp = 0;
    } else if (kind < 60) {
      e.op = Op::free, e.free_kind = r.below(2) ? FreeKind::before_trace : FreeKind::unrecorded, e.id = next_id++,
      e.name = 2;
    } else if (kind < 62) {
      e.op = Op::free, e.free_kind = FreeKind::null_free, e.name = 2;
    } else if (live.size() < 200 + seed % 50 || (r.below(1000) < 510 && live.size() < 5000)) {
      e.op = Op::alloc, e.id = next_id++, e.requested = 8 + r.below(64) * r.below(64),
      e.granted = (e.requested + 63) / 64 * 64;
      e.name = static_cast<Index>(r.below(2)), e.gfp = static_cast<Index>(r.below(3));
      e.cache = e.name == 1 ? static_cast<Index>(r.below(60)) : no_index;
      e.accounted = static_cast<Tri>(r.below(3)), e.node = static_cast<std::int16_t>(static_cast<int>(r.below(2)) - 1);
      if (free_slots.empty()) free_slots.push_back(slots++);
      e.slot = free_slots.back(), free_slots.pop_back();
      live.push_back(e);
    } else {
      const std::size_t at =
          r.below(4) ? live.size() - 1 - r.below(std::min<std::size_t>(20, live.size())) : r.below(live.size());
      e.op = Op::free, e.free_kind = FreeKind::matched, e.id = live[at].id, e.slot = live[at].slot;
      e.name = 2 + live[at].name, e.cache = live[at].cache;
      free_slots.push_back(e.slot);
      live[at] = live.back(), live.pop_back();
    }
    out.push_back(e);
  }
  return out;
}

/// Every field at its extremes now and then. Ids and slots stay within 2^20 of the count, as the format demands.
inline std::vector<Event> extreme(std::uint64_t seed, std::size_t count) {
  Random r(seed);
  const auto wide = [&r] {
    const std::uint64_t pick = r.below(8);
    return pick == 0 ? ~std::uint64_t{0} : pick == 1 ? std::uint64_t{1} << 63 : pick == 2 ? 0 : r.next() >> r.below(64);
  };
  const auto index = [&r](std::uint64_t size) {
    return r.below(5) == 0 ? no_index : static_cast<Index>(r.below(size));
  };
  std::vector<Event> out(count);
  std::uint64_t tick = 0;
  for (Event& e : out) {
    tick += r.below(1000) == 0 ? r.next() >> 20 : r.below(3);
    e.tick = tick, e.id = r.below(6) == 0 ? no_block : r.below(1 << 20), e.requested = wide(), e.granted = wide(),
    e.pfn = wide();
    e.slot = r.below(6) == 0 ? no_slot : static_cast<Slot>(r.below(1 << 20));
    e.name = index(6), e.call_site = index(400), e.task = index(30), e.cache = index(60), e.gfp = index(3);
    e.cpu = static_cast<std::uint16_t>(wide()), e.node = static_cast<std::int16_t>(wide());
    e.op = static_cast<Op>(r.below(8)), e.free_kind = static_cast<FreeKind>(r.below(5)),
    e.context = static_cast<Context>(r.below(5));
    e.cpu_state = {static_cast<Tri>(r.below(3)), static_cast<Tri>(r.below(3))};
    e.order = static_cast<std::uint8_t>(wide()), e.migratetype = static_cast<std::uint8_t>(wide());
    e.accounted = static_cast<Tri>(r.below(3));
  }
  return out;
}

inline ByteVector write(const std::vector<Event>& events, KmtCompression compression = KmtCompression::none) {
  KmtWriter w = KmtWriter::to_memory({compression, 3});
  for (const Event& e : events) w.append(e);
  return w.finish(tables(), quality(), source()).ok() ? w.take_bytes() : ByteVector{};
}

}  // namespace kmemlab::traces::samples
