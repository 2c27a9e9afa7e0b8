// check() of the BeOS core finds each broken invariant, by its number.
#include "tests/core/beos_pools.h"

namespace kmemlab::test {

using beos::Kind;
using beos::page_entry;
using beos::What;

TEST_CASE("beos check() names each broken invariant", "[beos]") {
  Beos<OnSim> b;
  const beos::PoolId id = b.pool(1100 * page_4k / 10, B_LAZY_LOCK);  // 110 pages: one upper level
  b.at(id, 1024);                                                    // page 0
  b.at(id, 3 * page_4k);                                             // pages 1 to 3
  const auto hole = b.at(id, 3 * page_4k);                           // pages 4 to 6
  for (unsigned n = 0; n < 4; ++n) b.at(id, 2048);                   // pages 7 and 8, full
  b.at(id, 1024);
  const auto single = b.at(id, page_4k);            // page 9
  for (unsigned n = 0; n < 3; ++n) b.at(id, 1024);  // page 0 is full, page 10 has three free elements
  b.free_at(id, hole);
  b.free_at(id, single);
  b.free_at(id, 0x400);  // page 0 comes to the head of its list
  b.checking = false;
  beos::Pool& p = *b.state.find(id);
  const beos::Geometry& g = p.g;
  REQUIRE(p.fresh == 11);
  const auto broken = [&] { return beos::check(b.m(), b.state).invariant; };
  REQUIRE(broken() == 0);
  const auto poke = [&](Addr at, std::uint32_t v) { b.on.poke32(at, v); };
  const auto flip = [&](Addr at, std::uint32_t v) { b.on.poke32(at, *b.m().peek<std::uint32_t>(at) ^ v); };
  const auto list_word = [&](unsigned c) { return g.group(0) + 4 * c; };
  SECTION("1 a pool in another's slot") {
    p.id.v += 1;
    CHECK(broken() == 1);
  }
  SECTION("1 a pool that was never made") {
    p.id.v += std::uint64_t{5} * beos::pools_max;
    CHECK(broken() == 1);
  }
  SECTION("1 its area is gone") {
    b.m().delete_area(p.area);
    CHECK(broken() == 1);
  }
  SECTION("1 its table is gone") {
    b.m().delete_area(p.table_area);
    CHECK(broken() == 1);
  }
  SECTION("1 its area is another") {
    p.protection = B_READ_AREA;
    CHECK(broken() == 1);
  }
  SECTION("1 its module is not loaded") {
    b.state.table_sem = 0;
    CHECK(broken() == 1);
  }
  SECTION("2 a list that ends too early") {
    poke(g.entry(0) + page_entry::next, beos::no_page);
    CHECK(broken() == 2);
  }
  SECTION("2 a list that does not end") {
    poke(g.entry(10) + page_entry::next, 0);
    CHECK(broken() == 2);
  }
  SECTION("2 a link back") {
    poke(g.entry(10) + page_entry::prev, 7);
    CHECK(broken() == 2);
  }
  SECTION("2 a full page on a list") {
    p.bin[beos::bin_of(2048)].head = 7;
    CHECK(broken() == 2);
  }
  SECTION("3 the count of free elements") {
    flip(g.entry(10), 1 << 16);
    CHECK(broken() == 3);
  }
  SECTION("3 the map") {
    flip(g.entry(10) + page_entry::map, 1);
    CHECK(broken() == 3);
  }
  SECTION("3 an element beyond the page's end") {
    flip(g.entry(10) + page_entry::map, 16);
    flip(g.entry(10) + page_entry::map, 8);
    CHECK(broken() == 3);
  }
  SECTION("3 the lowest word with a free element") {
    poke(g.entry(10), What::of(Kind::elements, beos::bin_of(1024), 1, 3).bits);
    CHECK(broken() == 3);
  }
  SECTION("4 a wholly free page") {
    poke(g.entry(10) + page_entry::map, 15);
    poke(g.entry(10), What::of(Kind::elements, beos::bin_of(1024), 0, 4).bits);
    CHECK(broken() == 4);
  }
  SECTION("5 a page of no kind") {
    poke(g.entry(1), 0);
    CHECK(broken() == 5);
  }
  SECTION("5 a block that begins inside a run") {
    poke(g.entry(2), What::of(Kind::run).bits);
    CHECK(broken() == 5);
  }
  SECTION("5 a run beyond fresh") {
    poke(g.entry(1) + page_entry::pages, 11);
    CHECK(broken() == 5);
  }
  SECTION("5 a record above fresh") {
    poke(g.entry(20), What::of(Kind::run).bits);
    CHECK(broken() == 5);
  }
  SECTION("6 a free run's end") {
    poke(g.entry(6) + page_entry::pages, 2);
    CHECK(broken() == 6);
  }
  SECTION("6 a free run without an end") {
    poke(g.entry(6), 0);
    CHECK(broken() == 6);
  }
  SECTION("6 free runs that touch") {
    poke(g.entry(4) + page_entry::pages, 1);
    poke(g.entry(5), What::of(Kind::free_run).bits);
    poke(g.entry(5) + page_entry::pages, 2);
    p.lowest[0] = 4;
    flip(list_word(0), 1U << 4);
    flip(list_word(2), 1U << 4);
    CHECK(broken() == 6);
  }
  SECTION("6 a free run at fresh") {
    p.fresh = 10;
    CHECK(broken() == 6);
  }
  SECTION("7 a start that is not listed") {
    flip(list_word(2), 1U << 4);
    CHECK(broken() == 7);
  }
  SECTION("7 a start too many") {
    flip(list_word(2), 1U << 7);
    CHECK(broken() == 7);
  }
  SECTION("7 a class that is empty") {
    p.lowest[9] = 4;
    CHECK(broken() == 7);
  }
  SECTION("7 the lowest") {
    p.lowest[0] = 4;
    CHECK(broken() == 7);
  }
  SECTION("7 an upper word") {
    flip(g.table + 4 * 2, 1);
    CHECK(broken() == 7);
  }
  SECTION("8 used") {
    ++p.bin[beos::bin_of(1024)].used;
    CHECK(broken() == 8);
  }
  SECTION("8 total") {
    p.bin[beos::bin_of(1024)].total -= 4;
    CHECK(broken() == 8);
  }
  SECTION("8 bytes") {
    p.bytes += 8;
    CHECK(broken() == 8);
  }
  SECTION("8 runs") {
    ++p.runs;
    CHECK(broken() == 8);
  }
  SECTION("8 run_pages") {
    --p.run_pages;
    CHECK(broken() == 8);
  }
  SECTION("9 a page of the table that is not counted") {
    ResidentCall call;
    call.range = {g.table + 2 * page_4k, 1};
    REQUIRE(b.m().make_resident(call) == Outcome::done);
    CHECK(broken() == 9);
  }
  SECTION("9 pages without records") {
    p.described = 10;
    CHECK(broken() == 9);
  }
  SECTION("9 metadata") {
    ++b.state.table_pages;
    CHECK(broken() == 9);
  }
  SECTION("10 a semaphore that was released twice") {
    b.m().release_sem(p.sem);
    CHECK(broken() == 10);
  }
  SECTION("10 a semaphore that is gone") {
    b.m().delete_sem(p.sem);
    CHECK(broken() == 10);
  }
  SECTION("10 the table's") {
    b.m().release_sem(b.state.table_sem);
    CHECK(broken() == 10);
  }
}

TEST_CASE("beos: a corrupted table stops the machine", "[beos]") {
  Beos<OnSim> b;
  const beos::PoolId id = b.pool();
  b.at(id, 1024);
  const auto hole = b.at(id, page_4k);
  b.at(id, page_4k);
  b.free_at(id, hole);
  b.checking = false;
  const beos::Geometry& g = b.state.find(id)->g;
  const auto poke = [&](Addr at, std::uint32_t v) { b.on.poke32(at, v); };
  const std::string entry = "area_malloc: a page entry is corrupted";
  SECTION("the page at a list's head") {
    poke(g.entry(0), What::of(Kind::run).bits);
    CHECK(b.on.trap([&] { b.malloc(id, 1024); }) == entry);
  }
  SECTION("an impossible bin") {
    poke(g.entry(0), What::of(Kind::elements, 20, 0, 3).bits);
    CHECK(b.on.trap([&] { b.free(id, b.base); }) == entry);
  }
  SECTION("no free element where one should be") {
    poke(g.entry(0) + page_entry::map, 0);
    CHECK(b.on.trap([&] { b.malloc(id, 1024); }) == "area_malloc: an element is lost");
  }
  SECTION("a run's length") {
    poke(g.entry(2) + page_entry::pages, 0);
    CHECK(b.on.trap([&] { b.free(id, g.page(2)); }) == entry);
  }
  SECTION("a free run") {
    poke(g.entry(1), 0);
    CHECK(b.on.trap([&] { b.malloc(id, page_4k); }) == "area_malloc: a free run is corrupted");
  }
}

}  // namespace kmemlab::test
