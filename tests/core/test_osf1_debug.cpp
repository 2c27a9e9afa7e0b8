// kmem_debug=1 (OSF-12 to OSF-17, V10): the seal of freed blocks, its check, and its blind spots.
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

namespace {

constexpr std::uint64_t freer = 0xfffffc0012345678;
constexpr const char* panic_text = "malloc: freed memory was modified, see kmem_corrupt_data";

/// The profiles' word sizes and byte orders.
Shape shape_of(const char* profile) { return {profile, std::uint64_t{1} << 20, std::uint64_t{2} << 20}; }

template <class On>
std::uint64_t word_at(const OsfHeap<On>& heap, std::uint64_t offset) {
  return heap.on.machine().peek_word(heap.on.base() + offset).value();
}

}  // namespace

TEMPLATE_TEST_CASE("OSF-12 kmem_debug=1 at boot switches the check on", "[osf1]", OnSim, OnHost) {
  SECTION("off: a changed block is handed out") {
    OsfHeap<TestType> heap;
    const auto a = heap.alloc(512).value();
    heap.free(a, M_DEVBUF, freer);
    heap.flip(a + 100);
    CHECK(heap.alloc(512) == a);
    CHECK(heap.state.kmem_corrupt_data.size == 0);
  }
  SECTION("on: it is not") {
    OsfHeap<TestType> heap(with_kmem_debug());
    const auto a = heap.alloc(512).value();
    heap.free(a, M_DEVBUF, freer);
    heap.flip(a + 100);
    CHECK(heap.on.trap([&] { heap.alloc(512); }) == panic_text);
  }
}

TEMPLATE_TEST_CASE("OSF-13 FREE stores pc and checksum at the end of the freed memory", "[osf1]", OnSim, OnHost) {
  SECTION("8-byte words: both in the last one, the link before it") {
    OsfHeap<TestType> heap(with_kmem_debug());
    const auto a = heap.alloc(64).value();
    const auto b = heap.alloc(64).value();
    heap.on.machine().zero(heap.on.base() + a, 64);
    heap.on.machine().zero(heap.on.base() + b, 64);
    heap.free(a, M_DEVBUF, freer);
    heap.free(b, M_DEVBUF, 0x1111);
    CHECK((word_at(heap, a + 56) & 0xffffffff) == 0x12345678);
    CHECK((word_at(heap, b + 56) & 0xffffffff) == 0x1111);
    CHECK(word_at(heap, a + 56) >> 32 == word_at(heap, b + 56) >> 32);  // equal contents, equal checksums
    CHECK(word_at(heap, a + 56) >> 32 != 0);
    CHECK(word_at(heap, b + 48) == heap.on.base().v + a);
    for (unsigned i = 0; i < 48; ++i) CHECK(heap.byte(a + i) == 0);  // nothing else is touched
    REQUIRE(heap.alloc(64) == b);
    heap.on.poke16(heap.on.base() + b + 46, 1);
    heap.free(b, M_DEVBUF, 0x1111);
    CHECK(word_at(heap, a + 56) >> 32 != word_at(heap, b + 56) >> 32);  // up to the last byte before the link
  }
  SECTION("4-byte words: a word each") {
    const char* profile = GENERATE("i386", "rs6000");
    OsfHeap<TestType> heap(with_kmem_debug(), shape_of(profile));
    const auto a = heap.alloc(64).value();
    const std::uint64_t next = word_at(heap, a + 48);
    heap.free(a, M_DEVBUF, freer);
    CHECK(word_at(heap, a + 56) == 0x12345678);
    CHECK(word_at(heap, a + 60) != 0);
    CHECK(word_at(heap, a + 48) == next);
  }
  SECTION("off: only the first word is used") {
    OsfHeap<TestType> heap;
    const auto a = heap.alloc(64).value();
    for (unsigned i = 0; i < 64; i += 4) heap.on.poke32(heap.on.base() + a + i, 0x55555555);
    heap.free(a, M_DEVBUF, freer);
    for (unsigned i = 8; i < 64; ++i) CHECK(heap.byte(a + i) == 0x55);
  }
}

