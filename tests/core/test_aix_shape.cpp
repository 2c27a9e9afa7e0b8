// What the AIX core shows of itself (walk, tables), what it asks of its machine, that bytes add up, and how the two
// lists of pages that are not the heap's own behave: page sets and layouts.
#include <map>
#include <set>

#include "core/base/digest.h"
#include "tests/core/aix_heap.h"

namespace kmemlab::test {
namespace {

struct AixSink {
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
    tables[current].push_back({std::string(label), values});
  }
  void list(std::string_view name, Addr a) { lists[std::string(name)].push_back(a.v); }
};
static_assert(WalkSink<AixSink> && TableSink<AixSink>);

TEMPLATE_TEST_CASE("aix walk shows every page and every free fragment", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  k.at(1024);
  k.at(3 * 4096);
  const auto hole = k.at(2 * 4096);
  REQUIRE(k.xmalloc(2048, 0, k.state.pinned_heap));
  k.free_at(hole);
  const Addr region = k.region(2 * 4096);
  AixSink sink;
  aix::walk(k.on.machine(), k.state, sink);
  const std::uint64_t base = k.base().v;
  using P = std::pair<PageUse, std::uint64_t>;
  CHECK(sink.pages == std::map<std::uint64_t, P>{{k.geometry().front.v, {PageUse::metadata, 4096}},
                                                 {base, {PageUse::fragments, 1024}},
                                                 {base + 0x1000, {PageUse::large_first, 12288}},
                                                 {base + 0x2000, {PageUse::large_rest, 12288}},
                                                 {base + 0x3000, {PageUse::large_rest, 12288}},
                                                 {base + 0x4000, {PageUse::free_run, 8192}},
                                                 {base + 0x6000, {PageUse::fragments, 2048}},
                                                 {region.v, {PageUse::large_first, 8192}},
                                                 {region.v + 0x1000, {PageUse::large_rest, 8192}}});
  CHECK(sink.free_blocks ==
        std::map<std::uint64_t, std::uint64_t>{
            {base + 0x400, 1024}, {base + 0x800, 1024}, {base + 0xc00, 1024}, {base + 0x6800, 2048}});
  const aix::heapaddr_t heap = k.init_heap(region, 2 * 4096);
  REQUIRE(k.xmalloc(2048, 0, heap));
  AixSink inner;
  aix::walk_heap(k.on.machine(), k.state, heap, inner);
  CHECK(inner.pages == std::map<std::uint64_t, P>{{region.v, {PageUse::metadata, 4096}},
                                                  {region.v + 0x1000, {PageUse::fragments, 2048}}});
}

TEMPLATE_TEST_CASE("aix published tables", "[aix]", OnSim, OnHost) {
  Aix<TestType> k;
  k.at(100);
  const auto hole = k.at(8192);
  k.at(4096);
  k.free_at(hole);
  REQUIRE(k.xmalloc(16, 0, k.state.pinned_heap) == k.base() + hole);
  const Addr shown = k.region(8192, aix::V_WORKING | aix::V_UREAD);
  const aix::heapaddr_t heap = k.init_heap(k.region(8192), 8192);
  AixSink sink;
  aix::publish(k.on.machine(), k.state, sink);
  const auto& heaps = sink.tables["heap"];
  REQUIRE(heaps.size() == 3);
  CHECK(heaps[0] == std::pair{std::string("kernel_heap"),
                              std::vector<std::uint64_t>{k.state.kernel_heap.at.v, 0x48454150, k.base().v, 0,
                                                         k.geometry().numpages, 128 + 4096, 2, 1, 4, 1}});
  CHECK(heaps[1].second == std::vector<std::uint64_t>{k.state.pinned_heap.at.v, 0x48454150, k.base().v, 1,
                                                      k.geometry().numpages, 16, 1, 0, 4, 1});
  CHECK(heaps[2].first == "private");
  CHECK(heaps[2].second[0] == heap.at.v);
  const std::vector<AixSink::Row> fragments{{"kernel_heap", {128, 0, 32, 1, k.base().v}},
                                              {"pinned_heap", {16, 1, 256, 1, k.base().v + 4096}}};
  CHECK(sink.tables["fr"] == fragments);
  const auto& regions = sink.tables["vm_galloc"];
  REQUIRE(regions.size() == 3);
  CHECK(regions[0] ==
        std::pair{std::string("kernel_heap"), std::vector<std::uint64_t>{k.state.arena.base.v, 224 * 4096, 3, 0}});
  CHECK(regions[1].second == std::vector<std::uint64_t>{shown.v, 8192, 5, 1});
  CHECK(sink.tables["pin"][0].second == std::vector<std::uint64_t>{819, 1, 0, 0, 0});
  CHECK(sink.lists["fr"] == std::vector<std::uint64_t>{k.base().v, k.base().v + hole});
  CHECK(sink.lists["free_runs"] == std::vector<std::uint64_t>{k.base().v + hole + 4096});
  for (const auto& [name, rows] : sink.tables) {
    for (const auto& row : rows) CHECK(row.second.size() == sink.columns[name]);
  }
}

TEMPLATE_TEST_CASE("held = granted + cached + metadata: frames of kernel_heap are all accounted for", "[aix]", OnSim,
                   OnHost) {
  Aix<TestType> k;
  std::vector<std::uint64_t> live;
  for (std::uint64_t n = 0; n < 300; ++n) {
    if (mix64(n) % 3 != 0 || live.empty()) {
      live.push_back(k.at(static_cast<std::int64_t>(1 + mix64(n) % 3000)));
    } else {
      k.free_at(live.back());
      live.pop_back();
    }
    AixSink sink;
    aix::walk(k.on.machine(), k.state, sink);
    std::uint64_t free_bytes = 0;
    for (const auto& [at, bytes] : sink.free_blocks) free_bytes += bytes;
    REQUIRE(k.frames_held() * 4096 == k.amount(k.state.kernel_heap) + free_bytes + aix::metadata_bytes(k.state));
  }
}

/// Exactly what the AIX core claims to need, and nothing more: the core must compile against it.
class AixMachine {
 public:
  explicit AixMachine(host::HostMachine& m) : m_(m) {}
  unsigned page_shift() const { return m_.page_shift(); }
  unsigned word_bytes() const { return m_.word_bytes(); }
  template <class T>
  T load(Addr a) {
    return m_.load<T>(a);
  }
  template <class T>
  void store(Addr a, T v) {
    m_.store<T>(a, v);
  }
  std::uint64_t load_word(Addr a) { return m_.load_word(a); }
  void store_word(Addr a, std::uint64_t v) { m_.store_word(a, v); }
  void zero(Addr a, std::uint64_t bytes) { m_.zero(a, bytes); }
  bool in_interrupt() const { return m_.in_interrupt(); }
  int splimp() { return m_.splimp(); }
  void splx(int level) { m_.splx(level); }
  AddrRange arena() const { return m_.arena(); }
  KmemSpace kmem_reserve(std::uint64_t bytes) { return m_.kmem_reserve(bytes); }
  void kmem_release(Addr a, std::uint64_t bytes) { m_.kmem_release(a, bytes); }
  bool kmem_map(Addr a, PageKey key, Zero zero_it) { return m_.kmem_map(a, key, zero_it); }
  void kmem_unmap(Addr a) { m_.kmem_unmap(a); }
  bool accessible(Addr a) const { return m_.accessible(a); }
  std::uint64_t ram_frames() const { return m_.ram_frames(); }
  unsigned process() const { return m_.process(); }
  AddrRange private_region() const { return m_.private_region(); }
  void set_system_area(AddrRange range, SystemArea area) { m_.set_system_area(range, area); }
  Addr boot_alloc(std::uint64_t bytes) { return m_.boot_alloc(bytes); }
  [[noreturn]] void panic(const char* message) { m_.panic(message); }
  void console(std::string_view line) { m_.console(line); }
  void step(const Step&) {}
  void mark(unsigned) {}

