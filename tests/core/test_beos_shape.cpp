// What the BeOS core shows of itself (walk, tables), and long random runs: blocks never overlap, invariants hold, both
// machines give the same addresses, all comes back at the end.
#include <set>

#include "core/base/digest.h"
#include "tests/core/beos_pools.h"

namespace kmemlab::test {
namespace {

struct BeosSink {
  std::map<std::uint64_t, std::pair<PageUse, std::uint64_t>> pages;
  std::map<std::uint64_t, std::uint64_t> free_blocks;
  using Row = std::pair<std::string, std::vector<std::uint64_t>>;
  std::map<std::string, std::vector<Row>> tables;
  std::map<std::string, std::size_t> columns;
  std::map<std::string, std::vector<std::uint64_t>> lists;
  std::string current;

  void page(Addr a, PageUse use, std::uint64_t bytes) { pages[a.v] = {use, bytes}; }
  void free_block(Addr a, std::uint64_t bytes) { free_blocks[a.v] = bytes; }
  void table(std::string_view name, std::initializer_list<TableColumn> c) {
    current = name;
    columns[current] = c.size();
  }
  void row(std::string_view label, std::initializer_list<std::uint64_t> values) {
    CHECK(values.size() == columns[current]);
    tables[current].push_back({std::string(label), values});
  }
  void list(std::string_view name, Addr a) { lists[std::string(name)].push_back(a.v); }
};
static_assert(WalkSink<BeosSink> && TableSink<BeosSink>);

/// A seeded mixture of all calls over a few pools, with what should be in each block kept outside.
template <class On>
class BeosMixture {
 public:
  explicit BeosMixture(const Shape& shape) : b(shape) {
    for (const std::uint32_t lock : {B_FULL_LOCK, B_LAZY_LOCK, B_CONTIGUOUS}) {
      pools_.push_back(b.pool(96 * page_4k, lock));
    }
  }
  void run(unsigned calls) {
    for (unsigned n = 0; n < calls; ++n) {
      b.checking = n % 16 == 0;
      one();
    }
    b.checking = true;
    while (!live_.empty()) drop(live_.begin());
    b.verify();
    for (const beos::PoolId id : pools_) CHECK(b.state.find(id)->fresh == 0);
    log.add(beos::digest(b.state));
  }
  Beos<On> b;
  Digest log;

 private:
  struct Known {
    beos::PoolId pool;
    std::uint64_t granted;
    std::uint32_t stamp;
  };
  using Live = std::map<std::uint64_t, Known>;

  std::uint64_t below(std::uint64_t n) { return mix64(seed_ += 0x9e3779b97f4a7c15ULL) % n; }
  std::uint64_t size() { return below(8) == 0 ? below(40000) : below(12) == 0 ? below(6000) : below(700); }
  typename Live::iterator any() {
    auto at = live_.lower_bound(below(4 << 20) + b.on.base().v);
    return at == live_.end() ? live_.begin() : at;
  }
  void one() {
    const beos::PoolId pool = pools_[below(pools_.size())];
    const unsigned what = static_cast<unsigned>(below(16));
    if (what < 7) {
      const auto c = b.malloc(pool, size());
      keep(pool, c.address, c.granted);
    } else if (what < 8) {
      const std::uint64_t members = below(9);
      const auto c = b.calloc(pool, members, below(900));
      for (std::uint64_t at = 0; c.address && at + 4 <= members * c.size; at += 4) {
        REQUIRE(b.m().template load<std::uint32_t>(c.address + at) == 0);
      }
      keep(pool, c.address, c.granted);
    } else if (live_.empty()) {
      return;
    } else if (what < 10) {
      resize(any());
    } else {
      drop(any());
    }
  }
  void keep(beos::PoolId pool, Addr a, std::uint64_t granted) {
    log.add(a.v);
    if (!a) return;
    const auto above = live_.upper_bound(a.v);
    if (above != live_.end()) REQUIRE(a.v + granted <= above->first);
    if (above != live_.begin()) REQUIRE(std::prev(above)->first + std::prev(above)->second.granted <= a.v);
    ResidentCall call;
    call.range = {a, granted};
    REQUIRE(b.m().make_resident(call) == Outcome::done);
    const auto stamp = static_cast<std::uint32_t>(seed_);
    b.m().template store<std::uint32_t>(a, stamp);
    b.m().template store<std::uint32_t>(a + (granted - 4), stamp);
    live_[a.v] = {pool, granted, stamp};
  }
  void expect_stamps(typename Live::iterator at) {
    REQUIRE(b.m().template load<std::uint32_t>(Addr{at->first}) == at->second.stamp);
    REQUIRE(b.m().template load<std::uint32_t>(Addr{at->first} + (at->second.granted - 4)) == at->second.stamp);
  }
  void drop(typename Live::iterator at) {
    expect_stamps(at);
    b.free(at->second.pool, Addr{at->first});
    REQUIRE(b.outcome == Outcome::done);
    live_.erase(at);
  }
  void resize(typename Live::iterator at) {
    expect_stamps(at);
    const Known known = at->second;
    const Addr old{at->first};
    const auto c = b.realloc(known.pool, old, size() + 1);
    if (!c.address) return;
    REQUIRE(b.m().template load<std::uint32_t>(c.address) == known.stamp);
    live_.erase(at);
    keep(known.pool, c.address, c.granted);
  }

