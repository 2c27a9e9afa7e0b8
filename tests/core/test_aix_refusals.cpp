// Bad calls, pins, heaps that die, corrupted records, and check() finding each broken invariant.
#include <limits>

#include "tests/core/aix_heap.h"

namespace kmemlab::test {

TEMPLATE_TEST_CASE("xmalloc refuses sizes that are none (A3)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  for (const std::int64_t size :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{std::numeric_limits<std::int32_t>::min()},
        std::numeric_limits<std::int64_t>::min()}) {
    CHECK_FALSE(k.xmalloc(size));
    CHECK(k.last.reason == Reason::bad_argument);
  }
  CHECK_FALSE(k.xmalloc(std::numeric_limits<std::int32_t>::max()));
  CHECK(k.last.reason == Reason::no_space);
  CHECK_FALSE(k.xmalloc(std::int64_t{1} << 31));  // no int
  CHECK(k.last.reason == Reason::too_big);
  CHECK_FALSE(k.xmalloc(std::numeric_limits<std::int64_t>::max()));
  CHECK(k.state.xmalloc_failed == 7);
  CHECK(k.state.xmalloc_calls == 7);
  CHECK(k.frames_held() == 1);
}

TEMPLATE_TEST_CASE("xmfree takes exactly what xmalloc gave, once (A4, A12, A13)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const std::uint64_t small = k.at(100);
  const std::uint64_t large = k.at(3 * 4096);
  const std::uint64_t amount = k.amount(k.state.kernel_heap);
  SECTION("null") {
    CHECK(k.xmfree(null_addr) == -1);
  }
  SECTION("misaligned and interior") {
    for (const std::uint64_t off : {1, 4, 8, 16, 64, 127}) CHECK(k.free_at(small + off) == -1);
    for (const std::uint64_t off : {8, 2048, 4096, 8192}) CHECK(k.free_at(large + off) == -1);
  }
  SECTION("a neighbour that is free") {
    CHECK(k.free_at(small + 128) == -1);
  }
  SECTION("foreign: the heap's own records, below and above it, another region, static memory, user addresses") {
    const Addr region = k.region(4096);
    for (const Addr a : {k.geometry().front, k.base() - 1, k.geometry().pages().end(), region, k.state.vm_page_base,
                         Addr{4096}, Addr{~std::uint64_t{0}}, k.base() + 0x10000}) {
      CHECK(k.xmfree(a) == -1);
    }
  }
  SECTION("the other of the two heaps") {
    CHECK(k.xmfree(k.base() + small, k.state.pinned_heap) == -1);
    CHECK(k.xmfree(k.base() + large, k.state.pinned_heap) == -1);
    const Addr b = k.xmalloc(100, 0, k.state.pinned_heap);
    CHECK(k.xmfree(b) == -1);
    CHECK(k.xmfree(b, k.state.pinned_heap) == 0);
  }
  CHECK(k.amount(k.state.kernel_heap) == amount);
  SECTION("twice") {
    CHECK(k.at(100) == 128);  // keeps the page
    CHECK(k.free_at(small) == 0);
    CHECK(k.free_at(small) == -1);
    CHECK(k.free_at(large) == 0);
    CHECK(k.free_at(large) == -1);
    CHECK(k.free_at(128) == 0);
    CHECK(k.free_at(128) == -1);  // its page is gone by now
    CHECK(k.state.xmfree_failed == 3);
  }
}

TEMPLATE_TEST_CASE("init_heap needs memory that is there and nobody's heap (A9)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr block = k.xmalloc(8 * 4096);
  const Addr next = k.xmalloc(4 * 4096);
  CHECK_FALSE(k.init_heap(k.base() + 0x40000, 2 * 4096));          // the tail: not there
  CHECK_FALSE(k.init_heap(k.geometry().front, 2 * 4096));          // kernel_heap's records
  CHECK_FALSE(k.init_heap(block + 4 * 4096, 8 * 4096));            // two blocks
  CHECK_FALSE(k.init_heap(Addr{~std::uint64_t{0} - 4095}, 4096));  // the end of addresses
  CHECK_FALSE(k.init_heap(Addr{~std::uint64_t{0} - 4095}, 8192));  // wraps
  const Addr frag = k.xmalloc(2048);
  CHECK_FALSE(k.init_heap(Addr{round_down(frag.v, 4096)}, 4096));
  const aix::heapaddr_t one = k.init_heap(block, 4 * 4096);
  REQUIRE(one);
  CHECK_FALSE(k.init_heap(block, 4 * 4096));             // it lives
  CHECK_FALSE(k.init_heap(block + 2 * 4096, 4 * 4096));  // overlaps
  CHECK(k.init_heap(block + 4 * 4096, 4 * 4096));        // the block's other half
  CHECK_FALSE(k.init_heap(block + 4096, 2 * 4096));      // free pages of a live heap
  const Addr region = k.region(4 * 4096);
  const aix::heapaddr_t two = k.init_heap(region + 4096, 2 * 4096);
  REQUIRE(two);
  CHECK_FALSE(k.init_heap(region, 4 * 4096));  // around a live heap
  CHECK_FALSE(k.init_heap(region, 2 * 4096));  // into its front
  CHECK(k.xmfree(next) == 0);
  CHECK_FALSE(k.init_heap(next, 4 * 4096));  // freed
}

