// What other tests of the bsd386 core did not notice: cases that a changed line of the core brought up
// (tests/mutation).
#include "tests/core/bsd386_heap.h"

namespace kmemlab::test {

TEMPLATE_TEST_CASE("bsd386: pages of 8 KiB are carved and counted as such", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> h({}, {"alpha", std::uint64_t{1} << 20, std::uint64_t{2} << 20});
  CHECK(h.alloc(100) == 8192 - 128);
  CHECK(h.bucket(100).kb_elmpercl == 64);
  CHECK(h.bucket(100).kb_total == 64);
  CHECK(h.bucket(100).kb_highwat == 5 * 64);
  CHECK(h.alloc(8192) == 8192);   // one page: kept when freed
  CHECK(h.alloc(8193) == 16384);  // two pages: large
  CHECK(h.last.granted == 16384);
  CHECK(h.on.pages_held() == 4);
  h.free(8192);
  CHECK(h.on.pages_held() == 4);
  h.free(16384);
  CHECK(h.on.pages_held() == 2);
}

}  // namespace kmemlab::test
