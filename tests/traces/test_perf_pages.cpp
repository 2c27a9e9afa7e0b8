// perf kmem's page figures, by perf's rule. The cases were tried on perf 6.1 itself, with recordings whose frames,
// orders and failures had been changed: all figures agreed (perf itself gives up at a free of another order than its
// allocation's, so that case is our own reading).
#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/kmt/fields.h"
#include "traces/kmt/totals_section.h"
#include "traces/totals.h"

namespace kmemlab::traces {

namespace {

/// Counts page events by hand.
class Pages {
 public:
  Pages() { tables_.names = {"mm_page_alloc", "mm_page_free", "mm_page_free_batched"}; }
  void alloc(std::uint64_t pfn, std::uint8_t order, std::uint8_t type = 0) {
    Event e;
    e.op = Op::page_alloc, e.name = 0, e.pfn = pfn, e.order = order, e.migratetype = type;
    counter_.add(e);
  }
  void free(std::uint64_t pfn, std::uint8_t order, Index name = 1) {
    Event e;
    e.op = Op::page_free, e.name = name, e.pfn = pfn, e.order = order;
    counter_.add(e);
  }
  PageTotals totals() const { return counter_.totals().pages; }
  PerfPageTotals perf() const { return totals().perf_kmem; }

 private:
  Tables tables_;
  TotalsCounter counter_{tables_};
};

using Count = PerfPageTotals::Count;

}  // namespace

TEST_CASE("pages that live and die, and those that do only one of it", "[traces][perf]") {
  Pages p;
  p.alloc(10, 0, 1), p.alloc(20, 3, 0), p.alloc(no_pfn, 2), p.free(10, 0), p.free(10, 0), p.free(99, 1);
  CHECK(p.perf().allocs == Count{3, 13});
  CHECK(p.perf().frees == Count{3, 4});
  CHECK(p.perf().alloc_freed() == Count{1, 1});
  CHECK(p.perf().alloc_only() == Count{2, 12});  // the failed one is among them, as perf has it
  CHECK(p.perf().free_only == Count{2, 3});
  CHECK(p.perf().failures == Count{1, 4});
  CHECK(p.perf().by_order[0][1] == 1);
  CHECK(p.perf().by_order[3][0] == 1);
  CHECK(p.perf().by_order[2][0] == 0);
}

TEST_CASE("a frame that is allocated again, and one that is freed in another order", "[traces][perf]") {
  Pages p;
  p.alloc(10, 0), p.alloc(10, 0), p.free(10, 0), p.free(10, 0);
  CHECK(p.perf().alloc_freed() == Count{1, 1});
  CHECK(p.perf().free_only == Count{1, 1});
  p.alloc(30, 1), p.free(30, 4);
  CHECK(p.perf().alloc_freed() == Count{2, 17});
  CHECK(p.perf().alloc_only() == Count{1, 0});
}

TEST_CASE("batched frees are a second record of the same free: perf does not count them", "[traces][perf]") {
  Pages p;
  for (std::uint64_t pfn = 0; pfn < 20'000; ++pfn) p.alloc(pfn + 1, 0);
  for (std::uint64_t pfn = 0; pfn < 20'000; ++pfn) p.free(pfn + 1, 0, 2), p.free(pfn + 1, 0, 1);
  CHECK(p.perf().alloc_freed() == Count{20'000, 20'000});
  CHECK(p.perf().free_only == Count{});
  CHECK(p.totals().frees == 40'000);
  CHECK(p.totals().matched == 20'000);
}

TEST_CASE("orders and types that perf's table has no place for are in no cell", "[traces][perf]") {
  Pages p;
  p.alloc(10, 11, 0), p.alloc(20, 0, 5), p.alloc(30, 255, 255), p.alloc(40, 10, 4);
  CHECK(p.perf().allocs.requests == 4);
  CHECK(p.perf().by_order[10][4] == 1);
  std::uint64_t sum = 0;
  for (const auto& row : p.perf().by_order) {
    for (const std::uint64_t n : row) sum += n;
  }
  CHECK(sum == 1);
}

TEST_CASE("page figures go through a container; a container without them is counted anew", "[kmt][perf]") {
  Pages p;
  p.alloc(10, 0, 1), p.alloc(20, 3, 0), p.alloc(no_pfn, 2), p.free(10, 0), p.free(99, 1);
  Totals t;
  t.pages = p.totals();
  const ByteVector stored = kmt::encode_totals(t);
  std::optional<Totals> again;
  REQUIRE(kmt::decode_totals(stored.data(), stored.size(), again));
  CHECK(again == t);

  kmt::Fields old;
  old.number("pages.allocs", 2);
  const ByteVector without = old.bytes();
  REQUIRE(kmt::decode_totals(without.data(), without.size(), again));
  CHECK_FALSE(again);

  const ByteVector no_pages = kmt::Fields().bytes();
  REQUIRE(kmt::decode_totals(no_pages.data(), no_pages.size(), again));
  CHECK(again);
}

}  // namespace kmemlab::traces