TEMPLATE_TEST_CASE("at most 64 heaps, kernel_heap and pinned_heap being one", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  k.checking = false;
  std::vector<Addr> blocks;
  for (unsigned n = 0; n < 63; ++n) {
    blocks.push_back(k.xmalloc(2 * 4096));
    REQUIRE(k.init_heap(blocks.back(), 2 * 4096));
  }
  const Addr last = k.xmalloc(2 * 4096);
  CHECK_FALSE(k.init_heap(last, 2 * 4096));
  k.checking = true;
  CHECK(k.xmfree(blocks[17]) == 0);
  CHECK(k.init_heap(last, 2 * 4096));
}

TEMPLATE_TEST_CASE("pin counts pages, all or nothing; unpin stops at the first that is not pinned", "[aix]", OnSim,
                   OnHost) {
  aix::Config config;
  config.maxpin_percent = 5;
  Aix<TestType> k(config, rs6000_shape(std::uint64_t{1} << 20, 100 * 4096));
  const Addr a = k.xmalloc(4 * 4096);
  const auto pins = [&](std::uint64_t page) { return aix::pin_count(k.on.machine(), k.state, a + page * 4096); };
  CHECK(k.pin(a + 4095, 2) == 0);  // two pages, by a byte each
  CHECK(k.pin(a, 4096) == 0);
  CHECK(pins(0) == 2);
  CHECK(pins(1) == 1);
  CHECK(pins(2) == 0);
  CHECK(k.state.pinned_pages == 2);
  CHECK(k.pin(a, 0) == EINVAL);
  CHECK(k.pin(a, -1) == EINVAL);
  CHECK(k.pin(a, 5 * 4096) == EINVAL);  // the fifth page is not there
  CHECK(k.pin(null_addr, 1) == EINVAL);
  CHECK(k.pin(k.state.arena.end() - 4096, 8192) == EINVAL);
  CHECK(pins(0) == 2);
  CHECK(k.pin(k.xmalloc(4 * 4096), 4 * 4096) == ENOMEM);  // two and four are over five
  CHECK(k.state.pinned_pages == 2);
  CHECK(k.pin(a + 3 * 4096, 1) == 0);
  CHECK(k.unpin(a, 4 * 4096) == EINVAL);  // page 2 stops it
  CHECK(pins(0) == 1);
  CHECK(pins(1) == 0);
  CHECK(pins(3) == 1);
  k.on.in_interrupt([&] { CHECK(k.unpin(a, 1) == 0); });  // unpin may be called there
  CHECK(pins(0) == 0);
  CHECK(k.unpin(a, 1) == EINVAL);
  CHECK(k.unpin(a, 0) == EINVAL);
}

TEMPLATE_TEST_CASE("a block freed while pinned keeps its frame until the last unpin (A15)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr a = k.xmalloc(3 * 4096);
  const Addr guard = k.xmalloc(16);
  REQUIRE(k.pin(a + 4096, 4096) == 0);
  CHECK(k.xmfree(a) == 0);
  CHECK(k.has_frame(a + 4096));
  CHECK_FALSE(k.has_frame(a));
  CHECK(k.state.leaked_pins == 1);
  CHECK(k.state.leaked_pins_total == 1);
  SECTION("the last unpin lets it go") {
    CHECK(k.unpin(a + 4096, 1) == 0);
    CHECK_FALSE(k.has_frame(a + 4096));
    CHECK(k.state.leaked_pins == 0);
    CHECK(k.state.pinned_pages == 0);
  }
  SECTION("used again, it has its frame already") {
    CHECK(k.xmalloc(2 * 4096) == a);
    CHECK(k.state.leaked_pins == 0);
    CHECK(k.unpin(a + 4096, 1) == 0);
    CHECK(k.has_frame(a + 4096));
    CHECK(k.xmfree(a) == 0);
    CHECK(k.heap_frames() == 1);
  }
  SECTION("in the tail too") {
    CHECK(k.xmfree(guard) == 0);
    CHECK(k.heap_frames() == 1);
    CHECK(k.xmalloc(3 * 4096, 0, k.state.pinned_heap) == a);
    CHECK(aix::pin_count(k.on.machine(), k.state, a + 4096) == 2);
    CHECK(k.xmfree(a, k.state.pinned_heap) == 0);
    CHECK(k.state.leaked_pins == 1);
    CHECK(k.state.leaked_pins_total == 2);
    CHECK(k.unpin(a + 4096, 1) == 0);
    CHECK(k.heap_frames() == 0);
  }
}

/// An interrupt handler that unpins a page, as a driver's does at the end of a transfer.
class Unpins final : public sim::InterruptSource {
 public:
  Unpins(Aix<OnSim>& k, Addr page) : k_(k), page_(page) {}
  void interrupt(sim::Machine&, const sim::PlannedInterrupt&) override {
    result = aix::unpin(k_.on.machine(), k_.state, page_, 1);
  }
  int result = -1;

