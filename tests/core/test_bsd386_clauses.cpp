// The clauses of malloc(9) of 386BSD 1.0 (shared/spec/clauses.md, BSD-1 to BSD-11), each by its id.
#include "tests/core/bsd386_heap.h"

namespace kmemlab::test {

TEMPLATE_TEST_CASE("BSD-1 small portions up to 64 KB; beyond, refused as documented, allowed as it was", "[bsd386]",
                   OnSim, OnHost) {
  SECTION("documented") {
    Heap<TestType> heap;
    CHECK(heap.alloc(65536) == 0);
    CHECK_FALSE(heap.alloc(65537));
    CHECK(heap.last.reason == Reason::too_big);
    CHECK(heap.state.toobig == 1);
    CHECK(heap.on.pages_held() == 16);
    CHECK_FALSE(heap.alloc(~std::uint64_t{0}));
  }
  SECTION("faithful") {
    Heap<TestType> heap(faithful());
    CHECK(heap.alloc(65537) == 0);
    CHECK(heap.last.granted == 69632);
  }
}

TEMPLATE_TEST_CASE("BSD-2 sub-page sizes come from a pool of page fragments", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  for (unsigned n = 0; n < 32; ++n) CHECK(heap.alloc(100) == 0xf80 - n * 0x80);
  CHECK(heap.on.pages_held() == 1);
  CHECK(heap.alloc(100) == 0x1f80);
  CHECK(heap.on.pages_held() == 2);
}

TEMPLATE_TEST_CASE("BSD-3 type tags allocations for statistics", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  const auto a = heap.alloc(100, M_NOWAIT, M_SOCKET).value();
  REQUIRE(heap.alloc(3000, M_NOWAIT, M_SOCKET));
  REQUIRE(heap.alloc(20, M_NOWAIT, M_PCB));
  CHECK(heap.stats(M_SOCKET).ks_inuse == 2);
  CHECK(heap.stats(M_SOCKET).ks_memuse == 128 + 4096);
  CHECK(heap.stats(M_PCB).ks_memuse == 32);
  heap.free(a, M_SOCKET);
  CHECK(heap.stats(M_SOCKET).ks_inuse == 1);
  CHECK(heap.stats(M_SOCKET).ks_memuse == 4096);
  CHECK(heap.stats(M_SOCKET).ks_maxused == 128 + 4096);
  CHECK(heap.stats(M_SOCKET).ks_calls == 2);
  CHECK(heap.stats(M_TEMP).ks_calls == 0);
}

TEMPLATE_TEST_CASE("BSD-4 a type's limit stops run-away allocation, of that type only", "[bsd386]", OnSim, OnHost) {
  Shape small;
  small.arena_bytes = 20 * 4096;  // limit 49152: 12 pages
  Heap<TestType> heap({}, small);
  for (unsigned n = 0; n < 12; ++n) REQUIRE(heap.alloc(4096));
  CHECK_FALSE(heap.alloc(16));  // though its list is merely empty and the arena has room
  CHECK(heap.last.reason == Reason::type_limit);
  CHECK(heap.alloc(16, M_NOWAIT, M_PCB));
  heap.free(0);
  CHECK(heap.alloc(16));
}

TEMPLATE_TEST_CASE("BSD-4 at the limit NOWAIT fails even if the free list is not empty", "[bsd386]", OnSim, OnHost) {
  Shape small;
  small.arena_bytes = 20 * 4096;
  Heap<TestType> heap({}, small);
  REQUIRE(heap.alloc(16, M_NOWAIT, M_PCB));  // leaves 255 free blocks of 16
  for (unsigned n = 0; n < 12; ++n) REQUIRE(heap.alloc(4096));
  CHECK(heap.bucket(16).kb_totalfree == 255);
  CHECK_FALSE(heap.alloc(16));
  CHECK(heap.last.reason == Reason::type_limit);
}

TEMPLATE_TEST_CASE("BSD-5 M_NOWAIT never blocks and works at interrupt level", "[bsd386]", OnSim, OnHost) {
  SECTION("no address space") {
    Shape small;
    small.arena_bytes = 4 * 4096;
    Heap<TestType> heap({}, small);
    REQUIRE(heap.alloc(16384, M_NOWAIT, M_PCB));
    CHECK_FALSE(heap.alloc(4096));
    CHECK(heap.outcome == Outcome::failed);
    CHECK(heap.last.reason == Reason::no_space);
  }
  SECTION("no frames: pages got so far go back") {
    Shape small;
    small.ram_bytes = 3 * 4096;
    Heap<TestType> heap({}, small);
    CHECK_FALSE(heap.alloc(16384));
    CHECK(heap.last.reason == Reason::no_frames);
    CHECK(heap.on.pages_held() == 0);
    CHECK(heap.alloc(12288) == 0);
  }
  SECTION("in an interrupt") {
    Heap<TestType> heap;
    heap.on.in_interrupt([&] { CHECK(heap.alloc(100) == 0xf80); });
  }
}

TEMPLATE_TEST_CASE("BSD-6 without M_NOWAIT the caller blocks until there is space", "[bsd386]", OnSim, OnHost) {
  SECTION("address space: sleeps on the map, goes on after a free") {
    Shape small;
    small.arena_bytes = 4 * 4096;
    Heap<TestType> heap({}, small);
    REQUIRE(heap.alloc(16384, M_NOWAIT, M_PCB) == 0);
    CHECK_FALSE(heap.alloc(5000, M_WAITOK));
    REQUIRE(heap.outcome == Outcome::blocked);
    CHECK(heap.last.cause == SleepCause::address_space);
    const Channel channel = heap.last.channel;
    heap.on.park(channel);
    MallocCall asleep = heap.last;
    heap.free(0, M_PCB);
    CHECK(heap.on.was_woken(channel));
    heap.last = asleep;
    CHECK(heap.run() == 0);
    CHECK(heap.last.granted == 8192);
  }
  SECTION("frames: keeps the pages it got, and sleeps for the rest") {
    Shape small;
    small.ram_bytes = 4 * 4096;
    Heap<TestType> heap({}, small);
    REQUIRE(heap.alloc(5000) == 0);
    CHECK_FALSE(heap.alloc(16384, M_WAITOK));
    REQUIRE(heap.outcome == Outcome::blocked);
    CHECK(heap.last.cause == SleepCause::frames);
    CHECK(heap.last.kmem.pages_mapped == 2);
    const Channel channel = heap.last.channel;
    heap.on.park(channel);
    MallocCall asleep = heap.last;
    heap.free(0);
    CHECK(heap.on.was_woken(channel));
    heap.last = asleep;
    CHECK(heap.run() == 0x2000);
    CHECK(heap.on.pages_held() == 4);
  }
  SECTION("the limit: tested again after each wake-up") {
    Shape small;
    small.arena_bytes = 20 * 4096;
    Heap<TestType> heap({}, small);
    for (unsigned n = 0; n < 12; ++n) REQUIRE(heap.alloc(4096));
    CHECK_FALSE(heap.alloc(4096, M_WAITOK));
    CHECK(heap.last.cause == SleepCause::type_limit);
    CHECK_FALSE(heap.run());  // woken for nothing: sleeps again
    CHECK(heap.outcome == Outcome::blocked);
    CHECK(heap.stats().ks_limblocks == 2);
    MallocCall asleep = heap.last;
    heap.free(0x3000);
    heap.last = asleep;
    CHECK(heap.run() == 0x3000);
  }
}

TEMPLATE_TEST_CASE("BSD-6 others may fill the list while a refill sleeps; their blocks are kept", "[bsd386]", OnSim,
                   OnHost) {
  Shape small;
  small.ram_bytes = 4 * 4096;
  Heap<TestType> heap({}, small);
  REQUIRE(heap.alloc(2048) == 0x800);
  REQUIRE(heap.alloc(2048) == 0x0);
  REQUIRE(heap.alloc(8192) == 0x1000);
  REQUIRE(heap.alloc(4096) == 0x3000);
  CHECK_FALSE(heap.alloc(2048, M_WAITOK));
  REQUIRE(heap.outcome == Outcome::blocked);
  CHECK(heap.last.cause == SleepCause::frames);
  const MallocCall asleep = heap.last;
  heap.free(0x800);   // onto the list that the sleeper found empty
  heap.free(0x1000);  // frames
  heap.last = asleep;
  CHECK(heap.run() == 0x4800);  // the fresh page comes first, the block freed meanwhile after it
  CHECK(heap.alloc(2048) == 0x4000);
  CHECK(heap.alloc(2048) == 0x800);
}

TEMPLATE_TEST_CASE("BSD-7 memory for the pool comes from kmem", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  CHECK(heap.on.pages_held() == 0);
  REQUIRE(heap.alloc(16));
  CHECK(heap.on.pages_held() == 1);
  REQUIRE(heap.alloc(9000));
  CHECK(heap.on.pages_held() == 4);
}

TEMPLATE_TEST_CASE("BSD-8 free returns memory to the pool", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  const auto a = heap.alloc(300).value();
  REQUIRE(heap.alloc(300));
  heap.free(a);
  CHECK(heap.bucket(300).kb_totalfree == 7);
  CHECK(heap.alloc(512) == a);
}

TEMPLATE_TEST_CASE("BSD-9 mbufs keep their pages, others return them; an interrupt keeps them and counts", "[bsd386]",
                   OnSim, OnHost) {
  Heap<TestType> heap;
  const auto fill = [&](unsigned type) {
    std::vector<std::uint64_t> blocks;
    for (unsigned n = 0; n < 8; ++n) blocks.push_back(heap.alloc(4096, M_NOWAIT, type).value());
    return blocks;
  };
  SECTION("mbuf") {
    for (const auto b : fill(M_MBUF)) heap.free(b, M_MBUF);
    CHECK(heap.on.pages_held() == 8);
    CHECK(heap.bucket(4096).kb_couldfree == 0);
  }
  SECTION("interrupt, documented") {
    const auto blocks = fill(M_TEMP);
    heap.on.in_interrupt([&] {
      for (const auto b : blocks) heap.free(b);
    });
    CHECK(heap.on.pages_held() == 8);
    CHECK(heap.bucket(4096).kb_couldfree == 3);
    const auto again = heap.alloc(4096).value();
    heap.free(again);  // in process context the page of this block may go
    CHECK(heap.on.pages_held() == 7);
  }
  SECTION("interrupt, faithful (F6)") {
    Heap<TestType> old(faithful());
    std::vector<std::uint64_t> blocks;
    for (unsigned n = 0; n < 8; ++n) blocks.push_back(old.alloc(4096).value());
    old.on.in_interrupt([&] {
      for (const auto b : blocks) old.free(b);
    });
    CHECK(old.on.pages_held() == 5);
  }
}

TEMPLATE_TEST_CASE("BSD-11 the address if successful, otherwise null", "[bsd386]", OnSim, OnHost) {
  Shape small;
  small.arena_bytes = 2 * 4096;
  Heap<TestType> heap({}, small);
  REQUIRE(heap.alloc(5000, M_NOWAIT, M_PCB));
  CHECK(heap.last.address == heap.on.base());
  CHECK_FALSE(heap.alloc(16));
  CHECK(heap.last.address == null_addr);
}

TEMPLATE_TEST_CASE("M_ZERO_IT zeroes what was asked for", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  const auto a = heap.alloc(64).value();
  for (unsigned i = 0; i < 64; i += 4) heap.on.poke32(heap.on.base() + a + i, 0xdeadbeef);
  heap.free(a);
  REQUIRE(heap.alloc(60, M_NOWAIT | M_ZERO_IT) == a);
  for (unsigned i = 0; i < 60; i += 2) {
    CHECK(heap.on.machine().template peek<std::uint16_t>(heap.on.base() + a + i) == 0);
  }
  CHECK(heap.on.machine().template peek<std::uint16_t>(heap.on.base() + a + 60) == 0xbeef);
}

}  // namespace kmemlab::test
