// The clauses of MALLOC(9r) (shared/spec/clauses.md, OSF-1 to OSF-11, OSF-18, OSF-19), each by its id. OSF-8 is taken
// up again in test_osf1_thread.cpp; OSF-12 to OSF-17 are in test_osf1_debug.cpp.
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

struct Softc {};  // what a driver would allocate

TEMPLATE_TEST_CASE("OSF-1 MALLOC sets addr, typed as cast, to at least size bytes", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  MallocCall call;
  call.size = 200;
  call.type = M_DEVBUF;
  call.flags = M_WAITOK;
  Pointer<Softc> sc;
  REQUIRE(MALLOC(heap.on.machine(), heap.state, sc, call) == Outcome::done);
  CHECK(sc);
  CHECK(call.granted == 256);
  // Every byte of it is memory of the caller's own.
  for (unsigned at = 0; at < 256; at += 4) heap.on.machine().template store<std::uint32_t>(sc.addr + at, 0xa5a5a5a5);
  heap.verify();
  FREE(heap.on.machine(), heap.state, sc, M_DEVBUF, 0);
  heap.verify();
  CHECK(heap.stats().ks_inuse == 0);
  SECTION("null if it cannot be had") {
    call = MallocCall{};
    call.size = 20000;
    call.flags = M_NOWAIT;
    CHECK(MALLOC(heap.on.machine(), heap.state, sc, call) == Outcome::failed);
    CHECK_FALSE(sc);
  }
}

TEMPLATE_TEST_CASE("OSF-2 MALLOC is a wrapper that calls malloc", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> a;
  OsfHeap<TestType> b;
  for (const std::uint64_t size : {1, 100, 5000, 16384, 30000}) {
    MallocCall call;
    call.size = size;
    call.type = M_DEVBUF;
    Pointer<Softc> sc;
    REQUIRE(MALLOC(a.on.machine(), a.state, sc, call) == Outcome::done);
    CHECK(b.alloc(size, M_WAITOK) == sc.addr - a.on.base());
  }
  CHECK(digest(a.state) == digest(b.state));
  static_assert(bucket_index(200) == 8);  // the macro's point: a constant size costs no search
}

TEMPLATE_TEST_CASE("OSF-3 it works in interrupt and in process context", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  const auto a = heap.alloc(1024).value();
  std::uint64_t b = 0;
  heap.on.in_interrupt([&] {
    b = heap.alloc(1024).value();
    heap.free(a);
  });
  CHECK(heap.alloc(1024) == a);
  heap.free(b);
  CHECK(heap.state.ctx_errors == 0);
  CHECK(heap.on.console_lines() == 0);
}

TEMPLATE_TEST_CASE("OSF-4 a pool of preallocated memory", "[osf1]", OnSim, OnHost) {
  SECTION("each bucket holds its low-water mark at boot, smallest first") {
    OsfHeap<TestType> heap;
    CHECK(heap.on.pages_held() == 11);
    for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
      CHECK(heap.state.bucket[i].kb_totalfree == heap.state.bucket[i].kb_elmpercl);
    }
    CHECK(heap.alloc(32) == 0x1fe0);
    CHECK(heap.alloc(64) == 0x3fc0);
    CHECK(heap.alloc(8192) == 0x10000);
    CHECK(heap.alloc(16384) == 0x12000);
    CHECK(heap.on.pages_held() == 11);
    CHECK(heap.bucket(32).kb_calls == 1);
    CHECK(heap.bucket(32).kb_misses == 0);
  }
  SECTION("two pages' worth") {
    Config config;
    config.lowat_pages = 2;
    OsfHeap<TestType> heap(config);
    CHECK(heap.on.pages_held() == 22);
    CHECK(heap.bucket(16384).kb_totalfree == 2);
    CHECK(heap.alloc(32) == 0x3fe0);  // the page that came last is taken first
  }
  SECTION("as far as memory goes") {
    OsfHeap<TestType> few_frames({}, alpha(512, 4));
    CHECK(few_frames.on.pages_held() == 4);
    OsfHeap<TestType> small_arena({}, alpha(1));
    CHECK(small_arena.on.pages_held() == 1);
    CHECK(small_arena.bucket(16384).kb_lowat == 0);
    CHECK(small_arena.bucket(8192).kb_lowat == 1);
  }
}

