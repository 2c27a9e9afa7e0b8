// Every panic of osf1 by its name, and check() finding each broken invariant.
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

TEMPLATE_TEST_CASE("FREE of what cannot be a live block panics", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  const std::uint64_t arena = heap.on.machine().arena().bytes;
  const auto trap = [&](std::uint64_t offset, unsigned type = M_DEVBUF) {
    return heap.on.trap([&] { heap.free(offset, type); });
  };
  SECTION("below the arena") { CHECK(trap(std::uint64_t{0} - 8192) == "free: outside arena"); }
  SECTION("null") {
    CHECK(heap.on.trap([&] { osf1::free(heap.on.machine(), heap.state, FreeCall{}); }) == "free: outside arena");
  }
  SECTION("the arena's end") { CHECK(trap(arena) == "free: outside arena"); }
  SECTION("inside a block") { CHECK(trap(a + 32) == "free: unaligned addr"); }
  SECTION("the second page of a run") {
    const auto run = heap.alloc(16384).value();
    CHECK(trap(run + 8192) == "free: page not allocated");
  }
  SECTION("inside a run") {
    const auto run = heap.alloc(16384).value();
    CHECK(trap(run + 4096) == "free: unaligned addr");
  }
  SECTION("a page that holds nothing") { CHECK(trap(arena - 8192) == "free: page not allocated"); }
  SECTION("large, twice") {
    const auto large = heap.alloc(20000, M_WAITOK).value();
    heap.free(large);
    CHECK(trap(large) == "free: page not allocated");
  }
  SECTION("too often") {
    const auto b = heap.alloc(8192).value();
    heap.free(b);
    CHECK(trap(b) == "free: multiple frees");
  }
  SECTION("a type that is none") {
    CHECK(trap(a, M_LAST) == "free: bogus type");
    CHECK(heap.on.trap([&] { heap.alloc(100, M_NOWAIT, M_LAST); }) != "");
  }
  SECTION("a bucket that is none") {
    heap.on.poke16(heap.state.usage_of(heap.on.base() + a), 16);
    CHECK(trap(a) == "free: wrong bucket");
  }
}

TEMPLATE_TEST_CASE("MALLOC panics on tables that cannot be", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  const Addr usage = heap.state.usage_of(heap.on.base() + a);
  const auto trap = [&](unsigned type = M_DEVBUF) { return heap.on.trap([&] { heap.alloc(100, M_NOWAIT, type); }); };
  SECTION("bogus type") { CHECK(trap(M_LAST) == "malloc: bogus type"); }
  SECTION("wrong bucket") {
    heap.on.poke16(usage, 9);
    CHECK(trap() == "malloc: wrong bucket");
  }
  SECTION("lost data") {
    heap.on.poke16(usage + kmemusage::ku_freecnt, 0);
    CHECK(trap() == "malloc: lost data");
  }
}

TEMPLATE_TEST_CASE("the thread panics when a page's blocks are not where they should be", "[osf1]", OnSim, OnHost) {
  Config config = no_preload();
  config.highwat_pages = 0;
  OsfHeap<TestType> heap(config);
  heap.free_all(heap.take(4, 2048));
  heap.checking = false;
  SECTION("a list that lost them") {
    heap.state.bucket[11].kb_next = null_addr;
    CHECK(heap.on.trap([&] { heap.run_thread(); }) == "pool thread: missing a free block");
  }
  SECTION("no whole page although there should be one") {
    heap.on.poke16(heap.state.usage_of(heap.on.base()) + kmemusage::ku_freecnt, 3);
    CHECK(heap.on.trap([&] { heap.run_thread(); }) == "pool thread: missing a free page");
  }
}

