// TLB misses, table reads and ticks of access patterns worked out by hand from the profiles' geometry.
#include <cstdint>
#include <vector>

#include "sim/machine/machine.h"
#include "tests/catch.h"

using namespace kmemlab;
using namespace kmemlab::sim;

namespace {

/// A machine with pages at arena_base + stride x n, n below `pages`, all mapped; nothing counted of accesses yet.
struct Bench {
  Machine m;
  std::uint64_t stride;

  Bench(const char* profile, unsigned pages, std::uint64_t stride_pages, unsigned cpus = 1)
      : m(Machine::create(*find_profile(profile), {std::uint64_t{64} << 20, cpus}).value()),
        stride(stride_pages * m.page_bytes()) {
    for (unsigned n = 0; n < pages; ++n) m.map_page(page(n), *m.take_frame());
  }
  Addr page(unsigned n) const { return m.profile().arena_base + n * stride; }
  /// Misses of one pass of loads over these pages.
  std::uint64_t misses(const std::vector<unsigned>& pages) {
    const std::uint64_t before = m.counters().tlb_misses;
    for (const unsigned n : pages) m.load<std::uint8_t>(page(n));
    return m.counters().tlb_misses - before;
  }
};

}  // namespace

TEST_CASE("machine: as many pages of one set as it has ways stay, one more thrashes", "[machine]") {
  struct Geometry {
    const char* profile;
    unsigned sets, ways, levels;
  };
  for (const Geometry g : {Geometry{"x86-64", 16, 4, 4}, {"i386", 8, 4, 2}, {"alpha", 1, 64, 3}, {"rs6000", 64, 2, 2},
                           {"power64", 64, 2, 4}}) {
    INFO(g.profile);
    Bench b(g.profile, g.ways + 1, g.sets);
    std::vector<unsigned> fits;
    for (unsigned n = 0; n < g.ways; ++n) fits.push_back(n);
    CHECK(b.misses(fits) == g.ways);
    for (int i = 0; i < 5; ++i) CHECK(b.misses(fits) == 0);
    std::vector<unsigned> thrashes = fits;
    thrashes.push_back(g.ways);
    CHECK(b.misses(thrashes) == 1);  // hits all but the new one, which evicts page 0
    for (int i = 0; i < 5; ++i) CHECK(b.misses(thrashes) == g.ways + 1);
    const Counters c = b.m.counters();
    CHECK(c.table_reads == g.levels * c.tlb_misses);
    const Costs& cost = b.m.profile().costs;
    CHECK(b.m.cycles() == c.loads * cost.load + c.tlb_misses * cost.tlb_miss + c.table_reads * cost.walk_read +
                              (g.ways + 1) * (cost.map_page + cost.frame_take));
    CHECK(b.m.now() == b.m.cycles());
  }
}

TEST_CASE("machine: the least recently used page of a set goes", "[machine]") {
  Bench b("x86-64", 6, 16);
  CHECK(b.misses({0, 1, 2, 3, 0, 4}) == 5);  // 4 evicts 1, because 0 was used again
  CHECK(b.misses({0, 2, 3, 4}) == 0);
  CHECK(b.misses({1}) == 1);  // evicts 0
  CHECK(b.misses({2, 3, 4, 1}) == 0);
  b.m.store<std::uint8_t>(b.page(2), 1);  // a store is a use as well
  CHECK(b.misses({5}) == 1);              // evicts 3
  CHECK(b.misses({2, 4, 1, 5}) == 0);
  CHECK(b.misses({3}) == 1);
}

TEST_CASE("machine: other sets do not disturb", "[machine]") {
  Bench b("x86-64", 64, 1);
  std::vector<unsigned> all;
  for (unsigned n = 0; n < 64; ++n) all.push_back(n);
  CHECK(b.misses(all) == 64);
  CHECK(b.misses(all) == 0);
}

