// Random programs on the machine and on a model written in the plainest way: bytes in a map, the TLB as lists. Every
// value read and every count must agree, on every profile, while checkpoints are taken, restored and digested.
#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "core/base/digest.h"
#include "sim/machine/machine.h"
#include "tests/catch.h"

using namespace kmemlab;
using namespace kmemlab::sim;

namespace {

struct Plain {
  const Profile* p;
  std::map<std::uint64_t, std::uint8_t> byte;       ///< of frame * page + offset; absent = 0
  std::map<std::uint64_t, Frame> frame_of;          ///< by page address
  std::vector<std::vector<std::list<std::uint64_t>>> tlb;  ///< cpu, set: pages, most recent first
  unsigned cpu = 0;
  std::uint64_t loads = 0, stores = 0, misses = 0;

  Plain(const Profile& profile, unsigned cpus) : p(&profile), tlb(cpus) {
    for (auto& sets : tlb) sets.resize(p->tlb_entries / p->tlb_ways);
  }
  std::uint8_t& at(std::uint64_t a) {
    const std::uint64_t page = a & ~(p->page_bytes() - 1);
    return byte[frame_of.at(page) * p->page_bytes() + (a - page)];
  }
  unsigned shift_of(unsigned i, unsigned width) const { return 8 * (p->big_endian ? width - 1 - i : i); }
  void touch(std::uint64_t a) {
    const std::uint64_t page = a & ~(p->page_bytes() - 1);
    auto& set = tlb[cpu][(a >> p->page_shift) % tlb[cpu].size()];
    const auto found = std::find(set.begin(), set.end(), page);
    if (found == set.end()) {
      ++misses;
      if (set.size() == p->tlb_ways) set.pop_back();
    } else {
      set.erase(found);
    }
    set.push_front(page);
  }
  void forget(std::uint64_t page) {
    for (auto& sets : tlb) {
      for (auto& set : sets) set.remove(page);
    }
  }
  std::uint64_t read(std::uint64_t a, unsigned width) {
    ++loads;
    touch(a);
    std::uint64_t v = 0;
    for (unsigned i = 0; i < width; ++i) v |= std::uint64_t{at(a + i)} << shift_of(i, width);
    return v;
  }
  void write(std::uint64_t a, std::uint64_t v, unsigned width) {
    ++stores;
    touch(a);
    for (unsigned i = 0; i < width; ++i) at(a + i) = static_cast<std::uint8_t>(v >> shift_of(i, width));
  }
  // Word by word, cut at the borders of pages of both sides.
  void copy_or_fill(std::uint64_t to, std::optional<std::uint64_t> from, std::uint8_t value, std::uint64_t bytes) {
    const std::uint64_t page = p->page_bytes();
    while (bytes != 0) {
      std::uint64_t piece = std::min(bytes, page - to % page);
      if (from) piece = std::min(piece, page - *from % page);
      for (std::uint64_t w = 0; w < piece; w += p->word_bytes) {
        if (from) ++loads, touch(*from + w);
        ++stores, touch(to + w);
        const std::uint64_t end = std::min(piece, w + p->word_bytes);
        for (std::uint64_t i = w; i < end; ++i) at(to + i) = from ? at(*from + i) : value;
      }
      to += piece;
      if (from) *from += piece;
      bytes -= piece;
    }
  }
};

std::uint64_t load(Machine& m, Addr a, unsigned width) {
  switch (width) {
    case 1: return m.load<std::uint8_t>(a);
    case 2: return m.load<std::uint16_t>(a);
    case 4: return m.load<std::uint32_t>(a);
    default: return m.load<std::uint64_t>(a);
  }
}

void store(Machine& m, Addr a, std::uint64_t v, unsigned width) {
  switch (width) {
    case 1: m.store(a, static_cast<std::uint8_t>(v)); break;
    case 2: m.store(a, static_cast<std::uint16_t>(v)); break;
    case 4: m.store(a, static_cast<std::uint32_t>(v)); break;
    default: m.store(a, v); break;
  }
}

class Pair {
 public:
  Pair(const Profile& profile, std::uint64_t seed)
      : m(Machine::create(profile, {std::uint64_t{2} << 20, cpus}).value()), plain(profile, cpus), seed_(seed) {}

  static constexpr unsigned cpus = 2;
  static constexpr std::uint64_t pages = 200;
  Machine m;
  Plain plain;

