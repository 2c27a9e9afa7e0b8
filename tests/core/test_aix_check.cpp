// check() of the AIX core finds each broken invariant, by its number.
#include "tests/core/aix_heap.h"

namespace kmemlab::test {

TEST_CASE("aix check() names each broken invariant", "[aix]") {
  Aix<OnSim> k;
  const std::uint64_t a = k.at(1024);
  k.at(1024);
  const std::uint64_t run = k.at(3 * 4096);
  const std::uint64_t hole = k.at(2 * 4096);
  k.at(4096);
  k.free_at(a);
  k.free_at(hole);
  const Addr inner = k.region(4 * 4096);
  REQUIRE(k.init_heap(inner, 4 * 4096));
  k.checking = false;
  const aix::Geometry& g = k.geometry();
  const auto entry = [&](std::uint64_t at) { return g.entry(static_cast<std::uint32_t>(at / 4096)); };
  const auto broken = [&] { return k.check().invariant; };
  REQUIRE(broken() == 0);
  const auto poke = [&](Addr at, std::uint32_t v) { k.on.poke32(at, v); };
  const auto flip = [&](Addr at, std::uint32_t v) { k.on.poke32(at, *k.on.machine().peek<std::uint32_t>(at) ^ v); };
  SECTION("1 sanity") {
    poke(g.anchor(1), 0);
    CHECK(broken() == 1);
  }
  SECTION("1 numpages") {
    flip(g.front + aix::heap_t::numpages, 1);
    CHECK(broken() == 1);
  }
  SECTION("1 alt") {
    poke(g.front + aix::heap_t::alt, 1);
    CHECK(broken() == 1);
  }
  SECTION("1 a private heap's base") {
    flip(inner + aix::heap_t::base + 4, 4096);
    CHECK(broken() == 1);
  }
  SECTION("2 fr") {
    poke(g.front + aix::heap_t::fr_of(10), aix::no_page);
    CHECK(broken() == 2);
  }
  SECTION("2 a page that should be listed") {
    flip(g.group(0) + 4 * aix::Geometry::list_of(0, 10), 1);
    CHECK(broken() == 2);
  }
  SECTION("2 a page that should not") {
    flip(g.group(0) + 4 * aix::Geometry::list_of(1, 5), 2);
    CHECK(broken() == 2);
  }
  SECTION("2 an upper word") {
    flip(g.index + 4 * aix::Geometry::list_of(0, 10), 1);
    CHECK(broken() == 2);
  }
  SECTION("3 the count of free fragments") {
    flip(entry(a), 1 << 16);
    CHECK(broken() == 3);
  }
  SECTION("3 the map") {
    flip(entry(a) + aix::page_entry::map, 2);
    CHECK(broken() == 3);
  }
  SECTION("4 a wholly free page") {
    poke(entry(a) + aix::page_entry::map, 15);
    poke(entry(a), aix::What::of(aix::Kind::fragments, 0, 10, 4).bits);
    CHECK(broken() == 4);
  }
  SECTION("5 a page of no kind") {
    poke(entry(run), 0);
    CHECK(broken() == 5);
  }
  SECTION("5 the rest of a run") {
    poke(entry(run + 4096) + aix::page_entry::pages, 2);
    CHECK(broken() == 5);
  }
  SECTION("5 a run into the tail") {
    poke(entry(run) + aix::page_entry::pages, 60);
    CHECK(broken() == 5);
  }
  SECTION("6 a free run's end") {
    poke(entry(hole + 4096) + aix::page_entry::pages, 1);
    CHECK(broken() == 6);
  }
  SECTION("6 the tail beyond the heap") {
    poke(g.pool, g.numpages + 1);
    CHECK(broken() == 6);
  }
  SECTION("6 a free run that borders on the tail") {
    k.on.machine().kmem_unmap(k.base() + 6 * 4096);
    poke(g.pool, 6);
    CHECK(broken() == 6);
  }
  SECTION("7 a hint that is too high") {
    poke(g.pool + aix::page_pool::hint_of(1), 5);
    CHECK(broken() == 7);
  }
  SECTION("8 frused") {
    flip(g.front + aix::heap_t::frused_of(10), 2);
    CHECK(broken() == 8);
  }
  SECTION("8 frtot") {
    flip(g.front + aix::heap_t::frtot_of(10), 8);
    CHECK(broken() == 8);
  }
  SECTION("8 pagtot") {
    flip(g.front + aix::heap_t::pagtot, 1);
    CHECK(broken() == 8);
  }
  SECTION("8 pagused") {
    flip(g.front + aix::heap_t::pagused, 1);
    CHECK(broken() == 8);
  }
  SECTION("8 amount") {
    flip(g.front + aix::heap_t::amount + 4, 16);
    CHECK(broken() == 8);
  }
  SECTION("9 a free page with a frame") {
    k.on.machine().kmem_map(k.base() + hole, PageKey::kernel_only, Zero::no);
    CHECK(broken() == 9);
  }
  SECTION("9 a live page without") {
    k.on.machine().kmem_unmap(k.base() + run);
    CHECK(broken() == 9);
  }
  SECTION("9 a page of the tail with a frame") {
    k.on.machine().kmem_map(k.base() + 0x40000, PageKey::kernel_only, Zero::no);
    CHECK(broken() == 9);
  }
  SECTION("10 pinned pages") {
    k.state.pinned_pages = 1;
    CHECK(broken() == 10);
  }
  SECTION("10 leaked pins") {
    k.state.leaked_pins = 1;
    CHECK(broken() == 10);
  }
  SECTION("11 a region's size") {
    poke(k.state.vm_page_of(inner) + aix::vm_page::pages, 5);
    CHECK(broken() == 11);
  }
  SECTION("11 a page of a region without a frame") {
    k.on.machine().kmem_unmap(inner + 4096);
    CHECK(broken() == 11);
  }
  SECTION("12 heaps that overlap") {
    k.state.heap[5].g = aix::lay_out(inner + 2 * 4096, 3, 1, 12);
    ++k.state.private_heaps;
    CHECK(broken() == 12);
  }
  SECTION("12 the number of heaps") {
    k.state.private_heaps = 0;
    CHECK(broken() == 12);
  }
}

}  // namespace kmemlab::test
