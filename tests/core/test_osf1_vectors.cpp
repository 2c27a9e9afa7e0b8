// The published vectors: shared/spec/osf1_and_bsd.md section 6.1 (OSF/1 column) and V9, on both machines.
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

struct OsfVector {
  std::uint64_t request;
  std::uint64_t granted;
  std::uint64_t pages;
  std::uint64_t per_page;  ///< 0: large
  std::uint64_t offset;    ///< Berkeley's order: the highest block of the page first
};

TEMPLATE_TEST_CASE("6.1 size to bucket, charge, pages; 8 KiB pages", "[osf1]", OnSim, OnHost) {
  const OsfVector v = GENERATE(values<OsfVector>({
      {0, 32, 1, 256, 0x1fe0},      {1, 32, 1, 256, 0x1fe0},      {16, 32, 1, 256, 0x1fe0},   {17, 32, 1, 256, 0x1fe0},
      {32, 32, 1, 256, 0x1fe0},     {33, 64, 1, 128, 0x1fc0},     {53, 64, 1, 128, 0x1fc0},   {128, 128, 1, 64, 0x1f80},
      {129, 256, 1, 32, 0x1f00},    {1000, 1024, 1, 8, 0x1c00},   {1024, 1024, 1, 8, 0x1c00},
      {1025, 2048, 1, 4, 0x1800},
      {2048, 2048, 1, 4, 0x1800},   {2049, 4096, 1, 2, 0x1000},   {3000, 4096, 1, 2, 0x1000},
      {4096, 4096, 1, 2, 0x1000},
      {4097, 8192, 1, 1, 0},        {5000, 8192, 1, 1, 0},        {8191, 8192, 1, 1, 0},      {8192, 8192, 1, 1, 0},
      {8193, 16384, 2, 1, 0},       {10000, 16384, 2, 1, 0},      {16384, 16384, 2, 1, 0},    {16385, 24576, 3, 0, 0},
      {20000, 24576, 3, 0, 0},      {65536, 65536, 8, 0, 0},      {65537, 73728, 9, 0, 0},
      {262145, 270336, 33, 0, 0},
  }));
  INFO("request " << v.request << " on the " << TestType::name << " machine");
  OsfHeap<TestType> heap(no_preload());
  REQUIRE(heap.alloc(v.request, M_WAITOK) == v.offset);
  CHECK(heap.last.granted == v.granted);
  CHECK(heap.stats().ks_memuse == v.granted);
  CHECK(heap.on.pages_held() == v.pages);
  if (v.per_page > 0) {
    CHECK(heap.bucket(v.request).kb_elmpercl == v.per_page);
    CHECK(heap.bucket(v.request).kb_totalfree == v.per_page - 1);
  }
  heap.free(v.offset);
  CHECK(heap.on.pages_held() == (v.per_page > 0 ? v.pages : 0));  // up to 16K cached, larger gone
  CHECK(heap.stats().ks_memuse == 0);
}

TEMPLATE_TEST_CASE("16K is 16,384 bytes on every page size", "[osf1]", OnSim, OnHost) {
  const char* profile = GENERATE("x86-64", "i386", "alpha", "rs6000", "power64");
  INFO(profile);
  const Shape shape{profile, std::uint64_t{1} << 20, std::uint64_t{2} << 20};
  OsfHeap<TestType> heap(no_preload(), shape);
  const std::uint64_t page = std::uint64_t{1} << heap.state.page_shift;
  const auto a = heap.alloc(16384, M_WAITOK).value();
  CHECK(heap.last.granted == 16384);
  CHECK(heap.on.pages_held() == 16384 / page);
  heap.free(a);
  CHECK(heap.on.pages_held() == 16384 / page);  // stays in the pool
  CHECK(heap.alloc(8193) == a);                 // where M_NOWAIT finds it
  CHECK_FALSE(heap.alloc(16385));
  CHECK(heap.last.reason == Reason::too_big);
  CHECK(heap.alloc(16385, M_WAITOK));
  CHECK(heap.last.granted == 16384 + page);
  CHECK(heap.alloc(5000, M_WAITOK));
  CHECK(heap.last.granted == 8192);
}

TEST_CASE("water marks: lowat one page's worth, highwat five", "[osf1]") {
  OsfHeap<OnSim> heap;
  const std::uint64_t elmpercl[] = {256, 128, 64, 32, 16, 8, 4, 2, 1, 1};
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    CHECK(heap.state.bucket[i].kb_elmpercl == elmpercl[i - MINBUCKET]);
    CHECK(heap.state.bucket[i].kb_lowat == elmpercl[i - MINBUCKET]);
    CHECK(heap.state.bucket[i].kb_highwat == 5 * elmpercl[i - MINBUCKET]);
  }
  Config config;
  config.lowat_pages = 3;
  config.highwat_pages = 1;  // the thread would give back what it had just filled in
  OsfHeap<OnSim> upside_down(config);
  CHECK(upside_down.bucket(4096).kb_highwat == 6);
}

TEMPLATE_TEST_CASE("V9", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap;
  heap.run_thread();
  heap.on.in_interrupt([&] {
    CHECK_FALSE(heap.alloc(100, M_WAITOK));
    CHECK(heap.last.reason == Reason::wait_in_interrupt);
    CHECK(heap.on.console_lines() == 1);
    CHECK(heap.alloc(16384, M_NOWAIT));
    CHECK(heap.last.granted == 16384);
  });
  CHECK_FALSE(heap.alloc(16385, M_NOWAIT));
  CHECK(heap.outcome == Outcome::failed);
  const std::uint64_t held = heap.on.pages_held();
  CHECK(heap.alloc(16385, M_WAITOK));
  CHECK(heap.on.pages_held() == held + 3);
  // The preloaded run is in use: the bucket is empty, with plenty of free pages behind it.
  CHECK(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.alloc(16384, M_NOWAIT)); }));
  CHECK(heap.on.pages_held() == held + 3);
  CHECK(heap.on.console_lines() == 1);
  heap.run_thread();
  CHECK(heap.alloc(16384, M_NOWAIT));
}

}  // namespace kmemlab::test
