// The clauses of init_heap, xmalloc and xmfree (shared/spec/clauses.md, AIX-H1 to AIX-H12), each by its id, on both
// machines.
#include <limits>

#include "tests/core/aix_heap.h"

namespace kmemlab::test {

using aix::heapaddr_t;

TEMPLATE_TEST_CASE("AIX-H1 init_heap makes a heap in an area and returns its heapaddr_t", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr area = k.region(8 * 4096);
  const heapaddr_t heap = k.init_heap(area, 8 * 4096);
  REQUIRE(heap);
  CHECK(heap.at == area);  // the descriptor lies at the front of the area
  CHECK(k.field(aix::heap_t::sanity, heap) == 0x48454150);
  CHECK(k.field(aix::heap_t::numpages, heap) == 7);  // one page holds the heap's own records
  const Addr a = k.xmalloc(100, 0, heap);
  CHECK(a == area + 4096);
  CHECK(k.xmfree(a, heap) == 0);
}

TEMPLATE_TEST_CASE("AIX-H2 a misaligned area gives no heap", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr area = k.region(8 * 4096);
  for (const std::uint64_t off : {1, 8, 2048, 4095}) CHECK_FALSE(k.init_heap(area + off, 4 * 4096));
  CHECK_FALSE(k.init_heap(null_addr, 4 * 4096));
  CHECK(k.init_heap(area + 4096, 4 * 4096));
}

TEMPLATE_TEST_CASE("AIX-H3 a size that is no number of pages gives no heap", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr area = k.region(8 * 4096);
  for (const std::int64_t size :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{4095}, std::int64_t{4097}, std::int64_t{8191}, std::int64_t{-1},
        std::int64_t{-4096}, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK_FALSE(k.init_heap(area, size));
  }
  CHECK_FALSE(k.init_heap(area, 4096));      // a page for the records, and nothing is left
  CHECK_FALSE(k.init_heap(area, 9 * 4096));  // the ninth page is not there
  CHECK(k.state.private_heaps == 0);
  CHECK(k.init_heap(area, 2 * 4096));
}

TEMPLATE_TEST_CASE("AIX-H4 heapp must hold null, and is not written", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr area = k.region(4 * 4096);
  CHECK_FALSE(k.init_heap(area, 4 * 4096, k.state.kernel_heap));
  CHECK_FALSE(aix::init_heap(k.on.machine(), k.state, area, 4 * 4096, nullptr));
  const heapaddr_t heapp{};
  CHECK(aix::init_heap(k.on.machine(), k.state, area, 4 * 4096, &heapp));
  CHECK_FALSE(heapp);
}

TEMPLATE_TEST_CASE("AIX-H5 xmalloc and xmfree use the heap that is named", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const heapaddr_t one = k.init_heap(k.region(4 * 4096), 4 * 4096);
  const heapaddr_t two = k.init_heap(k.region(4 * 4096), 4 * 4096);
  const Addr a = k.xmalloc(64, 0, one);
  const Addr b = k.xmalloc(64, 0, two);
  const Addr c = k.xmalloc(64, 0, k.state.kernel_heap);
  CHECK(a - one.at == 4096);
  CHECK(b - two.at == 4096);
  CHECK(k.geometry().pages().contains(c));
  CHECK(k.amount(one) == 64);
  CHECK(k.amount(two) == 64);
  CHECK(k.xmfree(a, two) == -1);
  CHECK(k.xmfree(b, one) == -1);
  CHECK(k.xmfree(c, one) == -1);
  CHECK(k.xmfree(a, k.state.kernel_heap) == -1);
  CHECK(k.amount(one) == 64);
  CHECK(k.xmfree(a, one) == 0);
  CHECK(k.amount(one) == 0);
  CHECK(k.amount(two) == 64);
}

TEMPLATE_TEST_CASE("AIX-H6 heaps within heaps, three deep", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const Addr outer_block = k.xmalloc(40 * 4096);
  const heapaddr_t outer = k.init_heap(outer_block, 40 * 4096);
  const Addr middle_block = k.xmalloc(20 * 4096, 0, outer);
  const heapaddr_t middle = k.init_heap(middle_block, 20 * 4096);
  const Addr inner_block = k.xmalloc(8 * 4096, 0, middle);
  const heapaddr_t inner = k.init_heap(inner_block, 8 * 4096);
  REQUIRE(inner);
  const Addr a = k.xmalloc(1000, 0, inner);
  CHECK(a == inner_block + 4096);
  CHECK(k.amount(inner) == 1024);
  CHECK(k.amount(middle) == 8 * 4096);
  CHECK(k.amount(outer) == 20 * 4096);
  CHECK(k.amount(k.state.kernel_heap) == 40 * 4096);
  SECTION("the inner heap serves and returns, and its parents do not notice") {
    CHECK(k.xmfree(a, inner) == 0);
    CHECK(k.amount(middle) == 8 * 4096);
  }
  SECTION("a block of the inner heap is nobody else's") {
    CHECK(k.xmfree(a, middle) == -1);
    CHECK(k.xmfree(a, outer) == -1);
    CHECK(k.xmfree(a, k.state.kernel_heap) == -1);
  }
  SECTION("the middle block is freed: middle and inner are dead, outer goes on (A11)") {
    CHECK(k.xmfree(middle_block, outer) == 0);
    CHECK_FALSE(k.xmalloc(16, 0, inner));
    CHECK(k.last.reason == Reason::bad_heap);
    CHECK_FALSE(k.xmalloc(16, 0, middle));
    CHECK(k.xmfree(a, inner) == -1);
    CHECK(k.xmfree(inner_block, middle) == -1);
    CHECK(k.amount(outer) == 0);
    CHECK(k.xmalloc(20 * 4096, 0, outer) == middle_block);
    CHECK(k.state.private_heaps == 1);
  }
  SECTION("the outermost is freed: all three are dead, kernel_heap is empty") {
    CHECK(k.xmfree(outer_block) == 0);
    for (const heapaddr_t h : {outer, middle, inner}) CHECK_FALSE(k.xmalloc(16, 0, h));
    CHECK(k.amount(k.state.kernel_heap) == 0);
    CHECK(k.heap_frames() == 0);
    CHECK(k.state.private_heaps == 0);
  }
  SECTION("an area that leaves its block is refused (A9)") {
    CHECK_FALSE(k.init_heap(inner_block + 4096, 8 * 4096));
    CHECK_FALSE(k.init_heap(middle_block, 20 * 4096));
    CHECK_FALSE(k.init_heap(outer_block, 40 * 4096));
  }
}

TEMPLATE_TEST_CASE("AIX-H7 a heap in a kernel process's private region", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  const unsigned kproc = k.on.machine().add_process(8);
  k.on.machine().run_process(kproc);
  const Addr area = k.on.machine().private_region().base;
  const heapaddr_t heap = k.init_heap(area, 8 * 4096);
  REQUIRE(heap);
  const Addr a = k.xmalloc(5000, 0, heap);
  CHECK(a == area + 4096);
  CHECK(k.xmalloc(16, 0, heap) == area + 3 * 4096);
  CHECK(k.xmfree(a, heap) == 0);
  CHECK_FALSE(k.state.arena.contains(area));
}

TEMPLATE_TEST_CASE("AIX-H8 a heap on a stack dies with its frame", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  k.on.machine().run_process(k.on.machine().add_process(16));
  const Addr stack_end = k.on.machine().private_region().base + 16 * 4096;
  const Addr area = stack_end - 6 * 4096;  // a page-aligned local array of a function's frame
  const heapaddr_t heap = k.init_heap(area, 4 * 4096);
  REQUIRE(heap);
  REQUIRE(k.xmalloc(2000, 0, heap) == area + 4096);
  SECTION("the frame is left: dead at once, and the next call of the function may do the same") {
    aix::storage_gone(k.on.machine(), k.state, {area, 4 * 4096});
    CHECK_FALSE(k.xmalloc(16, 0, heap));
    CHECK(k.init_heap(area, 4 * 4096) == heap);
    CHECK(k.amount(heap) == 0);
  }
  SECTION("nobody says so, but other functions' locals overwrite the descriptor") {
    k.on.machine().template store<std::uint32_t>(area, 12345);
    CHECK_FALSE(k.xmalloc(16, 0, heap));
    CHECK(k.last.reason == Reason::bad_heap);
    CHECK(k.xmfree(area + 4096, heap) == -1);
    CHECK(k.init_heap(area - 4096, 4 * 4096));  // its record does not stand in the way
    CHECK(k.kernel_load(area) == 12345U);       // and nothing was written into what is somebody else's now
  }
}

TEMPLATE_TEST_CASE("AIX-H9 kernel_heap and pinned_heap are there, global, and pinned_heap's memory is pinned", "[aix]",
                   OnSim, OnHost) {
  Aix<TestType> k;
  const Addr a = k.xmalloc(100, 0, k.state.kernel_heap);
  const Addr b = k.xmalloc(100, 0, k.state.pinned_heap);
  const Addr c = k.xmalloc(9000, 0, k.state.pinned_heap);
  CHECK(a == k.base());
  CHECK(b == k.base() + 0x1000);  // one array of pages, but no page serves both
  CHECK(c == k.base() + 0x2000);
  CHECK(aix::pin_count(k.on.machine(), k.state, a) == 0);
  CHECK(aix::pin_count(k.on.machine(), k.state, b) == 1);
  for (const std::uint64_t page : {0x0, 0x1000, 0x2000}) CHECK(aix::pin_count(k.on.machine(), k.state, c + page) == 1);
  CHECK(k.state.pinned_pages == 4);
  CHECK(k.field(aix::heap_t::alt, k.state.kernel_heap) == 0);
  CHECK(k.field(aix::heap_t::alt, k.state.pinned_heap) == 1);
  CHECK(k.field(aix::heap_t::pinflag, k.state.pinned_heap) == 1);
  SECTION("global: every process uses both") {
    const unsigned one = k.on.machine().add_process(1);
    const unsigned two = k.on.machine().add_process(1);
    k.on.machine().run_process(one);
    const Addr d = k.xmalloc(100);
    k.on.machine().run_process(two);
    CHECK(k.xmfree(d) == 0);
    CHECK(k.xmfree(b, k.state.pinned_heap) == 0);
  }
  SECTION("a free gives the pins back") {
    CHECK(k.xmfree(b, k.state.pinned_heap) == 0);
    CHECK(k.state.pinned_pages == 3);
    CHECK(k.xmfree(c, k.state.pinned_heap) == 0);
    CHECK(k.state.pinned_pages == 0);
  }
  SECTION("an interrupt may touch pinned data, but not allocate it") {
    k.on.in_interrupt([&] {
      CHECK(k.kernel_load(b));
      CHECK_FALSE(k.xmalloc(16, 0, k.state.pinned_heap));
    });
  }
}

TEMPLATE_TEST_CASE("AIX-H9 pinned memory has a limit", "[aix]", OnSim, OnHost) {
  aix::Config config;
  config.maxpin_percent = 10;  // of 100 frames
  Aix<TestType> k(config, rs6000_shape(std::uint64_t{1} << 20, 100 * 4096));
  CHECK(k.state.pin_limit == 10);
  for (unsigned n = 0; n < 9; ++n) REQUIRE(k.xmalloc(4096, 0, k.state.pinned_heap));
  const std::uint64_t held = k.frames_held();
  CHECK_FALSE(k.xmalloc(8192, 0, k.state.pinned_heap));
  CHECK(k.last.reason == Reason::pin_limit);
  CHECK(k.frames_held() == held);  // undone
  CHECK(k.xmalloc(8192));          // kernel_heap does not mind
  CHECK(k.xmalloc(4096, 0, k.state.pinned_heap));
  CHECK_FALSE(k.xmalloc(16, 0, k.state.pinned_heap));
  CHECK(k.last.reason == Reason::pin_limit);
  CHECK(k.xmfree(k.base(), k.state.pinned_heap) == 0);
  CHECK(k.xmalloc(16, 0, k.state.pinned_heap) == k.base());
  CHECK(k.xmalloc(16, 0, k.state.pinned_heap) == k.base() + 16);  // no new page
}

TEMPLATE_TEST_CASE("AIX-H10 a private heap is its process's own", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  auto& m = k.on.machine();
  const unsigned owner = m.add_process(4);
  const unsigned other = m.add_process(2);
  const Addr area = m.private_region().base;
  m.run_process(owner);
  const heapaddr_t heap = k.init_heap(area, 4 * 4096);
  const Addr a = k.xmalloc(64, 0, heap);
  m.template store<std::uint32_t>(a, 4711);
  m.template store<std::uint32_t>(area + 3 * 4096, 42);
  SECTION("another process does not reach its memory, nor the heap by its name") {
    m.run_process(other);
    CHECK(k.kernel_load(area + 3 * 4096) == std::nullopt);
    CHECK(k.kernel_load(a) != 4711U);
    CHECK(k.user_load(a) == std::nullopt);
    CHECK_FALSE(k.xmalloc(64, 0, heap));
    CHECK(k.xmfree(a, heap) == -1);
    CHECK(k.amount(k.state.kernel_heap) == 0);
  }
  SECTION("another process may have a heap at the same address") {
    m.run_process(other);
    CHECK(k.init_heap(area, 2 * 4096) == heap);
    CHECK(k.xmalloc(128, 0, heap) == a);
    CHECK(k.amount(heap) == 128);
    m.run_process(owner);
    CHECK(k.state.private_heaps == 2);
    CHECK(k.amount(heap) == 64);
    CHECK(k.kernel_load(a) == 4711U);
    CHECK(k.xmalloc(8192, 0, heap) == a + 4096);  // more than the other heap has
    CHECK(k.xmfree(a, heap) == 0);
  }
  SECTION("the process ends: the heap is dead, and its storage free") {
    m.exit_process(owner);
    aix::process_gone(k.state, owner);
    CHECK_FALSE(k.xmalloc(64, 0, heap));
    CHECK(k.state.private_heaps == 0);
    m.run_process(other);
    CHECK_FALSE(k.xmalloc(64, 0, heap));
  }
  SECTION("nobody runs: the heap is out of reach") {
    m.run_process(0);
    CHECK_FALSE(k.xmalloc(64, 0, heap));
    m.run_process(owner);
    CHECK(k.xmalloc(64, 0, heap) == a + 64);
  }
}

TEMPLATE_TEST_CASE("AIX-H11 and process environment: an interrupt is refused and written on the console (A1)", "[aix]",
                   OnSim, OnHost) {
  Aix<TestType> k;
  const Addr area = k.region(4 * 4096);
  const Addr a = k.xmalloc(100);
  k.on.in_interrupt([&] {
    CHECK_FALSE(k.init_heap(area, 4 * 4096));
    CHECK_FALSE(k.xmalloc(100));
    CHECK(k.last.reason == Reason::process_only);
    CHECK_FALSE(k.xmalloc(100, 0, k.state.pinned_heap));  // A2: no exception
    CHECK(k.xmfree(a) == -1);
    CHECK(k.pin(area, 1) == EINVAL);
  });
  CHECK(k.state.violations == 5);
  CHECK(console_of(k.on.machine()) ==
        std::vector<std::string>{"init_heap: not in the process environment", "xmalloc: not in the process environment",
                                 "xmalloc: not in the process environment", "xmfree: not in the process environment",
                                 "pin: not in the process environment"});
  CHECK(k.init_heap(area, 4 * 4096));
  CHECK(k.xmfree(a) == 0);
}

TEMPLATE_TEST_CASE("AIX-H11 strict: an interrupt that calls stops the machine", "[aix]", OnSim, OnHost) {
  aix::Config config;
  config.strict = aix::Strict::yes;
  Aix<TestType> k(config);
  CHECK(k.on.trap([&] { k.on.in_interrupt([&] { k.xmalloc(16); }); }) == "xmalloc: not in the process environment");
}

TEMPLATE_TEST_CASE("AIX-H12 align is log2 of the boundary", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  CHECK(k.at(1, 0) == 0x0);
  CHECK(k.at(1, 3) == 0x10);  // 8 bytes: no more than any block has
  CHECK(k.last.granted == 16);
  CHECK(k.at(1, 5) == 0x1000);  // 32 bytes: a class of its own
  CHECK(k.last.granted == 32);
  CHECK(k.at(1, 11) == 0x2000);
  CHECK(k.at(1, 11) == 0x2800);
  CHECK(k.at(100, 12) == 0x3000);  // a whole page
  CHECK(k.last.granted == 4096);
  CHECK(k.at(5000, 4) == 0x4000);
  for (const int align : {-1, 13, 31, 32, 64, 1000000, std::numeric_limits<int>::min()}) {
    CHECK_FALSE(k.xmalloc(16, align));
    CHECK(k.last.reason == Reason::bad_argument);
  }
}

TEMPLATE_TEST_CASE("AIX-H12 NULL when it cannot allocate or the heap is not initialised; xmfree 0 or -1", "[aix]",
                   OnSim, OnHost) {
  Aix<TestType> k;
  SECTION("no room") {
    const heapaddr_t heap = k.init_heap(k.region(3 * 4096), 3 * 4096);
    CHECK_FALSE(k.xmalloc(3 * 4096, 0, heap));
    CHECK(k.last.reason == Reason::no_space);
    const Addr a = k.xmalloc(2 * 4096, 0, heap);
    CHECK_FALSE(k.xmalloc(1, 0, heap));
    CHECK(k.xmfree(a, heap) == 0);
    CHECK(k.xmalloc(1, 0, heap) == a);
  }
  SECTION("no heap: null, an area that is none, an address that is not there, a block of another heap") {
    const Addr area = k.region(2 * 4096);
    for (const Addr h : {null_addr, area, Addr{64}, k.state.arena.end() - 4096, k.state.kernel_heap.at + 8}) {
      CHECK_FALSE(k.xmalloc(16, 0, heapaddr_t{h}));
      CHECK(k.last.reason == Reason::bad_heap);
      CHECK(k.xmfree(area, heapaddr_t{h}) == -1);
    }
  }
  SECTION("an area that only says HEAP is no heap (D1)") {
    const Addr area = k.region(4 * 4096);
    k.on.machine().template store<std::uint32_t>(area, aix::HEAP_SANITY);
    CHECK_FALSE(k.xmalloc(16, 0, heapaddr_t{area}));
  }
  SECTION("kernel_heap without its HEAP is no heap either") {
    k.checking = false;
    k.on.machine().template store<std::uint32_t>(k.state.kernel_heap.at, 0x4845415F);
    CHECK_FALSE(k.xmalloc(16));
    CHECK(k.xmalloc(16, 0, k.state.pinned_heap));
  }
}

}  // namespace kmemlab::test