  std::vector<beos::PoolId> pools_;
  Live live_;
  std::uint64_t seed_ = 11;
};

}  // namespace

TEMPLATE_TEST_CASE("beos walk shows every used page and every free element", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const beos::PoolId pool = b.pool(16 * page_4k);
  b.at(pool, 1024);
  b.at(pool, 2 * page_4k);
  const auto hole = b.at(pool, 2 * page_4k);
  b.at(pool, 2048);
  b.free_at(pool, hole);
  BeosSink sink;
  beos::walk(b.m(), b.state, sink);
  const std::uint64_t base = b.base.v;
  using P = std::pair<PageUse, std::uint64_t>;
  CHECK(sink.pages == std::map<std::uint64_t, P>{{base, {PageUse::fragments, 1024}},
                                                 {base + 0x1000, {PageUse::large_first, 8192}},
                                                 {base + 0x2000, {PageUse::large_rest, 8192}},
                                                 {base + 0x3000, {PageUse::free_run, 8192}},
                                                 {base + 0x5000, {PageUse::fragments, 2048}},
                                                 {base + 0x10000, {PageUse::metadata, 4096}}});
  CHECK(sink.free_blocks ==
        std::map<std::uint64_t, std::uint64_t>{
            {base + 0x400, 1024}, {base + 0x800, 1024}, {base + 0xc00, 1024}, {base + 0x5800, 2048}});
}

TEMPLATE_TEST_CASE("beos tables: areas, semaphores, pools, bins", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const beos::PoolId pool = b.pool(16 * page_4k);
  b.at(pool, 100);
  const auto hole = b.at(pool, 5000);
  b.at(pool, 5000);
  b.free_at(pool, hole);
  b.m().defer_releases(true);
  b.at(pool, 100);
  b.malloc(pool, 100);
  BeosSink sink;
  beos::publish(b.m(), b.state, sink);
  const std::uint64_t base = b.base.v;
  using Rows = std::vector<BeosSink::Row>;
  CHECK(sink.tables["areas"] == Rows{{"area_malloc pool", {1, base, 0x10000, B_FULL_LOCK, 3, 0x10000}},
                                     {"area_malloc table", {2, base + 0x10000, 0x1000, B_LAZY_LOCK, 3, 0x1000}}});
  const auto table_sem = static_cast<std::uint64_t>(b.state.table_sem);
  const auto pool_sem = static_cast<std::uint64_t>(b.state.find(pool)->sem);
  CHECK(sink.tables["semaphores"] ==
        Rows{{"area_malloc pools", {table_sem, 0, 0}}, {"area_malloc pool", {pool_sem, 1, 1}}});
  CHECK(sink.tables["pools"] == Rows{{"", {pool.v, base, 16, 5, 1, 256 + 8192, 1, 2, 0, 0}}});
  CHECK(sink.tables["bins"] == Rows{{"", {pool.v, 128, base, 32, 2, 2}}});
  CHECK(sink.tables["area_malloc"] == Rows{{"", {0, 0, 0, 1, 0}}});
  CHECK(sink.lists["bin"] == std::vector<std::uint64_t>{base});
  CHECK(sink.lists["free_runs"] == std::vector<std::uint64_t>{base + 0x1000});
}

TEST_CASE("beos: a long mixture, and the same on both machines", "[beos]") {
  for (const char* profile : {"i386", "x86-64", "alpha", "rs6000"}) {
    INFO(profile);
    const Shape shape{profile, std::uint64_t{4} << 20, std::uint64_t{8} << 20};
    BeosMixture<OnSim> sim(shape);
    sim.run(4000);
    BeosMixture<OnHost> host(shape);
    host.run(4000);
    CHECK(sim.log.value() == host.log.value());
    CHECK(beos::put_module(sim.b.m(), sim.b.state) == B_OK);
    CHECK(sim.b.on.pages_held() == 0);
    CHECK(sim.b.m().machine().free_frames() == sim.b.m().ram_frames());
  }
}

TEST_CASE("beos: a bin's element is found without a division, exactly", "[beos]") {
  for (unsigned bin = 0; bin < beos::bins; ++bin) {
    for (std::uint64_t offset = 0; offset < 8192; offset += 8) {
      if (beos::element_of(offset, bin) != offset / beos::bin_sizes[bin]) FAIL(bin << " at " << offset);
    }
  }
  for (std::uint64_t size = 0; size <= beos::element_max; ++size) {
    const unsigned bin = beos::bin_of(size);
    if (beos::bin_sizes[bin] < size || (bin > 0 && beos::bin_sizes[bin - 1] >= size)) FAIL(size);
  }
}

TEST_CASE("beos: classes of free runs grow with their length", "[beos]") {
  for (std::uint32_t n = 1; n < 5000; ++n) {
    const unsigned step = beos::run_class(n + 1) - beos::run_class(n);
    if (step > 1) FAIL(n);
  }
  CHECK(beos::run_class(1) == 0);
  CHECK(beos::run_class(static_cast<std::uint32_t>(beos::pool_pages_max)) == beos::run_classes - 1);
}

TEST_CASE("beos: a checkpoint is a copy", "[beos]") {
  Beos<OnSim> b;
  const beos::PoolId pool = b.pool(16 * page_4k, B_LAZY_LOCK);
  b.at(pool, 100);
  sim::Kernel kernel = b.m();
  beos::State state = b.state;
  const std::uint64_t next = b.at(pool, 100);
  b.remove(pool);
  beos::MallocCall call;
  call.pool = pool;
  call.size = 100;
  REQUIRE(beos::malloc(kernel, state, call) == Outcome::done);
  CHECK(call.address - state.find(pool)->g.base == next);
  CHECK(kernel.digest() != b.m().digest());
}

}  // namespace kmemlab::test