  std::uint64_t draw(std::uint64_t below) {
    seed_ = mix64(seed_ + 0x9e3779b97f4a7c15ULL);
    return seed_ % below;
  }
  std::uint64_t some_page() { return plain.p->arena_base.v + draw(pages) * plain.p->page_bytes(); }
  /// An address with `bytes` mapped bytes from it on, or none.
  std::optional<std::uint64_t> some_range(std::uint64_t bytes) {
    const std::uint64_t page_bytes = plain.p->page_bytes();
    const std::uint64_t a = some_page() + draw(page_bytes);
    for (std::uint64_t page = a & ~(page_bytes - 1); page < a + bytes; page += page_bytes) {
      if (!plain.frame_of.contains(page)) return std::nullopt;
    }
    return a;
  }

  void step() {
    switch (draw(40)) {
      case 0: return toggle(some_page());
      case 1: return bulk();
      case 2: plain.cpu = static_cast<unsigned>(draw(cpus)); return m.select_cpu(plain.cpu);
      default: return access();
    }
  }
  void compare() {
    const Counters c = m.counters();
    REQUIRE(c.loads == plain.loads);
    REQUIRE(c.stores == plain.stores);
    REQUIRE(c.tlb_misses == plain.misses);
    REQUIRE(c.table_reads == plain.misses * plain.p->levels.size());
  }

 private:
  void toggle(std::uint64_t page) {
    const auto mapped = plain.frame_of.find(page);
    if (mapped == plain.frame_of.end()) {
      const Frame f = *m.take_frame();
      m.map_page(Addr{page}, f);
      plain.frame_of[page] = f;
    } else if (draw(3) == 0) {
      REQUIRE(m.unmap_page(Addr{page}) == mapped->second);
      m.release_frame(mapped->second);  // what it holds stays, and is seen by the next who takes it
      plain.frame_of.erase(mapped);
      plain.forget(page);
    }
  }
  void bulk() {
    const std::uint64_t bytes = draw(2 * plain.p->page_bytes());
    const auto to = some_range(bytes);
    const auto from = some_range(bytes);
    if (!to || !from || (*to < *from + bytes && *from < *to + bytes)) return;
    const auto value = static_cast<std::uint8_t>(draw(256));
    if (draw(2) == 0) {
      m.fill(Addr{*to}, value, bytes);
      plain.copy_or_fill(*to, std::nullopt, value, bytes);
    } else {
      m.copy(Addr{*to}, Addr{*from}, bytes);
      plain.copy_or_fill(*to, *from, 0, bytes);
    }
  }
  void access() {
    const unsigned width = 1U << draw(4);
    auto a = some_range(1);
    if (!a) return;
    *a -= *a % width;
    if (draw(2) == 0) {
      REQUIRE(load(m, Addr{*a}, width) == plain.read(*a, width));
    } else {
      const std::uint64_t v = mix64(draw(1000));
      store(m, Addr{*a}, v, width);
      plain.write(*a, v, width);
    }
  }

  std::uint64_t seed_;
};

}  // namespace

TEST_CASE("machine: random programs agree with the plain model in every value and count", "[machine]") {
  for (const Profile& profile : all_profiles()) {
    INFO(profile.name);
    Pair pair(profile, 7);
    for (int i = 0; i < 20000; ++i) {
      pair.step();
      if (i % 500 == 0) pair.compare();
      if (i % 333 == 0) pair.m.digest();
    }
    pair.compare();
    CHECK(pair.m.counters().tlb_misses > 500);
    CHECK(pair.m.counters().page_unmaps > 20);
  }
}

TEST_CASE("machine: a checkpoint, run again, ends in the same digest and counts", "[machine]") {
  for (const Profile& profile : all_profiles()) {
    INFO(profile.name);
    Pair pair(profile, 11);
    for (int i = 0; i < 3000; ++i) pair.step();
    const Pair checkpoint = pair;
    for (int i = 0; i < 3000; ++i) pair.step();
    pair.compare();

    std::vector<Machine> copies;  // taken, digested and run on for a while, on the way
    Pair again = checkpoint;
    for (int i = 0; i < 3000; ++i) {
      again.step();
      if (i % 100 == 0) copies.assign(1, again.m);
      if (i % 100 == 50) again.m.memory_digest();
      const Addr page{again.plain.frame_of.begin()->first};
      if (i % 100 == 70 && copies.back().lookup(page)) copies.back().store<std::uint8_t>(page, 0xee);
      if (i % 100 == 90) again.m = Machine(again.m);
    }
    again.compare();
    CHECK(again.m.counters() == pair.m.counters());
    CHECK(again.m.now(0) == pair.m.now(0));
    CHECK(again.m.now(1) == pair.m.now(1));
    CHECK(again.m.digest() == pair.m.digest());
    again.m.load<std::uint8_t>(Addr{again.plain.frame_of.begin()->first});
    CHECK(again.m.digest() != pair.m.digest());
  }
}
