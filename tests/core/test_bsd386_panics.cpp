// Every panic of bsd386 by its name, what each mode lets pass, and check() finding each broken invariant.
#include "tests/core/bsd386_heap.h"

namespace kmemlab::test {

TEMPLATE_TEST_CASE("free panics by the original's names", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  const std::uint64_t arena = heap.on.machine().arena().bytes;
  const auto trap = [&](std::uint64_t offset, unsigned type = M_TEMP) {
    return heap.on.trap([&] { heap.free(offset, type); });
  };
  SECTION("below the arena") {
    CHECK(trap(std::uint64_t{0} - 4096) == "free: outside arena");
  }
  SECTION("null") {
    CHECK(heap.on.trap([&] { bsd386::free(heap.on.machine(), heap.state, null_addr, M_TEMP); }) ==
          "free: outside arena");
  }
  SECTION("the arena's end") {
    CHECK(trap(arena) == "free: outside arena");
  }
  SECTION("inside a block") {
    CHECK(trap(a + 8) == "free: unaligned addr");
  }
  SECTION("a page that holds nothing") {
    CHECK(trap(0x8000) == "free: page not allocated");
  }
  SECTION("the middle of a large block") {
    const auto large = heap.alloc(12288).value();
    CHECK(trap(large + 4096) == "free: page not allocated");
  }
  SECTION("too often") {
    const auto b = heap.alloc(4096).value();
    heap.free(b);
    CHECK(trap(b) == "free: multiple frees");
  }
  SECTION("an impossible type") {
    CHECK(trap(a, M_LAST) == "free - bogus type");
  }
  SECTION("a bucket index that cannot be") {
    heap.on.poke16(heap.state.usage_of(heap.on.base()), 33);
    CHECK(trap(a) == "free: wrong bucket");
  }
  SECTION("a free list that lost the page's blocks") {
    std::vector<std::uint64_t> blocks;
    for (unsigned n = 0; n < 24; ++n) blocks.push_back(heap.alloc(2048).value());
    for (unsigned n = 0; n < 23; ++n) heap.free(blocks[n]);
    heap.state.bucket[11].kb_next = null_addr;
    CHECK(trap(blocks[23]) == "free: missing a bucket");
  }
}

TEMPLATE_TEST_CASE("malloc panics by the original's names", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  const auto trap = [&](unsigned flags = M_NOWAIT, unsigned type = M_TEMP) {
    return heap.on.trap([&] { heap.alloc(100, flags, type); });
  };
  SECTION("bogus type") {
    CHECK(trap(M_NOWAIT, M_LAST) == "malloc - bogus type");
  }
  SECTION("wrong bucket") {
    heap.on.poke16(heap.state.usage_of(heap.on.base()), 9);
    CHECK(trap() == "malloc: wrong bucket");
  }
  SECTION("lost data") {
    heap.on.poke16(heap.state.usage_of(heap.on.base()) + kmemusage::ku_freecnt, 0);
    CHECK(trap() == "malloc: lost data");
  }
  SECTION("may sleep, in an interrupt") {
    heap.on.in_interrupt([&] { CHECK(trap(M_WAITOK) == "malloc: may sleep, but called in an interrupt"); });
  }
  (void)a;
}

TEST_CASE("a corrupted link is a fault of the machine", "[bsd386]") {
  Heap<OnSim> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  heap.free(a);
  heap.on.poke32(heap.on.base() + a, 0x1234);  // a stray write into a freed block
  CHECK(heap.alloc(100) == a);
  CHECK(heap.on.trap([&] { heap.alloc(100); }) != "");
  CHECK(heap.on.machine().machine().stopped()->kind == sim::FaultKind::unmapped);
}

TEMPLATE_TEST_CASE("faithful mode keeps the defects of its list", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap(faithful());
  heap.checking = false;
  SECTION("F1 a request larger than the arena panics, NOWAIT too") {
    CHECK(heap.on.trap([&] { heap.alloc(std::uint64_t{5} << 20); }) == "kmem_alloc: map smaller than allocation");
  }
  SECTION("F2 type M_LAST passes, M_LAST + 1 does not") {
    CHECK(heap.alloc(100, M_NOWAIT, M_LAST));
    CHECK(heap.on.trap([&] { heap.alloc(100, M_NOWAIT, M_LAST + 1); }) == "malloc - bogus type");
  }
  SECTION("F3 the arena's end passes the arena check") {
    CHECK(heap.on.trap([&] { heap.free(heap.on.machine().arena().bytes); }) != "free: outside arena");
    Heap<TestType> other(faithful());
    CHECK(other.on.trap([&] { other.free(other.on.machine().arena().bytes + 4096); }) == "free: outside arena");
  }
  SECTION("F4 freeing into a page that holds nothing feeds bucket 0") {
    REQUIRE(heap.alloc(12288) == 0);
    heap.free(4096);
    CHECK(heap.state.bucket[0].kb_totalfree == 1);
  }
  SECTION("F5 a call that may sleep passes in an interrupt until it comes to a sleep") {
    heap.on.in_interrupt([&] { CHECK(heap.alloc(100, M_WAITOK)); });
    while (heap.alloc(8192)) {
    }
    CHECK(heap.on.trap([&] { heap.on.in_interrupt([&] { heap.alloc(8192, M_WAITOK); }); }) ==
          "malloc: sleep in an interrupt");
  }
}

TEMPLATE_TEST_CASE("documented mode answers null where the original panicked", "[bsd386]", OnSim, OnHost) {
  Shape small;
  small.arena_bytes = 4 * 4096;
  Heap<TestType> heap({}, small);
  CHECK_FALSE(heap.alloc(20000, M_WAITOK));  // could never be met: sleeping would be for ever
  CHECK(heap.outcome == Outcome::failed);
  CHECK(heap.last.reason == Reason::no_space);
}

TEST_CASE("check() names each broken invariant", "[bsd386]") {
  Heap<OnSim> heap;
  heap.checking = false;
  std::vector<std::uint32_t> scratch(1024);
  const auto a = heap.alloc(1024).value();
  const auto b = heap.alloc(1024).value();
  REQUIRE(heap.alloc(12288));
  heap.free(a);
  const Addr page_usage = heap.state.usage_of(heap.on.base());
  const auto broken = [&] { return check(heap.on.machine(), heap.state, scratch).invariant; };
  REQUIRE(broken() == 0);
  SECTION("1 list length") {
    heap.state.bucket[10].kb_totalfree += 1;
    CHECK(broken() == 1);
  }
  SECTION("1 endless list") {
    heap.on.poke32(heap.on.base() + a, static_cast<std::uint32_t>((heap.on.base() + a).v));
    CHECK(broken() == 1);
  }
  SECTION("2 stray link") {
    heap.on.poke32(heap.on.base() + a, 0x10);
    CHECK(broken() == 2);
  }
  SECTION("2 unaligned link") {
    heap.on.poke32(heap.on.base() + a, static_cast<std::uint32_t>((heap.on.base() + 8).v));
    CHECK(broken() == 2);
  }
  SECTION("3 wrong bucket") {
    heap.on.poke16(page_usage, 9);
    CHECK(broken() == 3);
  }
  SECTION("4 free count too small") {
    heap.on.poke16(page_usage + kmemusage::ku_freecnt, 1);
    CHECK(broken() == 4);
  }
  SECTION("5 count without a bucket") {
    heap.on.poke16(heap.state.usage_of(heap.on.base() + 0x9000) + 2, 1);
    CHECK(broken() == 5);
  }
  SECTION("5 impossible bucket") {
    heap.on.poke16(heap.state.usage_of(heap.on.base() + 0x9000), 3);
    CHECK(broken() == 5);
  }
  SECTION("6 more free than there are") {
    heap.on.poke16(page_usage + kmemusage::ku_freecnt, 5);
    CHECK(broken() == 6);
  }
  SECTION("7 kb_total") {
    heap.state.bucket[10].kb_total = 8;
    CHECK(broken() == 7);
  }
  SECTION("8 memuse") {
    heap.state.stats[M_TEMP].ks_memuse += 16;
    CHECK(broken() == 8);
  }
  (void)b;
}

}  // namespace kmemlab::test
