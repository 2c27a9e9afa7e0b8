// Vectors by hand, and the heap against a naive model of its rules (A5, A13, A16): the same calls must give the same
// addresses. The model knows no lists, maps or hints: it looks at every page.
#include <algorithm>
#include <set>

#include "core/base/digest.h"
#include "tests/core/aix_heap.h"

namespace kmemlab::test {
namespace {

struct SizeVector {
  std::int64_t size;
  int align;
  std::uint64_t granted;
  std::uint64_t second;  ///< offset of a second block of the same kind; the first is at 0
};

TEMPLATE_TEST_CASE("sizes to fragments and page runs", "[aix]", OnSim, OnHost) {
  const SizeVector v = GENERATE(values<SizeVector>({
      {1, 0, 16, 16},
      {16, 0, 16, 16},
      {17, 0, 32, 32},
      {100, 0, 128, 128},
      {128, 3, 128, 128},
      {129, 0, 256, 256},
      {1024, 0, 1024, 1024},
      {1025, 0, 2048, 2048},
      {2048, 0, 2048, 2048},
      {2049, 0, 4096, 4096},
      {1, 4, 16, 16},
      {1, 5, 32, 32},
      {33, 5, 64, 64},
      {100, 11, 2048, 2048},
      {4, 12, 4096, 4096},
      {4096, 0, 4096, 4096},
      {4097, 0, 8192, 8192},
      {8193, 12, 12288, 12288},
      {100000, 0, 102400, 102400},
  }));
  const char* profile = GENERATE("rs6000", "power64");
  INFO(v.size << " bytes, align " << v.align << ", " << profile << ", " << TestType::name);
  Shape shape = rs6000_shape();
  shape.profile = profile;
  Aix<TestType> k({}, shape);
  CHECK(k.at(v.size, v.align) == 0);
  CHECK(k.last.granted == v.granted);
  CHECK(k.at(v.size, v.align) == v.second);
  CHECK(k.amount(k.state.kernel_heap) == 2 * v.granted);
  CHECK(k.heap_frames() == (v.granted < 4096 ? 1 : 2 * v.granted / 4096));
}

TEMPLATE_TEST_CASE("the essay's worked example", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  CHECK(k.at(100) == 0x0);
  CHECK(k.at(100) == 0x80);
  CHECK(k.at(3000) == 0x1000);
  CHECK(k.xmalloc(100, 0, k.state.pinned_heap) == k.base() + 0x2000);
  CHECK(k.field(aix::heap_t::fr_of(7)) == 0);
  CHECK(k.field(aix::heap_t::fr_of(7), k.state.pinned_heap) == 2);
  CHECK(k.field(aix::heap_t::fr_of(4)) == 0x00FFFFFF);
  CHECK(k.field(aix::heap_t::frtot_of(7)) == 32);
  CHECK(k.field(aix::heap_t::frused_of(7)) == 2);
  CHECK(k.field(aix::heap_t::pagtot) == 2);
  CHECK(k.field(aix::heap_t::pagused) == 1);
  CHECK(k.free_at(0x0) == 0);
  CHECK(k.at(128) == 0x0);
  CHECK(k.free_at(0x1000) == 0);
  CHECK(k.xmalloc(16, 0, k.state.pinned_heap) == k.base() + 0x1000);
  CHECK(k.xmfree(k.base() + 0x2000, k.state.kernel_heap) == -1);
  CHECK(k.xmfree(k.base() + 0x2000, k.state.pinned_heap) == 0);
  CHECK_FALSE(k.has_frame(k.base() + 0x2000));
  CHECK(k.state.pinned_pages == 1);
  CHECK(k.field(0, aix::heapaddr_t{k.geometry().pool}) == 2);  // the fresh tail begins there again
}

TEMPLATE_TEST_CASE("lowest page of the class, lowest fragment in it (A16)", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  for (std::uint64_t n = 0; n < 12; ++n) CHECK(k.at(1024) == n * 1024);  // three pages, all full
  CHECK(k.free_at(0x2400) == 0);
  CHECK(k.free_at(0x1c00) == 0);
  CHECK(k.free_at(0x1400) == 0);
  CHECK(k.free_at(0x0800) == 0);
  for (const std::uint64_t at : {0x0800, 0x1400, 0x1c00, 0x2400, 0x3000}) CHECK(k.at(1024) == at);
}

TEMPLATE_TEST_CASE("first fit of page runs, and freed runs merge with both sides", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  for (const std::uint64_t at : {0x0000, 0x3000, 0x6000, 0x9000, 0xc000}) CHECK(k.at(3 * 4096) == at);
  CHECK(k.free_at(0x3000) == 0);
  CHECK(k.free_at(0x9000) == 0);
  CHECK(k.at(4 * 4096) == 0xf000);  // two holes of three do not hold four
  CHECK(k.free_at(0x6000) == 0);    // now one hole of nine
  CHECK(k.at(9 * 4096) == 0x3000);
  CHECK(k.free_at(0x3000) == 0);
  CHECK(k.at(4096) == 0x3000);
  CHECK(k.at(8 * 4096) == 0x4000);
  CHECK(k.free_at(0xf000) == 0);  // joins the fresh tail
  CHECK(k.free_at(0xc000) == 0);
  CHECK(k.at(5 * 4096) == 0xc000);
}

TEMPLATE_TEST_CASE("frames come on first use and go when the page is wholly free", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  CHECK(k.heap_frames() == 0);
  CHECK(aix::metadata_bytes(k.on.machine(), k.state) == 4096);
  for (unsigned n = 0; n < 256; ++n) REQUIRE(k.xmalloc(16));
  CHECK(k.heap_frames() == 1);
  REQUIRE(k.xmalloc(16));
  CHECK(k.heap_frames() == 2);
  CHECK(k.free_at(0x1000) == 0);
  CHECK(k.heap_frames() == 1);
  for (std::uint64_t n = 1; n < 256; ++n) CHECK(k.free_at(n * 16) == 0);
  CHECK(k.heap_frames() == 1);
  CHECK(k.free_at(0) == 0);
  CHECK(k.heap_frames() == 0);
  CHECK(k.at(10 * 4096) == 0);
  CHECK(k.heap_frames() == 10);
  CHECK(k.free_at(0) == 0);
  CHECK(k.heap_frames() == 0);
  CHECK(k.frames_held() == k.state.metadata_pages);
}

TEMPLATE_TEST_CASE("the page table gets frames as the heap grows, and keeps them", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;  // 224 pages: 7 groups of 1348 bytes
  CHECK(k.state.metadata_pages == 1);
  CHECK(k.at(200 * 4096) == 0);
  CHECK(k.state.metadata_pages == k.geometry().front_pages);
  CHECK(k.geometry().front_pages == 3);
  CHECK(k.geometry().numpages == 221);
  CHECK(k.free_at(0) == 0);
  CHECK(k.frames_held() == 3);
}

TEMPLATE_TEST_CASE("a shortage of frames undoes the whole call", "[aix]", OnSim, OnHost) {
  Aix<TestType> k({}, rs6000_shape(std::uint64_t{1} << 20, 6 * 4096));
  CHECK(k.at(2 * 4096) == 0);
  CHECK_FALSE(k.xmalloc(4 * 4096));
  CHECK(k.last.reason == Reason::no_frames);
  CHECK(k.heap_frames() == 2);
  CHECK_FALSE(k.xmalloc(4 * 4096, 0, k.state.pinned_heap));
  CHECK(k.state.pinned_pages == 0);
  CHECK(k.at(3 * 4096) == 0x2000);
  CHECK_FALSE(k.xmalloc(1));
  CHECK(k.free_at(0) == 0);
  CHECK(k.at(1) == 0);
}

TEMPLATE_TEST_CASE("other page sizes and byte orders", "[aix]", OnSim, OnHost) {
  Aix<TestType> k({}, {"alpha", std::uint64_t{1} << 20, std::uint64_t{2} << 20});
  for (std::uint64_t n = 0; n < 512; ++n) CHECK(k.at(16) == n * 16);
  CHECK(k.at(16) == 0x2000);
  CHECK(k.at(2048) == 0x4000);
  CHECK(k.at(2049) == 0x6000);  // fragments end at 2048, whatever the page
  CHECK(k.last.granted == 8192);
  CHECK(k.at(1, 13) == 0x8000);
  CHECK_FALSE(k.xmalloc(1, 14));
  const Addr a = k.region(4097);  // rounded to the page
  CHECK(k.region(1) == a + 8192);
}

/// One page of the naive model.
struct ModelPage {
  char kind = '.';  ///< . free, f fragments, r run, + rest
  unsigned anchor = 0;
  unsigned k = 0;
  std::size_t pages = 0;
  std::set<std::uint64_t> live;
};

class Model {
 public:
  explicit Model(std::size_t pages) : page_(pages) {}
  std::optional<std::uint64_t> alloc(std::uint64_t size, unsigned align, unsigned anchor) {
    std::uint64_t block = 16;
    while (block < size || block < std::uint64_t{1} << align) block *= 2;
    if (block > 2048) return alloc_run((size + 4095) / 4096, anchor);
    std::size_t p = 0;
    const unsigned k = floor_log2(block);
    while (p < page_.size() && !(page_[p].kind == 'f' && page_[p].anchor == anchor && page_[p].k == k &&
                                 page_[p].live.size() < 4096 / block)) {
      ++p;
    }
    if (p == page_.size()) {
      const auto at = lowest_free(1);
      if (!at) return std::nullopt;
      p = *at;
      page_[p] = {'f', anchor, k, 1, {}};
    }
    std::uint64_t offset = 0;
    while (page_[p].live.count(offset) != 0) offset += block;
    page_[p].live.insert(offset);
    return p * 4096 + offset;
  }
  bool free(std::uint64_t at, unsigned anchor) {
    ModelPage& page = page_.at(at / 4096);
    if (page.anchor != anchor) return false;
    if (page.kind == 'f') {
      if (page.live.erase(at % 4096) == 0) return false;
      if (page.live.empty()) page = {};
      return true;
    }
    if (page.kind != 'r' || at % 4096 != 0) return false;
    const std::size_t n = page.pages;
    for (std::size_t i = 0; i < n; ++i) page_[at / 4096 + i] = {};
    return true;
  }
  std::size_t used() const {
    return static_cast<std::size_t>(
        std::count_if(page_.begin(), page_.end(), [](const auto& p) { return p.kind != '.'; }));
  }