TEMPLATE_TEST_CASE("OSF-5 M_WAITOK with a short pool: memory comes from kmem_alloc", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload());
  CHECK(heap.alloc(2048, M_WAITOK) == 0x1800);
  CHECK(heap.on.pages_held() == 1);
  CHECK(heap.bucket(2048).kb_delayed == 1);
  CHECK(heap.bucket(2048).kb_sleeps == 0);
  for (const std::uint64_t at : {0x1000, 0x800, 0x0}) CHECK(heap.alloc(2048, M_WAITOK) == at);
  CHECK(heap.on.pages_held() == 1);
  CHECK(heap.bucket(2048).kb_delayed == 1);
  CHECK(heap.alloc(2048, M_WAITOK) == 0x3800);
  CHECK(heap.bucket(2048).kb_calls == 5);
  CHECK(heap.bucket(2048).kb_misses == 2);
}

TEMPLATE_TEST_CASE("OSF-5 which can block, and goes on when memory is there", "[osf1]", OnSim, OnHost) {
  SECTION("frames: keeps the pages it got, and sleeps for the rest") {
    OsfHeap<TestType> heap(no_preload(), alpha(512, 5));
    const auto large = heap.alloc(20000, M_WAITOK).value();
    const auto one = heap.alloc(8192, M_WAITOK).value();
    CHECK_FALSE(heap.alloc(16384, M_WAITOK));
    REQUIRE(heap.outcome == Outcome::blocked);
    CHECK(heap.last.cause == SleepCause::frames);
    CHECK(heap.last.kmem.pages_mapped == 1);
    CHECK(heap.bucket(16384).kb_sleeps == 1);
    CHECK(heap.bucket(16384).kb_waiting == 1);
    const Channel channel = heap.last.channel;
    const MallocCall asleep = heap.last;
    CHECK_FALSE(heap.wakes(channel, [&] { heap.free(one); }));  // FREE keeps what the pool can hold
    CHECK(heap.wakes(channel, [&] { heap.free(large); }));
    heap.last = asleep;
    CHECK(heap.run() == 0x8000);
    CHECK(heap.on.pages_held() == 3);
    CHECK(heap.bucket(16384).kb_waiting == 0);
    CHECK(heap.bucket(16384).kb_delayed == 1);
  }
  SECTION("address space") {
    OsfHeap<TestType> heap(no_preload(), alpha(4));
    const auto large = heap.alloc(24576, M_WAITOK).value();
    CHECK_FALSE(heap.alloc(16384, M_WAITOK));
    REQUIRE(heap.outcome == Outcome::blocked);
    CHECK(heap.last.cause == SleepCause::address_space);
    const MallocCall asleep = heap.last;
    CHECK(heap.wakes(asleep.channel, [&] { heap.free(large); }));
    heap.last = asleep;
    CHECK(heap.run() == 0x0);
  }
  SECTION("woken for nothing: sleeps again") {
    OsfHeap<TestType> heap(no_preload(), alpha(512, 1));
    const auto page = heap.alloc(8192, M_WAITOK).value();
    CHECK_FALSE(heap.alloc(64, M_WAITOK));
    CHECK_FALSE(heap.run());
    CHECK(heap.outcome == Outcome::blocked);
    CHECK(heap.bucket(64).kb_sleeps == 2);
    CHECK(heap.bucket(64).kb_waiting == 1);
    CHECK(heap.bucket(64).kb_calls == 1);
    (void)page;
  }
  SECTION("more than 16K sleeps too") {
    OsfHeap<TestType> heap(no_preload(), alpha(512, 4));
    const auto first = heap.alloc(20000, M_WAITOK).value();
    CHECK_FALSE(heap.alloc(20000, M_WAITOK));
    REQUIRE(heap.outcome == Outcome::blocked);
    CHECK(heap.state.large.lg_sleeps == 1);
    const MallocCall asleep = heap.last;
    CHECK(heap.wakes(asleep.channel, [&] { heap.free(first); }));
    heap.last = asleep;
    CHECK(heap.run() == 0x6000);
    CHECK(heap.state.large.lg_calls == 2);
  }
}