TEST_CASE("without kmem_debug a corrupted link is a fault of the machine", "[osf1]") {
  OsfHeap<OnSim> heap;
  heap.checking = false;
  const auto a = heap.alloc(100).value();
  heap.free(a);
  heap.on.poke32(heap.on.base() + a, 0x1238);  // a stray write into a freed block
  CHECK(heap.alloc(100) == a);
  CHECK(heap.on.trap([&] { heap.alloc(100); }) != "");
}

TEMPLATE_TEST_CASE("a double free within the page's count is not noticed", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  heap.checking = false;
  const auto a = heap.alloc(2048).value();
  REQUIRE(heap.alloc(2048));
  heap.free(a);
  heap.free(a);
  CHECK(heap.alloc(2048) == a);
  CHECK(heap.alloc(2048) == a);
}

TEST_CASE("osf1's check() names each broken invariant", "[osf1]") {
  OsfHeap<OnSim> heap(no_preload());
  const auto blocks = heap.take(2, 1024);
  const auto run = heap.alloc(16384, M_WAITOK).value();
  const auto large = heap.alloc(20000, M_WAITOK).value();
  heap.free(blocks[0]);
  heap.checking = false;
  const Addr base = heap.on.base();
  const Addr link = base + blocks[0];
  const auto usage = [&](std::uint64_t offset) { return heap.state.usage_of(base + offset); };
  const auto freecnt = [&](std::uint64_t offset) { return usage(offset) + kmemusage::ku_freecnt; };
  kmembuckets& kb = heap.state.bucket[10];
  const auto store_link = [&](std::uint64_t v) { heap.on.poke32(link, static_cast<std::uint32_t>(v)); };
  const auto broken = [&] { return heap.broken_invariant(); };
  REQUIRE(broken() == 0);
  SECTION("1 list length") { kb.kb_totalfree += 1; CHECK(broken() == 1); }
  SECTION("1 endless list") { store_link(link.v); CHECK(broken() == 1); }
  SECTION("2 stray link") { store_link(0x10); CHECK(broken() == 2); }
  SECTION("2 unaligned link") { store_link(base.v + 8); CHECK(broken() == 2); }
  SECTION("3 wrong bucket") { heap.on.poke16(usage(0), 9); CHECK(broken() == 3); }
  SECTION("4 free count too small") { heap.on.poke16(freecnt(0), 1); CHECK(broken() == 4); }
  SECTION("5 count without a bucket") { heap.on.poke16(freecnt(0x40000), 1); CHECK(broken() == 5); }
  SECTION("5 impossible bucket") { heap.on.poke16(usage(0x40000), 4); CHECK(broken() == 5); }
  SECTION("5 a bucket in the middle of a run") { heap.on.poke16(usage(run + 8192), 13); CHECK(broken() == 5); }
  SECTION("5 a bucket in a large block") { heap.on.poke16(usage(large + 16384), 13); CHECK(broken() == 5); }
  SECTION("6 more free than there are") { heap.on.poke16(freecnt(0), 9); CHECK(broken() == 6); }
  SECTION("7 kb_total") { kb.kb_total = 16; CHECK(broken() == 7); }
  SECTION("8 memuse") { heap.state.stats[M_DEVBUF].ks_memuse += 32; CHECK(broken() == 8); }
  SECTION("9 whole pages") { kb.kb_whole += 1; CHECK(broken() == 9); }
  SECTION("9 a whole page below the bound") {
    heap.free(blocks[1]);
    REQUIRE(broken() == 0);
    kb.kb_whole_low = base + 8192;
    CHECK(broken() == 9);
  }
  SECTION("10 a large block that is none") { heap.on.poke16(freecnt(large), 2); CHECK(broken() == 10); }
  SECTION("10 a large block past the arena") { heap.on.poke16(freecnt(large), 600); CHECK(broken() == 10); }
  SECTION("10 their number") { heap.state.large.lg_inuse += 1; CHECK(broken() == 10); }
  SECTION("10 their bytes") { heap.state.large.lg_memuse -= 8192; CHECK(broken() == 10); }
}

}  // namespace kmemlab::test