TEMPLATE_TEST_CASE("OSF-14 MALLOC verifies before it hands out again, on every machine", "[osf1]", OnSim, OnHost) {
  const char* profile = GENERATE("x86-64", "i386", "alpha", "rs6000", "power64");
  INFO(profile);
  OsfHeap<TestType> heap(with_kmem_debug(), shape_of(profile));
  SECTION("untouched blocks pass, whatever they hold and wherever they lie on the list") {
    std::vector<std::uint64_t> blocks;
    for (unsigned n = 0; n < 6; ++n) {
      blocks.push_back(heap.alloc(256).value());
      for (unsigned i = 0; i < 256; i += 4) heap.on.poke32(heap.on.base() + blocks[n] + i, 0x01010101 * n + i);
    }
    heap.free_all(blocks);
    for (unsigned n = 6; n-- > 0;) CHECK(heap.alloc(256) == blocks[n]);
  }
  SECTION("each covered byte of the smallest block counts") {
    const unsigned at = GENERATE(range(0U, 16U));
    const auto a = heap.alloc(32).value();
    heap.free(a, M_DEVBUF, freer);
    heap.flip(a + at);
    CHECK(heap.on.trap([&] { heap.alloc(32); }) == panic_text);
  }
  SECTION("so does a 16K run, first byte and last before the link") {
    const std::uint64_t at = GENERATE(std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{16384 - 17});
    const auto a = heap.alloc(16384).value();
    heap.free(a, M_DEVBUF, freer);
    heap.flip(a + at);
    CHECK(heap.on.trap([&] { heap.alloc(16384, M_WAITOK); }) == panic_text);
  }
  SECTION("the same bit in two words does not cancel") {
    const auto a = heap.alloc(64).value();
    heap.free(a, M_DEVBUF, freer);
    heap.flip(a + 7);
    heap.flip(a + 15);
    heap.flip(a + 23);
    heap.flip(a + 31);
    CHECK(heap.on.trap([&] { heap.alloc(64); }) == panic_text);
  }
  SECTION("memory zeroed after it was freed, seal and all") {
    const auto a = heap.alloc(64).value();
    for (unsigned i = 0; i < 64; i += 4) heap.on.poke32(heap.on.base() + a + i, 0x55555555);
    heap.free(a, M_DEVBUF, freer);
    heap.checking = false;
    for (unsigned i = 0; i < 64; i += 4) heap.on.poke32(heap.on.base() + a + i, 0);
    CHECK(heap.on.trap([&] { heap.alloc(64); }) == panic_text);
  }
}

TEMPLATE_TEST_CASE("OSF-15 and V10: address, size, last freer's pc in kmem_corrupt_data, and a panic", "[osf1]", OnSim,
                   OnHost) {
  OsfHeap<TestType> heap(with_kmem_debug());
  const auto a = heap.alloc(1000).value();
  const auto b = heap.alloc(1000).value();
  const auto c = heap.alloc(1000).value();
  heap.free(b, M_DEVBUF, 0x1234);
  REQUIRE(heap.alloc(1000) == b);
  heap.free(a, M_DEVBUF, 0x1111);
  heap.free(b, M_DEVBUF, freer);
  heap.free(c, M_DEVBUF, 0x2222);
  heap.flip(b + 500);
  CHECK(heap.alloc(1000) == c);  // detected when B comes, not before
  CHECK(heap.state.kmem_corrupt_data.size == 0);
  CHECK(heap.on.trap([&] { heap.alloc(1000, M_WAITOK | M_ZERO); }) == panic_text);
  CHECK(heap.state.kmem_corrupt_data.addr == heap.on.base() + b);
  CHECK(heap.state.kmem_corrupt_data.size == 1024);
  CHECK(heap.state.kmem_corrupt_data.pc == 0x12345678);  // the low half, of the last freer
}

TEMPLATE_TEST_CASE("OSF-16 corruption after re-allocation is not detected", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(with_kmem_debug());
  const auto a = heap.alloc(256).value();
  heap.free(a, M_DEVBUF, freer);
  REQUIRE(heap.alloc(256) == a);
  heap.flip(a + 20);  // the old owner writes into what is somebody else's now
  heap.free(a, M_DEVBUF, 0x2222);
  CHECK(heap.alloc(256) == a);
}

TEMPLATE_TEST_CASE("OSF-17 the stored pc may itself have been overwritten", "[osf1]", OnSim, OnHost) {
  const char* profile = GENERATE("alpha", "i386");
  OsfHeap<TestType> heap(with_kmem_debug(), shape_of(profile));
  const auto a = heap.alloc(256).value();
  heap.free(a, M_DEVBUF, freer);
  heap.flip(a + 248);  // both are little-endian: the pc's lowest byte
  SECTION("alone: undetected") { CHECK(heap.alloc(256) == a); }
  SECTION("with a change of the content: a wrong culprit") {
    heap.flip(a + 3);
    CHECK(heap.on.trap([&] { heap.alloc(256); }) == panic_text);
    CHECK(heap.state.kmem_corrupt_data.pc == 0x12345679);
  }
  SECTION("the checksum itself is checked") {
    heap.flip(a + 252);
    CHECK(heap.on.trap([&] { heap.alloc(256); }) == panic_text);
    CHECK(heap.state.kmem_corrupt_data.pc == 0x12345679);
  }
}

TEMPLATE_TEST_CASE("freshly carved blocks have no freer and are not checked", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(with_kmem_debug());
  heap.flip(0x1fe0);  // first word of the block that comes next
  CHECK(heap.alloc(32) == 0x1fe0);
  const auto a = heap.take(300, 32).back();  // a second page, carved by M_WAITOK
  heap.flip(a - 32);
  CHECK(heap.alloc(32) == a - 32);
}

TEMPLATE_TEST_CASE("pages that go back are not checked, and come again unsealed", "[osf1]", OnSim, OnHost) {
  Config config = with_kmem_debug();
  config.lowat_pages = 0;
  config.highwat_pages = 0;
  OsfHeap<TestType> heap(config);
  std::vector<std::uint64_t> blocks = heap.take(4, 2048);
  heap.free_all(blocks);
  heap.flip(blocks[0] + 8);
  heap.run_thread();  // MALLOC checks, the thread does not
  CHECK(heap.on.pages_held() == 0);
  CHECK(heap.alloc(2048, M_WAITOK) == 0x1800);
}

}  // namespace kmemlab::test