TEMPLATE_TEST_CASE("OSF-5 after a sleep the list is looked at again", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload(), alpha(512, 3));
  const auto a = heap.alloc(2048, M_WAITOK).value();
  heap.take(3, 2048);                                    // the page is full
  const auto other = heap.alloc(16384, M_WAITOK).value();  // and so is memory
  CHECK_FALSE(heap.alloc(2048, M_WAITOK));
  REQUIRE(heap.outcome == Outcome::blocked);
  const MallocCall asleep = heap.last;
  SECTION("a block of the bucket came free: taken, and the address space given back") {
    heap.free(a);
    heap.last = asleep;
    CHECK(heap.run() == a);
    CHECK(heap.on.pages_held() == 3);
    heap.free(other);
    CHECK(heap.alloc(16384) == other);
  }
  SECTION("pages came free as well: both are kept") {
    Config config = no_preload();
    config.highwat_pages = 0;
    OsfHeap<TestType> two(config, alpha(512, 3));
    const auto b = two.alloc(2048, M_WAITOK).value();
    two.take(3, 2048);
    const auto large = two.alloc(8192, M_WAITOK).value();
    two.take(1, 8192);
    CHECK_FALSE(two.alloc(2048, M_WAITOK));
    const MallocCall sleeping = two.last;
    two.free(b);
    two.free(large);
    two.run_thread();
    two.last = sleeping;
    CHECK(two.run() == 0x7800);  // Berkeley's order: the fresh page comes first, the block freed meanwhile after it
    CHECK(two.bucket(2048).kb_totalfree == 4);
    CHECK(two.alloc(2048) == 0x7000);
  }
  SECTION("somebody else took it: sleeps on") {
    heap.free(a);
    REQUIRE(heap.alloc(2048) == a);
    heap.last = asleep;
    CHECK_FALSE(heap.run());
    CHECK(heap.outcome == Outcome::blocked);
  }
}

TEMPLATE_TEST_CASE("OSF-6 M_NOWAIT with a short pool: VM is not asked, MALLOC does not block", "[osf1]", OnSim,
                   OnHost) {
  OsfHeap<TestType> heap(no_preload());
  CHECK(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.alloc(100)); }));
  CHECK(heap.outcome == Outcome::failed);
  CHECK(heap.last.reason == Reason::pool_empty);
  CHECK(heap.last.address == null_addr);
  CHECK(heap.on.pages_held() == 0);
  CHECK(heap.bucket(100).kb_fail_nowait == 1);
  CHECK(heap.bucket(100).kb_misses == 1);
  CHECK(heap.bucket(100).kb_delayed == 0);
  CHECK(heap.state.signals == 1);
  CHECK(heap.stats().ks_calls == 0);
  // Other buckets are not raided: only the smallest that fits counts.
  const auto a = heap.alloc(200, M_WAITOK).value();
  heap.free(a);
  CHECK_FALSE(heap.alloc(100));
  CHECK(heap.bucket(100).kb_fail_nowait == 2);
  CHECK(heap.state.signals == 1);  // the thread knows already
}

TEMPLATE_TEST_CASE("OSF-7 M_ZERO, or-ed to either: zero-filled memory", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  const auto dirty = [&](std::uint64_t at, std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; i += 4) heap.on.poke32(heap.on.base() + at + i, 0xdeadbeef);
  };
  SECTION("from the pool") {
    const unsigned wait = GENERATE(unsigned{M_WAITOK}, unsigned{M_NOWAIT});
    const auto a = heap.alloc(128).value();
    dirty(a, 128);
    heap.free(a);
    REQUIRE(heap.alloc(100, wait | M_ZERO) == a);
    for (unsigned i = 0; i < 100; ++i) CHECK(heap.byte(a + i) == 0);
    CHECK(heap.byte(a + 100) == 0xef);  // what was not asked for is not touched
    heap.free(a);
    dirty(a + 8, 120);
    REQUIRE(heap.alloc(100, wait) == a);
    CHECK(heap.byte(a + 8) == 0xef);  // nor is anything without M_ZERO
  }
  SECTION("more than 16K") {
    const auto a = heap.alloc(20000, M_WAITOK).value();
    dirty(a, 20000);
    heap.free(a);
    REQUIRE(heap.alloc(20000, M_WAITOK | M_ZERO) == a);
    for (unsigned i = 0; i < 20000; i += 7) CHECK(heap.byte(a + i) == 0);
  }
}

TEMPLATE_TEST_CASE("OSF-9 type keeps track of usage by subsystem, without limits", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  const auto a = heap.alloc(100, M_NOWAIT, M_DEVBUF).value();
  REQUIRE(heap.alloc(3000, M_NOWAIT, M_DEVBUF));
  REQUIRE(heap.alloc(20000, M_WAITOK, M_KTABLE));
  REQUIRE(heap.alloc(20, M_NOWAIT, M_RTABLE));
  CHECK(heap.stats(M_DEVBUF).ks_inuse == 2);
  CHECK(heap.stats(M_DEVBUF).ks_memuse == 128 + 4096);
  CHECK(heap.stats(M_KTABLE).ks_memuse == 24576);
  CHECK(heap.stats(M_RTABLE).ks_memuse == 32);
  heap.free(a, M_DEVBUF);
  CHECK(heap.stats(M_DEVBUF).ks_inuse == 1);
  CHECK(heap.stats(M_DEVBUF).ks_memuse == 4096);
  CHECK(heap.stats(M_DEVBUF).ks_maxused == 128 + 4096);
  CHECK(heap.stats(M_DEVBUF).ks_calls == 2);
  // One type may have everything there is.
  OsfHeap<TestType> small(no_preload(), alpha(20));
  for (unsigned n = 0; n < 20; ++n) CHECK(small.alloc(8192, M_WAITOK, M_DEVBUF));
}

