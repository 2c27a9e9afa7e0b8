// The clauses of the Be Book's area_malloc page (shared/spec/clauses.md), each by its id: blocks, BE-8 to BE-12; what
// is left at the end, BE-17; several pools, BE-18.
#include <limits>

#include "tests/core/beos_pools.h"

namespace kmemlab::test {

using beos::PoolId;

TEMPLATE_TEST_CASE("BE-8 malloc gives a block of size bytes", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  std::vector<beos::MallocCall> blocks;
  for (std::uint64_t size = 0; size < 6000; size += 1 + size / 3) {
    blocks.push_back(b.malloc(pool, size));
    REQUIRE(blocks.back().address);
    CHECK(blocks.back().granted >= size);
    CHECK(blocks.back().address.v % 8 == 0);
  }
  for (std::size_t n = 0; n < blocks.size(); ++n) {  // each is memory of its own
    for (std::uint64_t at = 0; at < blocks[n].granted; at += 4) {
      b.m().template store<std::uint32_t>(blocks[n].address + at, static_cast<std::uint32_t>(n));
    }
  }
  b.verify();
  for (std::size_t n = 0; n < blocks.size(); ++n) {
    for (std::uint64_t at = 0; at < blocks[n].granted; at += 4) {
      REQUIRE(b.m().template load<std::uint32_t>(blocks[n].address + at) == n);
    }
  }
  SECTION("malloc(0) is a block of its own, too") {
    const Addr one = b.malloc(pool, 0).address;
    const Addr two = b.malloc(pool, 0).address;
    CHECK(one);
    CHECK(one != two);
    CHECK(b.free(pool, one).reason == Reason::none);
  }
}

TEMPLATE_TEST_CASE("BE-9 calloc gives zeroed room for n members", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(8 * page_4k);
  const Addr dirty = b.malloc(pool, 8 * page_4k).address;
  for (std::uint64_t at = 0; at < 8 * page_4k; at += 4) b.m().template store<std::uint32_t>(dirty + at, ~0U);
  b.free(pool, dirty);
  const auto small = b.calloc(pool, 25, 4);
  REQUIRE(small.address == b.base);
  CHECK(small.granted == 128);
  for (std::uint64_t at = 0; at < 100; at += 4) CHECK(b.m().template load<std::uint32_t>(small.address + at) == 0);
  CHECK(b.m().template load<std::uint32_t>(small.address + 100) == ~0U);  // what was not asked for
  const auto large = b.calloc(pool, 3, 2001);
  CHECK(large.granted == 2 * page_4k);
  for (std::uint64_t at = 0; at < 6000; at += 4) REQUIRE(b.m().template load<std::uint32_t>(large.address + at) == 0);
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(b.calloc(pool, most / 2 + 1, 2).reason == Reason::too_big);
  CHECK(b.calloc(pool, 2, most / 2 + 1).reason == Reason::too_big);
  CHECK(b.calloc(pool, most, most).reason == Reason::too_big);
  CHECK(b.calloc(pool, most, 1).reason == Reason::no_space);
  CHECK(b.calloc(pool, 0, most).granted == 8);
  CHECK(b.calloc(pool, most, 0).granted == 8);
}

TEMPLATE_TEST_CASE("BE-10 realloc resizes, may move, keeps the contents", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  const auto fill = [&](Addr a, std::uint64_t bytes) {
    for (std::uint64_t at = 0; at < bytes; at += 4) {
      b.m().template store<std::uint32_t>(a + at, static_cast<std::uint32_t>(at + 1));
    }
  };
  const auto kept = [&](Addr a, std::uint64_t bytes) {
    for (std::uint64_t at = 0; at < bytes; at += 4) {
      if (b.m().template load<std::uint32_t>(a + at) != at + 1) return false;
    }
    return true;
  };
  const Addr a = b.calloc(pool, 1, 96).address;
  b.at(pool, 96);
  fill(a, 96);
  SECTION("of the same bin: in place") {
    CHECK(b.realloc(pool, a, 65).address == a);
    CHECK(b.realloc(pool, a, 96).granted == 96);
    CHECK(b.realloc(pool, a, 64).address != a);
  }
  SECTION("grows to another bin, to a run, to a longer one; shrinks back") {
    Addr now = a;
    std::uint64_t bytes = 96;
    for (const std::uint64_t size : {97, 2048, 2049, 4096, 4097, 8192, 16384}) {
      const auto c = b.realloc(pool, now, size);
      REQUIRE(c.address);
      CHECK(kept(c.address, bytes));
      now = c.address;
      bytes = size / 4 * 4;
      ResidentCall all;
      all.range = {now, size};
      REQUIRE(b.m().make_resident(all) == Outcome::done);
      fill(now, bytes);
    }
    const auto same = b.realloc(pool, now, 12289);
    CHECK(same.address == now);
    const auto back = b.realloc(pool, now, 16);
    CHECK(back.granted == 16);
    CHECK(kept(back.address, 16));
    CHECK(b.state.find(pool)->runs == 0);
  }
  SECTION("of as many pages: in place; of fewer, or small enough for a bin: moves") {
    const auto run = b.calloc(pool, 1, 3 * page_4k);
    CHECK(b.realloc(pool, run.address, 2 * page_4k + 1).address == run.address);
    const auto shorter = b.realloc(pool, run.address, 2 * page_4k);
    CHECK(shorter.address != run.address);
    CHECK(shorter.granted == 2 * page_4k);
    const auto one = b.realloc(pool, shorter.address, 2049);
    CHECK(one.granted == page_4k);
    CHECK(b.realloc(pool, one.address, 2048).granted == 2048);
  }
  SECTION("no more is copied than there was, at the very end of the pool either") {
    const PoolId small = b.pool(4 * page_4k);
    const Addr low = b.malloc(small, 3 * page_4k).address;
    const Addr last = b.malloc(small, 2048).address;
    b.free(small, low);
    REQUIRE(last == b.base + 3 * page_4k);
    CHECK(b.realloc(small, last, 2 * page_4k).address == b.base);
  }
  SECTION("null: malloc; size 0: free") {
    const auto fresh = b.realloc(pool, {}, 10);
    CHECK(fresh.granted == 16);
    const auto gone = b.realloc(pool, fresh.address, 0);
    CHECK_FALSE(gone.address);
    CHECK(b.free(pool, fresh.address).reason == Reason::bad_argument);
    CHECK(b.realloc(pool, {}, 0).granted == 8);
  }
  SECTION("no room: the old block stays valid") {
    const auto most = b.malloc(pool, 7 * page_4k);
    REQUIRE(most.address);
    CHECK(b.realloc(pool, a, 3000).reason == Reason::no_space);
    CHECK(kept(a, 96));
    CHECK(b.realloc(pool, a, ~std::uint64_t{0}).reason == Reason::no_space);
    CHECK(b.free(pool, a).reason == Reason::none);
  }
  SECTION("of what is no live block") {
    CHECK(b.realloc(pool, a + 8, 10).reason == Reason::bad_argument);
    CHECK(b.realloc(pool, a + 96 * 5, 10).reason == Reason::bad_argument);
    CHECK(b.state.free_errors == 2);
    CHECK(b.console().back() == "area_malloc: realloc of what is no live block");
  }
}

TEMPLATE_TEST_CASE("BE-11 free returns the block to its pool", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(8 * page_4k);
  const Addr a = b.malloc(pool, 100).address;
  const Addr run = b.malloc(pool, 3 * page_4k).address;
  b.free(pool, a);
  CHECK(b.malloc(pool, 100).address == a);
  b.free(pool, run);
  CHECK(b.malloc(pool, 3 * page_4k).address == run);
  CHECK(b.free(pool, {}).reason == Reason::none);  // NULL: nothing
  CHECK(b.state.free_errors == 0);
  SECTION("what is no live block changes nothing, and is counted") {
    const Addr other = b.malloc(pool, 100).address;
    b.free(pool, other);
    const std::uint64_t bytes = b.state.find(pool)->bytes;
    std::uint64_t errors = 0;
    for (const Addr bad : {other, a + 8, a + 1, run + page_4k, run + 8, b.base + 4 * page_4k, b.base - 8,
                           b.base + 8 * page_4k, b.state.find(pool)->g.table, Addr{1}, Addr{~std::uint64_t{0}}}) {
      INFO(bad.v - b.base.v);
      CHECK(b.free(pool, bad).reason == Reason::bad_argument);
      CHECK(b.state.free_errors == ++errors);
    }
    CHECK(b.state.find(pool)->bytes == bytes);
    CHECK(b.console().back() == "area_malloc: free of what is no live block");
    CHECK(b.console().size() == errors);
    const PoolId large = b.pool(64 * page_4k);  // of which the table describes 32 pages so far
    CHECK(b.free(large, b.base + 63 * page_4k).reason == Reason::bad_argument);
  }
  SECTION("strict: the machine stops") {
    b.state.strict = beos::Strict::yes;
    CHECK(b.on.trap([&] { b.free(pool, a + 8); }) == "area_malloc: free of what is no live block");
  }
}

TEMPLATE_TEST_CASE("BE-12 NULL when there is not enough memory in the pool", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(2 * page_4k);
  CHECK(b.malloc(pool, 2 * page_4k + 1).reason == Reason::no_space);
  CHECK(b.malloc(pool, ~std::uint64_t{0}).reason == Reason::no_space);  // -1
  CHECK(b.malloc(pool, std::uint64_t{1} << 63).reason == Reason::no_space);
  for (unsigned n = 0; n < 4; ++n) REQUIRE(b.malloc(pool, 2048).address);
  CHECK(b.malloc(pool, 1).reason == Reason::no_space);
  CHECK(b.calloc(pool, 1, 1).reason == Reason::no_space);
  CHECK(b.realloc(pool, {}, 1).reason == Reason::no_space);
  CHECK(b.outcome == Outcome::failed);  // and not blocked: it does not wait for memory
  CHECK(b.state.find(pool)->failed == 6);
  b.free_at(pool, 0);
  CHECK(b.malloc(pool, 2048).address == b.base);
}

TEMPLATE_TEST_CASE("BE-17 when the last user puts the module away, remaining pools are deleted", "[beos]", OnSim,
                   OnHost) {
  Beos<TestType> b;
  REQUIRE(beos::get_module(b.m(), b.state) == B_OK);
  const PoolId one = b.pool();
  const PoolId two = b.pool(8 * page_4k, B_LAZY_LOCK);
  b.at(two, 100);
  CHECK(beos::put_module(b.m(), b.state) == B_OK);
  b.verify();
  CHECK(b.at(one, 8) == 0);  // somebody still uses it
  CHECK(beos::put_module(b.m(), b.state) == B_OK);
  b.verify();
  CHECK(b.m().areas().live() == 0);
  CHECK(b.on.pages_held() == 0);
  CHECK(beos::metadata_bytes(b.state) == 0);
  CHECK(b.malloc(one, 8).reason == Reason::bad_heap);
  CHECK(b.create(page_4k).reason == Reason::bad_heap);
  CHECK(b.remove(two).status == B_ERROR);
  CHECK(beos::put_module(b.m(), b.state) == B_BAD_VALUE);
  CHECK(b.state.races == 0);
  REQUIRE(beos::get_module(b.m(), b.state) == B_OK);  // starts with none
  CHECK(b.remove(one).status == B_ERROR);
  CHECK_FALSE(b.pool() == one);
}

TEMPLATE_TEST_CASE("BE-18 pools are independent of each other", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId one = b.pool(2 * page_4k);
  const PoolId two = b.pool(2 * page_4k);
  const Addr in_one = b.malloc(one, 2 * page_4k).address;
  CHECK(b.malloc(one, 1).reason == Reason::no_space);
  const Addr in_two = b.malloc(two, 1).address;
  CHECK(in_two);
  CHECK(b.free(two, in_one).reason == Reason::bad_argument);
  CHECK(b.free(one, in_two).reason == Reason::bad_argument);
  b.m().defer_releases(true);
  CHECK(b.free(one, in_one).reason == Reason::none);
  CHECK(b.malloc(two, 1).address);  // although the other pool's semaphore is held
  CHECK(b.malloc(two, 1).phase == beos::Phase::in_queue);
  b.m().defer_releases(false);
  for (const sem_id id : b.m().take_releases()) b.m().finish_release(id);
  b.remove(one);
  CHECK(b.on.trap([&] { b.m().template store<std::uint32_t>(in_two, 1); }).empty());
}

}  // namespace kmemlab::test