 private:
  host::HostMachine& m_;
};
static_assert(aix::Machine<AixMachine>);
static_assert(aix::Machine<sim::Kernel> && aix::Machine<host::HostMachine>);
static_assert(!HasPeek<AixMachine> && !HasWakeup<AixMachine> && !HasKmem<AixMachine>);

TEST_CASE("the AIX core uses nothing beyond what it names", "[aix]") {
  OnHost on(rs6000_shape());
  AixMachine m(on.machine());
  aix::State s;
  aix::aixinit(m, s, {});
  aix::XmallocCall call;
  call.size = 2 * 4096;
  call.heap = s.pinned_heap;
  REQUIRE(aix::xmalloc(m, s, call) == Outcome::done);
  const aix::heapaddr_t none{};
  CHECK(aix::init_heap(m, s, call.address, 2 * 4096, &none));
  CHECK(aix::pin(m, s, call.address, 1) == 0);
  CHECK(aix::unpin(m, s, call.address, 1) == 0);
  CHECK(aix::xmfree(m, s, call.address, call.heap) == 0);
  Addr region{};
  CHECK(aix::vm_galloc(m, s, aix::V_WORKING, 1, &region) == 0);
  CHECK(aix::vm_gfree(m, s, region, 1) == 0);
}

TEST_CASE("an arena too small for kernel_heap stops the boot", "[aix]") {
  aix::Config config;
  config.kernel_heap_bytes = 4096;
  OnHost on(rs6000_shape());
  aix::State s;
  CHECK(on.trap([&] { aix::aixinit(on.machine(), s, config); }) == "kernel_heap: too small");
  config.kernel_heap_bytes = std::uint64_t{1} << 30;
  OnHost other(rs6000_shape());
  CHECK(other.trap([&] { aix::aixinit(other.machine(), s, config); }) == "kernel_heap: no space in the arena");
}

TEST_CASE("layouts use all pages that they can, up to the largest heap", "[aix]") {
  for (const std::uint64_t pages : {2ULL, 3ULL, 33ULL, 100ULL, 1000ULL, 61001ULL, 1ULL << 20, 1ULL << 30}) {
    const aix::Geometry g = aix::lay_out(Addr{1 << 20}, pages, 2, 12);
    CHECK(std::uint64_t{g.numpages} + g.front_pages <= pages);
    CHECK(g.numpages < aix::no_page);
    const aix::Geometry more = aix::lay_out_pages(Addr{1 << 20}, g.numpages + 1ULL, 2, 12);
    CHECK((std::uint64_t{more.numpages} + more.front_pages > pages || more.numpages == aix::no_page));
    CHECK(g.entry(g.numpages - 1) + g.entry_bytes <= g.base);
    CHECK(g.front_for(0) <= g.front_pages);
  }
  CHECK(aix::lay_out(Addr{1 << 20}, 1, 1, 12).numpages == 0);
  CHECK(aix::lay_out(Addr{1 << 20}, 0, 1, 12).numpages == 0);
  CHECK(aix::lay_out(Addr{1 << 20}, 1 << 30, 2, 12).levels == 4);
}

TEST_CASE("page sets find the next page through all levels", "[aix]") {
  const aix::Geometry g = aix::lay_out(Addr{1 << 20}, 200'000, 1, 12);
  REQUIRE(g.levels == 3);
  struct Words {
    std::map<std::uint64_t, std::uint32_t>* words;
    std::uint32_t get(Addr a) const { return words->count(a.v) != 0 ? words->at(a.v) : 0; }
    void put(Addr a, std::uint32_t v) const { (*words)[a.v] = v; }
  };
  std::map<std::uint64_t, std::uint32_t> words;
  const aix::PageSet<Words> set({&words}, g, 3);
  std::set<std::uint32_t> model;
  for (std::uint64_t n = 0; n < 4000; ++n) {
    const auto page = static_cast<std::uint32_t>(mix64(n * 7) % (n % 3 == 0 ? 500 : g.numpages));
    if (model.count(page) == 0) {
      set.insert(page);
      model.insert(page);
    } else {
      set.erase(page);
      model.erase(page);
    }
    const auto from = static_cast<std::uint32_t>(mix64(n) % g.numpages);
    const auto expected = model.lower_bound(from);
    REQUIRE(set.next(from) == (expected == model.end() ? aix::no_page : *expected));
    REQUIRE(set.contains(page) == (model.count(page) != 0));
  }
  while (!model.empty()) {
    set.erase(*model.begin());
    model.erase(model.begin());
    REQUIRE(set.next(0) == (model.empty() ? aix::no_page : *model.begin()));
  }
  for (const auto& [at, word] : words) CHECK(word == 0);
}

}  // namespace
}  // namespace kmemlab::test