TEST_CASE("machine: copies and digests change no miss", "[machine]") {
  Bench plain("i386", 40, 1);
  Bench disturbed("i386", 40, 1);
  std::vector<Machine> copies;
  for (unsigned i = 0; i < 2000; ++i) {
    const unsigned n = i * 7 % 40;
    for (Bench* b : {&plain, &disturbed}) {
      b->m.load<std::uint32_t>(b->page(n));
      b->m.store<std::uint32_t>(b->page((n * n) % 40) + 4, i);
    }
    if (i % 13 == 0) copies.assign(1, disturbed.m);
    if (i % 17 == 0) disturbed.m.digest();
    if (i % 19 == 0) disturbed.m.peek<std::uint8_t>(disturbed.page(n));
    if (i % 101 == 0) disturbed.m = copies.back(), plain.m = Machine(plain.m), disturbed.m = plain.m;
  }
  CHECK(plain.m.counters() == disturbed.m.counters());
  CHECK(plain.m.digest() == disturbed.m.digest());
  CHECK(plain.m.counters().tlb_misses > 100);
}

TEST_CASE("machine: unmapping forgets the page in every CPU's TLB", "[machine]") {
  Bench b("x86-64", 2, 1, 3);
  for (unsigned cpu = 0; cpu < 3; ++cpu) {
    b.m.select_cpu(cpu);
    CHECK(b.misses({0, 1, 0}) == 2);
  }
  const Frame frame = b.m.unmap_page(b.page(0));
  for (unsigned cpu = 0; cpu < 3; ++cpu) {
    b.m.select_cpu(cpu);
    CHECK_THROWS_AS(b.m.load<std::uint8_t>(b.page(0)), MachineTrap);
  }
  b.m.map_page(b.page(0), *b.m.take_frame());
  CHECK(frame == 0);
  for (unsigned cpu = 0; cpu < 3; ++cpu) {
    b.m.select_cpu(cpu);
    CHECK(b.misses({1}) == 0);
    CHECK(b.misses({0}) == 1);
  }
}

TEST_CASE("machine: walks after a copy see page tables that changed since", "[machine]") {
  Bench b("x86-64", 4, 1);
  const Machine checkpoint = b.m;
  CHECK(b.misses({1}) == 1);
  b.m.unmap_page(b.page(2));  // parts the table from the checkpoint's
  CHECK_THROWS_AS(b.m.load<std::uint8_t>(b.page(2)), MachineTrap);
  CHECK(checkpoint.lookup(b.page(2)).has_value());
  const Machine second = b.m;
  CHECK(b.misses({0}) == 1);
  b.m.map_page(b.page(2), 2);
  CHECK(b.misses({2}) == 1);
  CHECK_FALSE(second.lookup(b.page(2)).has_value());
  const Machine third = b.m;
  CHECK(b.misses({3}) == 1);
  b.m.protect_page(b.page(2), Prot::user_read);
  CHECK_THROWS_AS(b.m.load<std::uint8_t>(b.page(2)), MachineTrap);
}

TEST_CASE("machine: the digest knows the order of use in the TLB", "[machine]") {
  Bench one("x86-64", 2, 16);
  Bench two("x86-64", 2, 16);
  one.misses({0, 1});
  two.misses({1, 0});
  CHECK(one.m.counters() == two.m.counters());
  CHECK(one.m.memory_digest() == two.m.memory_digest());
  CHECK(one.m.digest() != two.m.digest());
  one.misses({1, 0});
  two.misses({1, 0});
  CHECK(one.m.digest() == two.m.digest());
}

TEST_CASE("machine: two pages of one frame, and two CPUs, see each other's stores", "[machine]") {
  Bench b("x86-64", 1, 1, 2);
  const Addr one = b.page(0);
  const Addr two = one + 64 * 4096;
  b.m.map_page(two, 0);
  for (unsigned cpu = 0; cpu < 2; ++cpu) {  // all read before anything is written on the host
    b.m.select_cpu(cpu);
    CHECK(b.m.load<std::uint32_t>(one) + b.m.load<std::uint32_t>(two) == 0);
  }
  b.m.store<std::uint32_t>(two, 77);
  const Machine checkpoint = b.m;
  for (unsigned cpu = 0; cpu < 2; ++cpu) {
    b.m.select_cpu(cpu);
    CHECK(b.m.load<std::uint32_t>(one) == 77);
    CHECK(b.m.load<std::uint32_t>(two) == 77);
  }
  b.m.store<std::uint32_t>(one, 78);
  b.m.select_cpu(0);
  CHECK(b.m.load<std::uint32_t>(two) == 78);
  CHECK(checkpoint.peek<std::uint32_t>(two) == 77U);
}
