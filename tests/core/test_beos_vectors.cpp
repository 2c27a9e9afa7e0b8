// The BeOS core's addresses, computed by hand from the rules in core/beos/beos.h: its worked example, bins, order of a
// bin's list, first fit over runs.
#include "tests/core/beos_pools.h"

namespace kmemlab::test {

using beos::PoolId;

TEMPLATE_TEST_CASE("beos: the essay's worked example", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  CHECK(b.at(pool, 100) == 0x0);
  CHECK(b.at(pool, 100) == 0x80);
  CHECK(b.at(pool, 5000) == 0x1000);
  CHECK(b.at(pool, 20) == 0x3000);
  CHECK(b.state.find(pool)->fresh == 4);
  CHECK(b.state.find(pool)->bytes == 128 + 128 + 8192 + 24);
  b.free_at(pool, 0x0);
  CHECK(b.at(pool, 100) == 0x0);
  b.free_at(pool, 0x1000);
  CHECK(b.at(pool, 500) == 0x1000);
  b.free_at(pool, 0x3000);
  CHECK(b.state.find(pool)->fresh == 2);
  const auto none = b.malloc(pool, 30000);
  CHECK(none.reason == Reason::no_space);
  CHECK(b.outcome == Outcome::failed);
  const auto stays = b.realloc(pool, b.base + 0x80, 120);
  CHECK(stays.address == b.base + 0x80);
  CHECK(stays.granted == 128);
  const auto moves = b.realloc(pool, b.base + 0x80, 200);
  CHECK(moves.address == b.base + 0x2000);
  CHECK(moves.granted == 256);
  CHECK(moves.old_granted == 128);
  b.free_at(pool, 0x0);  // page 0 is empty now, for the other block of it has moved
  CHECK(b.at(pool, 8) == 0x0);
}

TEMPLATE_TEST_CASE("beos: bins", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  struct Vector {
    std::uint64_t size, granted;
  };
  for (const Vector& v :
       {Vector{0, 8}, {1, 8},       {8, 8},       {9, 16},      {17, 24},     {25, 32},      {33, 48},   {49, 64},
        {65, 96},     {97, 128},    {129, 160},   {161, 192},   {193, 256},   {257, 384},    {385, 512}, {513, 1024},
        {1025, 2048}, {2048, 2048}, {2049, 4096}, {4096, 4096}, {4097, 8192}, {12288, 12288}}) {
    INFO(v.size);
    const auto call = b.malloc(pool, v.size);
    CHECK(call.granted == v.granted);
    CHECK(call.address.v % 8 == 0);
    b.free(pool, call.address);
    CHECK(b.state.find(pool)->bytes == 0);
    CHECK(b.state.find(pool)->fresh == 0);
  }
}

TEMPLATE_TEST_CASE("beos: lowest free element first, pages of a bin by the order in which they came to have one",
                   "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  for (std::uint64_t n = 0; n < 6; ++n) CHECK(b.at(pool, 1024) == n * 1024);  // page 0 is full, page 1 half
  b.free_at(pool, 0x800);
  b.free_at(pool, 0x400);
  CHECK(b.at(pool, 1024) == 0x400);  // page 0 came to the head, before page 1; lowest first
  b.free_at(pool, 0x1000);
  CHECK(b.at(pool, 1024) == 0x800);
  CHECK(b.at(pool, 1024) == 0x1000);  // page 0 is full again
  b.free_at(pool, 0x0);
  b.free_at(pool, 0x400);
  b.free_at(pool, 0x800);
  b.free_at(pool, 0xc00);  // page 0 leaves the list
  CHECK(b.at(pool, 1024) == 0x1800);
  CHECK(b.at(pool, 3000) == 0x0);
}

TEMPLATE_TEST_CASE("beos: elements of all words of a map, and the wasted end of a page", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  for (std::uint64_t n = 0; n < 512; ++n) REQUIRE(b.at(pool, 8) == n * 8);
  CHECK(b.at(pool, 8) == 0x1000);
  b.free_at(pool, 511 * 8);
  b.free_at(pool, 300 * 8);
  b.free_at(pool, 33 * 8);
  CHECK(b.at(pool, 8) == 33 * 8);
  CHECK(b.at(pool, 8) == 300 * 8);
  CHECK(b.at(pool, 8) == 511 * 8);
  for (std::uint64_t n = 0; n < 25; ++n) REQUIRE(b.at(pool, 160) == 0x2000 + n * 160);
  CHECK(b.at(pool, 160) == 0x3000);
  b.free(pool, b.base + 0x2000 + 25 * 160);  // the waste is no element
  CHECK(b.outcome == Outcome::failed);
}

TEMPLATE_TEST_CASE("beos: runs go to the lowest address, and merge", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(32 * page_4k);
  for (const std::uint64_t p : {0, 3, 4, 6, 7, 12, 13}) {
    const std::uint64_t pages = p == 0 ? 3 : p == 4 ? 2 : p == 7 ? 5 : 1;
    REQUIRE(b.at(pool, pages * page_4k) == p * page_4k);
  }
  b.free_at(pool, 7 * page_4k);  // 5 pages
  b.free_at(pool, 4 * page_4k);  // 2 pages
  b.free_at(pool, 0 * page_4k);  // 3 pages
  CHECK(b.at(pool, 4 * page_4k) == 7 * page_4k);
  CHECK(b.at(pool, 2 * page_4k) == 0);
  CHECK(b.at(pool, 2 * page_4k) == 4 * page_4k);
  CHECK(b.at(pool, 1) == 2 * page_4k);
  CHECK(b.at(pool, 2 * page_4k) == 14 * page_4k);  // fresh; page 11 alone is free below
  CHECK(b.state.find(pool)->fresh == 16);
  b.free_at(pool, 12 * page_4k);  // merges with the free page below
  CHECK(b.at(pool, 2 * page_4k) == 11 * page_4k);
  b.free_at(pool, 11 * page_4k);
  b.free_at(pool, 7 * page_4k);  // merges with the free pages above
  b.free_at(pool, 6 * page_4k);
  CHECK(b.at(pool, 7 * page_4k) == 6 * page_4k);
  b.free_at(pool, 14 * page_4k);  // borders on fresh
  CHECK(b.state.find(pool)->fresh == 14);
  b.free_at(pool, 13 * page_4k);
  b.free_at(pool, 6 * page_4k);  // and so does the merged one
  CHECK(b.state.find(pool)->fresh == 6);
  CHECK(b.at(pool, 26 * page_4k) == 6 * page_4k);  // to the last page
  CHECK(b.malloc(pool, 3000).reason == Reason::no_space);
}

TEMPLATE_TEST_CASE("beos: of one class of lengths only some runs are long enough", "[beos]", OnSim, OnHost) {
  Beos<TestType> b({"i386", std::uint64_t{4} << 20, std::uint64_t{8} << 20});
  const PoolId pool = b.pool(256 * page_4k);
  const std::uint64_t lengths[] = {8, 9, 16, 19, 40};
  std::vector<std::uint64_t> starts;
  for (const std::uint64_t n : lengths) {
    starts.push_back(b.at(pool, n * page_4k));
    b.at(pool, page_4k);
  }
  for (const std::uint64_t s : starts) b.free_at(pool, s);
  CHECK(b.at(pool, 18 * page_4k) == starts[3]);
  CHECK(b.at(pool, 9 * page_4k) == starts[1]);
  CHECK(b.at(pool, 15 * page_4k) == starts[2]);
  CHECK(b.at(pool, 9 * page_4k) == starts[4]);
  CHECK(b.at(pool, 8 * page_4k) == starts[0]);
  CHECK(b.at(pool, 31 * page_4k) == starts[4] + 9 * page_4k);
}

TEMPLATE_TEST_CASE("beos: frames that were used before", "[beos]", OnSim, OnHost) {
  Beos<TestType> b({"i386", std::uint64_t{1} << 20, 40 * page_4k});
  const PoolId dirty = b.pool(36 * page_4k);
  for (std::uint64_t at = 0; at < 36 * page_4k; at += 4) b.m().template store<std::uint32_t>(b.base + at, ~0U);
  b.remove(dirty);
  const PoolId pool = b.pool(100 * page_4k, B_LAZY_LOCK);
  CHECK(b.at(pool, 33 * page_4k) == 0);
  CHECK(b.at(pool, page_4k) == 33 * page_4k);
  b.free_at(pool, 0);
  CHECK(b.at(pool, 20) == 0);
}

TEMPLATE_TEST_CASE("beos: where areas and tables lie", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const std::uint64_t start = b.on.base().v;
  const PoolId one = b.pool(10 * page_4k);
  const beos::Pool& p = *b.state.find(one);
  CHECK(p.g.base.v == start);
  CHECK(p.g.table.v == start + 10 * page_4k);
  // 10 pages are one group: 25 words and 32 entries of 12 + 64 bytes; no upper level.
  CHECK(p.g.group_bytes == 25 * 4 + 32 * 76);
  CHECK(p.g.table_bytes() == page_4k);
  CHECK(p.g.groups == p.g.table);
  CHECK(p.g.entry(9) - p.g.table == 100 + 9 * 76);
  const PoolId two = b.pool(2048 * page_4k / 16);  // 128 pages: 4 groups, 1 upper word a class
  const beos::Pool& q = *b.state.find(two);
  CHECK(q.g.base.v == start + 11 * page_4k);
  CHECK(q.g.groups - q.g.table == 25 * 4);
  CHECK(q.g.levels == 1);
  CHECK(q.g.table_bytes() == 3 * page_4k);  // 100 + 4 * 2532 = 10228
  CHECK(q.described == 32);                 // (4096 - 100) / 2532 = 1 group
  CHECK(q.table_pages == 1);
  b.at(two, 33 * page_4k);
  CHECK(q.table_pages == 2);
  CHECK(q.described == 96);
  CHECK(beos::metadata_bytes(b.state) == 2 * page_4k);  // the other pool has not been used
  b.at(one, 1);
  CHECK(beos::metadata_bytes(b.state) == 3 * page_4k);
}

}  // namespace kmemlab::test
