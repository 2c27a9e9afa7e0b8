// What osf1 shows of itself (walk, tables, digest), and what it asks of its machine.
#include <map>
#include <string>

#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

namespace {

struct OsfSink {
  std::map<std::uint64_t, std::pair<PageUse, std::uint64_t>> pages;
  std::map<std::uint64_t, std::uint64_t> free_blocks;
  std::map<std::string, std::vector<std::pair<std::string, std::vector<std::uint64_t>>>> tables;
  std::map<std::string, std::size_t> columns;
  std::vector<std::uint64_t> list_next;
  std::string current;

  void page(Addr a, PageUse use, std::uint64_t bytes) { pages[a.v] = {use, bytes}; }
  void free_block(Addr a, std::uint64_t bytes) { free_blocks[a.v] = bytes; }
  void table(std::string_view name, std::initializer_list<TableColumn> c) {
    current = name;
    columns[current] = c.size();
    tables[current];
  }
  void row(std::string_view label, std::initializer_list<std::uint64_t> values) {
    tables[current].push_back({std::string(label), values});
  }
  void list(std::string_view name, Addr a) {
    CHECK(name == "kb_next");
    list_next.push_back(a.v);
  }
};
static_assert(WalkSink<OsfSink> && TableSink<OsfSink>);

}  // namespace

TEMPLATE_TEST_CASE("osf1's walk shows every page and every free block", "[osf1]", OnSim, OnHost) {
  const bool debug = GENERATE(false, true);  // the link lies elsewhere
  Config config = no_preload();
  config.kmem_debug = debug;
  OsfHeap<TestType> heap(config);
  const auto blocks = heap.take(3, 2048);
  const auto run = heap.take(2, 16384);
  const auto large = heap.alloc(20000, M_WAITOK).value();
  heap.free(blocks[1]);
  heap.free(run[0]);
  OsfSink sink;
  walk(heap.on.machine(), heap.state, sink);
  const std::uint64_t base = heap.on.base().v;
  const auto page = [&](std::uint64_t offset) { return sink.pages[base + offset]; };
  REQUIRE(sink.pages.size() == 8);
  CHECK(page(0) == std::pair{PageUse::fragments, std::uint64_t{2048}});
  for (const std::uint64_t r : run) {
    CHECK(page(r) == std::pair{PageUse::large_first, std::uint64_t{16384}});
    CHECK(page(r + 8192) == std::pair{PageUse::large_rest, std::uint64_t{16384}});
  }
  CHECK(page(large) == std::pair{PageUse::large_first, std::uint64_t{24576}});
  CHECK(page(large + 16384) == std::pair{PageUse::large_rest, std::uint64_t{24576}});
  CHECK(sink.free_blocks ==
        std::map<std::uint64_t, std::uint64_t>{{base, 2048}, {base + blocks[1], 2048}, {base + run[0], 16384}});
}

TEMPLATE_TEST_CASE("published tables are vmstat -M's, and lists are the real ones", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload());
  const auto blocks = heap.take(5, 2048);
  heap.free(blocks[4]);
  CHECK_FALSE(heap.alloc(40, M_NOWAIT, M_PCB));
  REQUIRE(heap.alloc(20000, M_WAITOK, M_MBUF));
  CHECK_FALSE(heap.alloc(20000, M_NOWAIT));
  heap.run_thread();
  OsfSink sink;
  publish(heap.on.machine(), heap.state, sink);
  const std::uint64_t base = heap.on.base().v;
  using Row = std::vector<std::uint64_t>;
  const auto& buckets = sink.tables["kmembuckets"];
  REQUIRE(buckets.size() == 2);
  CHECK(buckets[0].second == Row{64, base + 0xbfc0, 0, 128, 1, 0, 1, 1, 0, 0, 0, 0, 640, 0});
  CHECK(buckets[1].second == Row{2048, base + blocks[4], 4, 4, 5, 3, 2, 0, 2, 0, 0, 0, 20, 0});
  CHECK(sink.tables["large"][0].second == Row{1, 0, 0, 1, 24576});
  CHECK(sink.tables["pool_thread"][0].second == Row{1, 1, 1, 0});
  CHECK(sink.tables["refused"][0].second == Row{1, 0});
  CHECK(sink.tables["kmem_corrupt_data"].empty());
  const auto& types = sink.tables["kmemstats"];
  REQUIRE(types.size() == 2);
  CHECK(types[0].first == "mbuf");
  CHECK(types[1].first == "devbuf");
  CHECK(types[1].second == Row{4, 5, 8192, 10240});
  CHECK(sink.tables["kmemusage"].size() == 4);
  CHECK(sink.tables["kmemusage"][2].second == Row{base + 0x4000, large_indx, 3});
  CHECK(sink.list_next.size() == 132);
  CHECK(sink.list_next[128] == base + blocks[4]);
  for (const auto& [name, rows] : sink.tables) {
    for (const auto& row : rows) CHECK(row.second.size() == sink.columns[name]);
  }
}