 private:
  Aix<OnSim>& k_;
  Addr page_;
};

TEST_CASE("unpin may interrupt any other service, at any access", "[aix]") {
  const unsigned what = GENERATE(0U, 1U, 2U, 3U);
  bool came_late = false;
  for (std::uint64_t n = 0; !came_late; ++n) {
    INFO("service " << what << ", interrupt before access " << n);
    REQUIRE(n < 2000);
    Aix<OnSim> k;
    const Addr a = k.xmalloc(3 * 4096);
    const Addr b = k.xmalloc(2 * 4096);
    REQUIRE(k.pin(a + 4096, 1) == 0);
    if (what != 0) REQUIRE(k.xmfree(a) == 0);  // the page is free now, and only the pin keeps its frame
    Unpins handler(k, a + 4096);
    sim::Machine& m = k.on.machine().machine();
    m.set_interrupt_source(&handler);
    m.plan_interrupt({m.accesses() + n, 0, 1, 0});
    const std::uint64_t last = m.accesses();
    k.checking = false;
    if (what == 0) CHECK(k.xmfree(a) == 0);
    if (what == 1) CHECK(k.xmalloc(3 * 4096) == a);
    if (what == 2) CHECK(k.xmfree(b) == 0);
    if (what == 3) CHECK(k.pin(b, 8192) == 0);
    came_late = m.accesses() < last + n;
    if (came_late) break;
    m.poll_interrupts();
    CHECK(handler.result == 0);
    CHECK(k.state.leaked_pins == 0);
    const CheckResult r = k.check();
    REQUIRE(r.invariant == 0);
    CHECK(k.state.pinned_pages == (what == 3 ? 2 : 0));
  }
}

TEMPLATE_TEST_CASE("pinned_heap's own pin taken off by its user: seen at xmfree", "[aix]", OnSim, OnHost) {
  aix::Config config;
  SECTION("recorded") {
    Aix<TestType> k(config);
    const Addr a = k.xmalloc(4096, 0, k.state.pinned_heap);
    k.checking = false;
    REQUIRE(k.unpin(a, 1) == 0);
    CHECK(k.check().invariant == 10);
    CHECK(k.xmfree(a, k.state.pinned_heap) == 0);
    CHECK(console_of(k.on.machine()) == std::vector<std::string>{"xmfree: pin count lower than expected"});
    CHECK(k.check().invariant == 0);
  }
  SECTION("strict") {
    config.strict = aix::Strict::yes;
    Aix<TestType> k(config);
    const Addr a = k.xmalloc(4096, 0, k.state.pinned_heap);
    k.checking = false;
    REQUIRE(k.unpin(a, 1) == 0);
    CHECK(k.on.trap([&] { k.xmfree(a, k.state.pinned_heap); }) == "xmfree: pin count lower than expected");
  }
}

TEMPLATE_TEST_CASE("vm_gfree of pinned pages counts the pins as leaked (D4)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr a = k.region(8192);
  REQUIRE(k.pin(a, 8192) == 0);
  CHECK(k.vm_gfree(a, 8192) == 0);
  CHECK(k.state.pinned_pages == 0);
  CHECK(k.state.leaked_pins_total == 2);
  CHECK(k.region(4096) == a);
  CHECK(aix::pin_count(k.on.machine(), k.state, a) == 0);
}

TEMPLATE_TEST_CASE("records that contradict each other stop the machine (D7)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  k.at(100);
  k.at(8192);
  k.checking = false;
  const aix::Geometry& g = k.geometry();
  const Addr fr = g.front + aix::heap_t::fr_of(7);
  SECTION("fr names a page that is none") {
    k.on.poke32(fr, 0x123456);
    CHECK(k.on.trap([&] { k.xmalloc(100); }) == "xmalloc: fragment list corrupted");
  }
  SECTION("fr names a page of a run") {
    k.on.poke32(fr, 1);
    CHECK(k.on.trap([&] { k.xmalloc(100); }) == "xmalloc: fragment list corrupted");
  }
  SECTION("the count says free, the map does not") {
    k.on.poke32(g.entry(0) + aix::page_entry::map, 0);
    CHECK(k.on.trap([&] { k.xmalloc(100); }) == "xmalloc: lost fragment");
  }
  SECTION("an impossible class") {
    k.on.poke32(g.entry(0), aix::What::of(aix::Kind::fragments, 0, 3, 5).bits);
    CHECK(k.on.trap([&] { k.free_at(0); }) == "xmfree: page table corrupted");
  }
  SECTION("a run longer than what is used") {
    k.on.poke32(g.entry(1) + aix::page_entry::pages, 3);
    CHECK(k.on.trap([&] { k.free_at(0x1000); }) == "xmfree: page table corrupted");
  }
  SECTION("the tail beyond the heap") {
    k.on.poke32(g.pool, g.numpages + 7);
    CHECK(k.on.trap([&] { k.at(4096); }) == "xmalloc: page list corrupted");
  }
}

}  // namespace kmemlab::test
