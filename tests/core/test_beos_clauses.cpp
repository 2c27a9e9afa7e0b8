// The clauses of the Be Book's area_malloc page (shared/spec/clauses.md), each by its id: module, pools and their
// areas, BE-1 to BE-7. BE-8 to BE-12, BE-17 and BE-18 are in test_beos_blocks.cpp, BE-13 to BE-16 in
// test_beos_contention.cpp.
#include "tests/core/beos_pools.h"

namespace kmemlab::test {

using beos::PoolId;

TEMPLATE_TEST_CASE("BE-1 the module is opened by its constant", "[beos]", OnSim, OnHost) {
  CHECK(beos::B_AREA_MALLOC_MODULE_NAME == "generic/area_malloc/v1");
  TestType on{Shape{}};
  beos::State state;
  beos::boot(on.machine(), state, {});
  beos::CreatePoolCall early;
  early.size = page_4k;
  CHECK(beos::create_pool(on.machine(), state, early) == Outcome::failed);
  CHECK(early.reason == Reason::bad_heap);
  CHECK(beos::get_module(on.machine(), state, "generic/area_malloc/v2") == B_ENTRY_NOT_FOUND);
  CHECK(beos::get_module(on.machine(), state, {}) == B_BAD_VALUE);
  CHECK(beos::put_module(on.machine(), state, "generic/area_malloc/v2") == B_BAD_VALUE);
  CHECK(beos::put_module(on.machine(), state) == B_BAD_VALUE);
  CHECK(on.console_line(1) == "area_malloc: put_module without a user");
  REQUIRE(beos::get_module(on.machine(), state, "generic/area_malloc/v1") == B_OK);
  CHECK(on.machine().modules().users("generic/area_malloc/v1") == 1);
  CHECK(beos::create_pool(on.machine(), state, early) == Outcome::done);
  CHECK(beos::std_ops(on.machine(), state, 3) == B_ERROR);
}

TEMPLATE_TEST_CASE("BE-2 create_pool takes create_area's parameters", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const auto info_of = [&](PoolId id) {
    area_info info;
    CHECK(b.m().get_area_info(b.state.find(id)->area, info) == B_OK);
    return info;
  };
  SECTION("each lock and each protection ends up in the area, under a fixed name") {
    for (std::uint32_t lock = B_NO_LOCK; lock <= B_LOMEM; ++lock) {
      for (std::uint32_t protection = 0; protection <= 3; ++protection) {
        const auto c = b.create(3 * page_4k, lock, protection);
        REQUIRE(c.pool);
        const area_info info = info_of(c.pool);
        CHECK(info.size == 3 * page_4k);
        CHECK(info.lock == lock);
        CHECK(info.protection == protection);
        CHECK(std::string(info.name.data()) == "area_malloc pool");
        b.remove(c.pool);
      }
    }
  }
  SECTION("addresses: any, any of the kernel's, from a base of 0") {
    for (const std::uint32_t spec : {B_ANY_ADDRESS, B_BASE_ADDRESS, B_ANY_KERNEL_ADDRESS}) {
      const auto c = b.create(page_4k, B_FULL_LOCK, area_rw, spec);
      REQUIRE(c.pool);
      CHECK(info_of(c.pool).address == b.on.base());
      b.remove(c.pool);
    }
  }
}

TEMPLATE_TEST_CASE("BE-3 NULL if creation failed", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const auto refused = [&](const beos::CreatePoolCall& c, Reason reason) {
    CHECK_FALSE(c.pool);
    CHECK(c.reason == reason);
    CHECK(b.m().areas().live() == 0);
    CHECK(b.on.pages_held() == 0);
  };
  refused(b.create(page_4k, B_FULL_LOCK, area_rw, B_EXACT_ADDRESS), Reason::bad_argument);
  refused(b.create(page_4k, B_FULL_LOCK, area_rw, B_CLONE_ADDRESS), Reason::bad_argument);
  refused(b.create(page_4k, B_FULL_LOCK, area_rw, 5), Reason::bad_argument);
  refused(b.create(page_4k, 5), Reason::bad_argument);
  refused(b.create(page_4k, B_FULL_LOCK, 4), Reason::bad_argument);
  refused(b.create(0), Reason::bad_argument);
  refused(b.create(page_4k + 1), Reason::bad_argument);
  refused(b.create(2048), Reason::bad_argument);
  refused(b.create(std::uint64_t{1} << 40, B_LAZY_LOCK), Reason::no_space);
  refused(b.create(std::uint64_t{4} << 20, B_LAZY_LOCK), Reason::no_space);  // nothing left for the table
  refused(b.create(std::uint64_t{1} << 40), Reason::no_space);
  SECTION("an identifier is opaque, and no two are alike, even after deletion") {
    const PoolId one = b.pool();
    const PoolId two = b.pool();
    CHECK_FALSE(one == two);
    b.remove(one);
    const PoolId three = b.pool();
    CHECK_FALSE(three == one);
    CHECK_FALSE(three == two);
  }
  SECTION("at most 32 pools") {
    for (unsigned n = 0; n < beos::pools_max; ++n) REQUIRE(b.create(page_4k).pool);
    CHECK(b.create(page_4k).reason == Reason::no_entries);
    CHECK(b.m().areas().live() == 64);
  }
}

TEMPLATE_TEST_CASE("BE-3 too few frames for a locked pool", "[beos]", OnSim, OnHost) {
  Beos<TestType> b({"i386", std::uint64_t{1} << 20, 16 * page_4k});
  CHECK(b.create(17 * page_4k).reason == Reason::no_frames);
  CHECK(b.create(17 * page_4k, B_CONTIGUOUS).reason == Reason::no_frames);
  CHECK(b.m().areas().live() == 0);
  CHECK(b.on.pages_held() == 0);
  CHECK(b.create(17 * page_4k, B_LAZY_LOCK).pool);
  CHECK(b.create(16 * page_4k).pool);
}

TEMPLATE_TEST_CASE("BE-4 memory comes from areas", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool(8 * page_4k);
  for (const std::uint64_t size : {1, 2000, 9000}) {
    const auto c = b.malloc(pool, size);
    REQUIRE(c.address);
    CHECK(b.m().area_for(c.address) == b.state.find(pool)->area);
    CHECK(b.m().area_for(c.address + (c.granted - 1)) == b.state.find(pool)->area);
  }
  const beos::Pool& p = *b.state.find(pool);
  CHECK(b.m().area_for(p.g.entry(0)) == p.table_area);  // what the module knows about them lies elsewhere
}

TEMPLATE_TEST_CASE("BE-5 protection holds for the pool's memory", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.create(4 * page_4k, B_FULL_LOCK, B_READ_AREA).pool;
  REQUIRE(pool);
  const Addr a = b.malloc(pool, 64).address;
  REQUIRE(a);
  CHECK(b.on.trap([&] { (void)b.m().template load<std::uint32_t>(a); }).empty());
  SECTION("a write faults") {
    CHECK_FALSE(b.on.trap([&] { b.m().template store<std::uint32_t>(a, 1); }).empty());
  }
  SECTION("so calloc cannot zero, and realloc cannot copy") {
    CHECK(b.calloc(pool, 1, 8).reason == Reason::read_only);
    CHECK(b.realloc(pool, a, 65).reason == Reason::read_only);
    CHECK(b.realloc(pool, a, 60).address == a);
    CHECK(b.realloc(pool, {}, 60).address);
    CHECK(b.realloc(pool, a, 0).reason == Reason::none);
  }
  SECTION("a pool that may be written and not read") {
    const PoolId blind = b.create(4 * page_4k, B_FULL_LOCK, B_WRITE_AREA).pool;
    const Addr w = b.calloc(blind, 1, 64).address;
    REQUIRE(w);
    CHECK(b.realloc(blind, w, 100).reason == Reason::read_only);
    CHECK(b.on.trap([&] { b.m().template store<std::uint32_t>(w, 1); }).empty());
    CHECK_FALSE(b.on.trap([&] { (void)b.m().template load<std::uint32_t>(w); }).empty());
  }
}

TEMPLATE_TEST_CASE("BE-5 lock holds for the pool's memory", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const auto ram_of = [&](PoolId id) {
    area_info info;
    CHECK(b.m().get_area_info(b.state.find(id)->area, info) == B_OK);
    return info.ram_size;
  };
  SECTION("B_FULL_LOCK: resident") {
    const PoolId pool = b.pool(4 * page_4k);
    CHECK(ram_of(pool) == 4 * page_4k);
    for (std::uint64_t p = 0; p < 4; ++p) b.m().template store<std::uint32_t>(b.base + p * page_4k, 7);
  }
  SECTION("B_LAZY_LOCK and B_NO_LOCK: not before somebody asks") {
    for (const std::uint32_t lock : {B_LAZY_LOCK, B_NO_LOCK}) {
      const PoolId pool = b.pool(4 * page_4k, lock);
      CHECK(ram_of(pool) == 0);
      const Addr a = b.malloc(pool, 5000).address;
      CHECK(ram_of(pool) == 0);
      ResidentCall call;
      call.range = {a + 4092, 8};
      CHECK(b.m().make_resident(call) == Outcome::done);
      CHECK(ram_of(pool) == 2 * page_4k);
      b.m().template store<std::uint32_t>(a + 4092, 7);
      b.free(pool, a);
      CHECK(ram_of(pool) == 2 * page_4k);  // locked once it was brought in
      CHECK(b.calloc(pool, 3, page_4k).address);
      CHECK(ram_of(pool) == 3 * page_4k);
    }
  }
  SECTION("touching without asking is a fault") {
    const PoolId pool = b.pool(4 * page_4k, B_LAZY_LOCK);
    const Addr a = b.malloc(pool, 64).address;
    CHECK_FALSE(b.on.trap([&] { (void)b.m().template load<std::uint32_t>(a); }).empty());
  }
}

TEMPLATE_TEST_CASE("BE-5 B_CONTIGUOUS is one run of frames: it fails where B_FULL_LOCK does not", "[beos]", OnSim,
                   OnHost) {
  Beos<TestType> b({"i386", std::uint64_t{1} << 20, 64 * page_4k});
  std::vector<area_id> hogs;
  for (unsigned n = 0; n < 60; ++n) {
    Addr a{};
    hogs.push_back(b.m().create_area("hog", a, B_ANY_ADDRESS, page_4k, B_FULL_LOCK, area_rw));
    REQUIRE(hogs.back() > 0);
  }
  for (unsigned n = 0; n < 60; n += 2) b.m().delete_area(hogs[n]);
  CHECK(b.create(8 * page_4k, B_CONTIGUOUS).reason == Reason::no_frames);
  CHECK(b.create(8 * page_4k, B_LOMEM).reason == Reason::no_frames);
  CHECK(b.m().areas().live() == 30);
  CHECK(b.create(4 * page_4k, B_CONTIGUOUS).pool);  // frames 60 to 63
  CHECK(b.create(8 * page_4k, B_FULL_LOCK).pool);
}

TEST_CASE("BE-5 the frames of B_CONTIGUOUS and B_LOMEM", "[beos]") {
  Beos<OnSim> b({"i386", std::uint64_t{64} << 20, std::uint64_t{32} << 20});
  const auto frame_at = [&](Addr a) { return b.m().machine().lookup(a)->frame(); };
  const auto expect_run = [&](PoolId pool, sim::Frame first) {
    REQUIRE(pool);
    for (std::uint32_t p = 0; p < 8; ++p) CHECK(frame_at(b.state.find(pool)->g.page(p)) == first + p);
  };
  expect_run(b.create(8 * page_4k, B_CONTIGUOUS).pool, 0);
  expect_run(b.create(8 * page_4k, B_LOMEM).pool, 8);
  Addr a{};
  REQUIRE(b.m().create_area("low", a, B_ANY_ADDRESS, std::uint64_t{4078} << 12, B_FULL_LOCK, area_rw) > 0);
  CHECK(b.create(8 * page_4k, B_LOMEM).reason == Reason::no_frames);  // two frames are left below 16 MiB
  CHECK(b.create(2 * page_4k, B_LOMEM).pool);
  expect_run(b.create(8 * page_4k, B_CONTIGUOUS).pool, 4096);
}

TEMPLATE_TEST_CASE("BE-6 delete_pool: B_OK, otherwise B_ERROR", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId keep = b.pool();
  const std::uint64_t held = b.on.pages_held();
  const PoolId pool = b.pool();
  b.at(pool, 100);
  CHECK(b.remove(pool).status == B_OK);
  CHECK(b.on.pages_held() == held);
  CHECK(b.m().areas().live() == 2);
  CHECK(b.remove(pool).status == B_ERROR);
  CHECK(b.remove({}).status == B_ERROR);
  CHECK(b.remove({keep.v + 1}).status == B_ERROR);
  CHECK(b.remove({keep.v + beos::pools_max}).status == B_ERROR);
  CHECK(b.remove(keep).status == B_OK);
  CHECK(b.on.pages_held() == 0);
  CHECK(b.state.races == 0);
}

TEMPLATE_TEST_CASE("BE-7 pointers of a deleted pool are invalid at once", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  const Addr a = b.malloc(pool, 100).address;
  b.m().template store<std::uint32_t>(a, 1);
  b.remove(pool);
  CHECK(b.m().area_for(a) == B_ERROR);
  CHECK_FALSE(b.m().template peek<std::uint32_t>(a));
  CHECK(b.malloc(pool, 100).reason == Reason::bad_heap);
  CHECK(b.calloc(pool, 1, 100).reason == Reason::bad_heap);
  CHECK(b.realloc(pool, a, 200).reason == Reason::bad_heap);
  CHECK(b.free(pool, a).reason == Reason::bad_heap);
  CHECK(b.state.free_errors == 1);
  CHECK(b.console().back() == "area_malloc: free to no pool");
  SECTION("also when another pool takes the place") {
    const PoolId next = b.pool();
    CHECK(b.base == b.on.base());
    CHECK(b.free(pool, a).reason == Reason::bad_heap);
    CHECK(b.free(next, a).reason == Reason::bad_argument);
    CHECK(b.malloc(pool, 100).reason == Reason::bad_heap);
  }
}

}  // namespace kmemlab::test