TEMPLATE_TEST_CASE("OSF-10 more than 16K needs M_WAITOK", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  CHECK(heap.alloc(16384, M_NOWAIT));  // "greater than": exactly 16K does not
  CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.alloc(16385, M_NOWAIT)); }));
  CHECK(heap.outcome == Outcome::failed);
  CHECK(heap.last.reason == Reason::too_big);
  CHECK(heap.state.toobig == 1);
  CHECK(heap.on.console_lines() == 0);
  CHECK(heap.alloc(16385, M_WAITOK));
  CHECK(heap.last.granted == 24576);
  CHECK(heap.state.large.lg_inuse == 1);
  CHECK(heap.state.large.lg_memuse == 24576);
}

TEMPLATE_TEST_CASE("OSF-11 more than 16K cannot be had in an interrupt", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  const std::uint64_t held = heap.on.pages_held();
  heap.on.in_interrupt([&] {
    CHECK_FALSE(heap.alloc(16385, M_NOWAIT));
    CHECK(heap.last.reason == Reason::too_big);
    CHECK_FALSE(heap.alloc(16385, M_WAITOK));
    CHECK(heap.last.reason == Reason::wait_in_interrupt);  // the interrupt is tested first
    CHECK(heap.alloc(16384, M_NOWAIT));
  });
  CHECK(heap.on.pages_held() == held);
}

TEMPLATE_TEST_CASE("OSF-18 M_WAITOK in an interrupt: a console message and a null pointer", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  const std::uint64_t before = heap.bucket(100).kb_calls;
  heap.on.in_interrupt([&] {
    CHECK_FALSE(heap.alloc(100, M_WAITOK));  // though the pool has a block: the flag decides
    CHECK(heap.outcome == Outcome::failed);
    CHECK_FALSE(heap.alloc(100, M_WAITOK | M_ZERO, M_LAST));  // and it is the first thing that is looked at
  });
  CHECK(heap.last.address == null_addr);
  CHECK(heap.state.ctx_errors == 2);
  REQUIRE(heap.on.console_lines() == 2);
  CHECK(heap.on.console_line(0) == "malloc: M_WAITOK in interrupt context, pc 0xfffffc0000234560");
  CHECK(heap.bucket(100).kb_calls == before);
  CHECK(heap.alloc(100, M_WAITOK));
  CHECK(heap.on.console_lines() == 2);
}

TEMPLATE_TEST_CASE("OSF-19 a null pointer if the request cannot be fulfilled", "[osf1]", OnSim, OnHost) {
  SECTION("larger than the arena: sleeping would be for ever") {
    OsfHeap<TestType> heap(no_preload(), alpha(4));
    CHECK_FALSE(heap.alloc(4 * 8192 + 1, M_WAITOK));
    CHECK(heap.outcome == Outcome::failed);
    CHECK(heap.last.reason == Reason::no_space);
    CHECK_FALSE(heap.alloc(~std::uint64_t{0}, M_WAITOK));
    CHECK(heap.state.large.lg_failed == 2);
    CHECK(heap.alloc(4 * 8192, M_WAITOK) == 0);
  }
  SECTION("a bucket whose run is larger than the arena") {
    OsfHeap<TestType> heap(no_preload(), alpha(1));
    CHECK_FALSE(heap.alloc(16384, M_WAITOK));
    CHECK(heap.last.reason == Reason::no_space);
    CHECK(heap.outcome == Outcome::failed);
    CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.alloc(16384, M_NOWAIT)); }));
    heap.run_thread();  // would sleep for ever if it tried
    CHECK(heap.thread.channel == pool_thread_channel);
  }
  SECTION("more pages than a page's record can count") {
    OsfHeap<TestType> heap(no_preload(), alpha(70000, 16));
    heap.checking = false;
    CHECK_FALSE(heap.alloc(std::uint64_t{65536} * 8192, M_WAITOK));
    CHECK(heap.outcome == Outcome::failed);
  }
}

}  // namespace kmemlab::test