TEMPLATE_TEST_CASE("kmem_corrupt_data is published", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(with_kmem_debug());
  const auto a = heap.alloc(64).value();
  heap.free(a, M_DEVBUF, 0x777);
  heap.flip(a);
  REQUIRE(heap.on.trap([&] { heap.alloc(64); }) != "");
  OsfSink sink;
  publish(heap.on.machine(), heap.state, sink);
  REQUIRE(sink.tables["kmem_corrupt_data"].size() == 1);
  CHECK(sink.tables["kmem_corrupt_data"][0].second == std::vector<std::uint64_t>{heap.on.base().v + a, 64, 0x777});
}

TEST_CASE("a hit costs four guest accesses, a free as many, and none with VM", "[osf1]") {
  OsfHeap<OnSim> heap;
  heap.checking = false;
  const auto accesses = [&] {
    const auto& c = heap.on.machine().machine().counters();
    return c.loads + c.stores;
  };
  const auto before = accesses();
  const auto a = heap.alloc(100).value();
  CHECK(accesses() - before == 4);
  heap.free(a);
  CHECK(accesses() - before == 8);
}

TEST_CASE("the digest covers what decides", "[osf1]") {
  OsfHeap<OnSim> heap;
  const std::uint64_t before = digest(heap.state);
  const auto changed = [&](auto f) {
    State s = heap.state;
    f(s);
    return digest(s) != before;
  };
  CHECK(changed([](State& s) { s.bucket[14].kb_whole_low = s.arena.base; }));
  CHECK(changed([](State& s) { s.bucket[5].kb_refill = 1; }));
  CHECK(changed([](State& s) { s.stats[M_KTABLE].ks_maxused = 1; }));
  CHECK(changed([](State& s) { s.kmem_corrupt_data.pc = 1; }));
  CHECK(changed([](State& s) { s.thread_channel = Channel{1}; }));
  CHECK(changed([](State& s) { s.wait_channel[3] = Channel{1}; }));
  CHECK(changed([](State& s) { s.kmem_debug = true; }));
  CHECK_FALSE(changed([](State&) {}));
}

/// Exactly what osf1 claims to need, and nothing more: the core must compile against it.
class OsfParanoidMachine {
 public:
  explicit OsfParanoidMachine(host::HostMachine& m) : m_(m) {}
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
  void wakeup(Channel c) { m_.wakeup(c); }
  Outcome kmem_alloc(KmemCall& c) { return m_.kmem_alloc(c); }
  void kmem_free(Addr a, std::uint64_t bytes) { m_.kmem_free(a, bytes); }
  AddrRange arena() const { return m_.arena(); }
  Addr boot_alloc(std::uint64_t bytes) { return m_.boot_alloc(bytes); }
  [[noreturn]] void panic(const char* message) { m_.panic(message); }
  void console(std::string_view line) { m_.console(line); }
  void step(const Step&) {}
  void mark(unsigned) {}

 private:
  host::HostMachine& m_;
};
static_assert(osf1::Machine<OsfParanoidMachine>);
static_assert(osf1::Machine<sim::Kernel> && osf1::Machine<host::HostMachine>);
static_assert(!HasPeek<OsfParanoidMachine>);

TEST_CASE("osf1 uses nothing beyond what it names", "[osf1]") {
  OnHost on{alpha()};
  OsfParanoidMachine m(on.machine());
  State s;
  kmeminit(m, s, with_kmem_debug());
  MallocCall call;
  call.size = 100;
  REQUIRE(osf1::malloc(m, s, call) == Outcome::done);
  osf1::free(m, s, {call.address, M_TEMP, 0});
  PoolThreadCall thread;
  CHECK(pool_thread(m, s, thread) == Outcome::blocked);
}

TEST_CASE("the essay's worked example", "[osf1]") {
  OsfHeap<OnSim> heap(no_preload());
  heap.run_thread();
  CHECK(heap.alloc(100, M_WAITOK) == 0x1f80);
  CHECK(heap.alloc(100, M_WAITOK) == 0x1f00);
  CHECK(heap.alloc(10000, M_WAITOK) == 0x2000);
  CHECK(heap.alloc(20000, M_WAITOK) == 0x6000);
  heap.free(0x1f80);
  CHECK(heap.alloc(128) == 0x1f80);
  heap.free(0x2000);
  heap.on.in_interrupt([&] { CHECK(heap.alloc(16384) == 0x2000); });
  CHECK_FALSE(heap.alloc(16384));
  CHECK(heap.bucket(16384).kb_fail_nowait == 1);
  heap.run_thread();
  CHECK(heap.alloc(16384) == 0xc000);
  heap.free(0x6000);
  CHECK(heap.on.pages_held() == 5);
}

}  // namespace kmemlab::test