 private:
  std::optional<std::size_t> lowest_free(std::size_t n) const {
    for (std::size_t p = 0; p + n <= page_.size(); ++p) {
      std::size_t i = 0;
      while (i < n && page_[p + i].kind == '.') ++i;
      if (i == n) return p;
    }
    return std::nullopt;
  }
  std::optional<std::uint64_t> alloc_run(std::size_t n, unsigned anchor) {
    const auto at = lowest_free(n);
    if (!at) return std::nullopt;
    for (std::size_t i = 0; i < n; ++i) page_[*at + i] = {i == 0 ? 'r' : '+', anchor, 0, n, {}};
    return *at * 4096;
  }
  std::vector<ModelPage> page_;
};

TEMPLATE_TEST_CASE("a thousand random calls give the naive model's addresses", "[aix]", OnSim, OnHost) {
  Shape shape = rs6000_shape(std::uint64_t{512} << 10);
  shape.profile = GENERATE("rs6000", "power64");
  const std::uint64_t seed = GENERATE(1, 2, 3);
  INFO("seed " << seed << " on " << shape.profile);
  Aix<TestType> k({}, shape);
  Model model(k.geometry().numpages);
  std::vector<std::pair<std::uint64_t, unsigned>> live;
  std::uint64_t random = seed;
  const auto draw = [&random](std::uint64_t below) { return mix64(++random) % below; };
  for (unsigned n = 0; n < 1000; ++n) {
    const unsigned anchor = draw(4) == 0;
    const aix::heapaddr_t heap = anchor != 0 ? k.state.pinned_heap : k.state.kernel_heap;
    const bool grow = n / 250 % 2 == 0;
    if (live.empty() || draw(10) < (grow ? 7U : 3U)) {
      const std::uint64_t size = draw(3) == 0 ? 1 + draw(6 * 4096) : 1 + (draw(4096) >> draw(10));
      const auto align = static_cast<unsigned>(draw(8) == 0 ? draw(13) : 0);
      const auto expected = model.alloc(size, align, anchor);
      const Addr got = k.xmalloc(static_cast<std::int64_t>(size), static_cast<int>(align), heap);
      REQUIRE(static_cast<bool>(got) == expected.has_value());
      if (!got) continue;
      REQUIRE(got - k.base() == *expected);
      live.push_back({*expected, anchor});
    } else {
      const std::size_t i = draw(live.size());
      const auto [at, owner] = live[i];
      const std::uint64_t bent = draw(6) == 0 ? at + 8 * draw(600) : at;  // sometimes a wrong address
      const bool good = bent / 4096 < k.geometry().numpages && model.free(bent, anchor);
      REQUIRE(k.xmfree(k.base() + bent, heap) == (good ? 0 : -1));
      if (good) live.erase(std::find(live.begin(), live.end(), std::pair{bent, anchor}));
      (void)owner;
    }
    REQUIRE(k.heap_frames() == model.used());
  }
  CHECK(k.state.xmalloc_failed + k.state.xmfree_failed > 0);
}

TEST_CASE("both machines give the same addresses and leave the same bytes", "[aix]") {
  const char* profile = GENERATE("rs6000", "power64");
  Shape shape = rs6000_shape(std::uint64_t{512} << 10);
  shape.profile = profile;
  Aix<OnSim> a({}, shape);
  Aix<OnHost> b({}, shape);
  a.checking = b.checking = false;
  std::vector<Addr> live;
  for (std::uint64_t n = 0; n < 3000; ++n) {
    const std::uint64_t r = mix64(n);
    if (r % 5 < 3) {
      const auto size = static_cast<std::int64_t>(r >> 8 & (r % 7 == 0 ? 0x3fff : 0x3ff));
      const Addr got = a.xmalloc(size);
      REQUIRE(got == b.xmalloc(size));
      if (got) live.push_back(got);
    } else if (!live.empty()) {
      const std::size_t i = r % live.size();
      REQUIRE(a.xmfree(live[i]) == b.xmfree(live[i]));
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  CHECK(aix::digest(a.state) == aix::digest(b.state));
  for (Addr at = a.state.arena.base; at < a.state.arena.end(); at = at + 8) {
    REQUIRE(a.on.machine().template peek<std::uint64_t>(at) == b.on.machine().template peek<std::uint64_t>(at));
  }
}

}  // namespace
}  // namespace kmemlab::test
