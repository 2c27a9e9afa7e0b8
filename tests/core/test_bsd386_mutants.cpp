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

TEST_CASE("bsd386: the step of a cleared block says where and how much, and no bucket", "[bsd386]") {
  Heap<OnSim> h;
  std::vector<Step> steps;
  h.on.machine().set_steps(&steps);
  const auto block = h.alloc(100, M_NOWAIT | M_ZERO_IT);
  h.on.machine().set_steps(nullptr);
  REQUIRE(block);
  REQUIRE(!steps.empty());
  CHECK(steps.back() == Step{StepKind::zeroed, 0, h.on.base() + *block, 100});
}

TEST_CASE("bsd386: sizes over the largest bucket are counted in it", "[bsd386]") {
  Heap<OnSim> h(faithful(), {"i386", std::uint64_t{8} << 20, std::uint64_t{8} << 20});
  const auto calls = [&] { return h.state.bucket[bucket_slots - 1].kb_calls; };
  CHECK(bucket_index(std::uint64_t{1} << 21) == bucket_slots - 1);
  CHECK(bucket_index((std::uint64_t{1} << (bucket_slots - 1)) + 1) == bucket_slots - 1);
  const auto before = calls();
  REQUIRE(h.alloc(std::uint64_t{1} << 20));
  REQUIRE(h.alloc(std::uint64_t{3} << 20));
  CHECK(calls() == before + 2);
}

TEST_CASE("bsd386: a block of 65535 pages is the largest whose pages the table can count", "[bsd386]") {
  Heap<OnSim> h(faithful(), {"x86-64", std::uint64_t{512} << 20, std::uint64_t{512} << 20});
  const std::uint64_t most = std::uint64_t{65535} * 4096;
  const auto block = h.alloc(most);
  REQUIRE(block);
  CHECK(h.last.granted == most);
  h.free(*block);
  CHECK(h.on.pages_held() == 0);
  CHECK(h.on.trap([&] { h.alloc(most + 1); }) == "malloc: allocation too large");
}

}  // namespace kmemlab::test
