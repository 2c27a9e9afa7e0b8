// What bsd386 shows of itself (walk, tables), what it asks of its machine, and that malloc and kmem never recurse.
#include <condition_variable>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "tests/core/bsd386_heap.h"

namespace kmemlab::test {

struct Sink {
  std::map<std::uint64_t, std::pair<PageUse, std::uint64_t>> pages;
  std::map<std::uint64_t, std::uint64_t> free_blocks;
  std::map<std::string, std::vector<std::pair<std::string, std::vector<std::uint64_t>>>> tables;
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
static_assert(WalkSink<Sink> && TableSink<Sink>);

TEMPLATE_TEST_CASE("walk shows every page and every free block", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  const auto a = heap.alloc(1024).value();
  REQUIRE(heap.alloc(1024));
  REQUIRE(heap.alloc(9000) == 0x1000);
  heap.free(a);
  Sink sink;
  walk(heap.on.machine(), heap.state, sink);
  const std::uint64_t base = heap.on.base().v;
  REQUIRE(sink.pages.size() == 4);
  CHECK(sink.pages[base] == std::pair{PageUse::fragments, std::uint64_t{1024}});
  CHECK(sink.pages[base + 0x1000] == std::pair{PageUse::large_first, std::uint64_t{12288}});
  CHECK(sink.pages[base + 0x3000] == std::pair{PageUse::large_rest, std::uint64_t{12288}});
  CHECK(sink.free_blocks ==
        std::map<std::uint64_t, std::uint64_t>{{base, 1024}, {base + 0x400, 1024}, {base + a, 1024}});
}

TEMPLATE_TEST_CASE("published tables are vmstat -m's, and lists are the real ones", "[bsd386]", OnSim, OnHost) {
  Heap<TestType> heap;
  const auto a = heap.alloc(2048, M_NOWAIT, M_SOCKET).value();
  heap.alloc(2048, M_NOWAIT, M_PCB);
  heap.free(a, M_SOCKET);
  Sink sink;
  publish(heap.on.machine(), heap.state, sink);
  const auto& buckets = sink.tables["kmembuckets"];
  REQUIRE(buckets.size() == 1);
  CHECK(buckets[0].second == std::vector<std::uint64_t>{2048, heap.on.base().v + a, 2, 2, 1, 2, 10, 0});
  const auto& types = sink.tables["kmemstats"];
  REQUIRE(types.size() == 2);
  CHECK(types[0].first == "socket");
  CHECK(types[0].second == std::vector<std::uint64_t>{0, 1, 0, 0, 0, 2048, 2516582});
  CHECK(types[1].first == "pcb");
  CHECK(sink.tables["kmemusage"].size() == 1);
  CHECK(sink.lists["kb_next"] == std::vector<std::uint64_t>{heap.on.base().v + a});
  for (const auto& [name, rows] : sink.tables) {
    for (const auto& row : rows) CHECK(row.second.size() == sink.columns[name]);
  }
}

/// Exactly what bsd386 claims to need, and nothing more: the core must compile against it.
class ParanoidMachine {
 public:
  explicit ParanoidMachine(host::HostMachine& m) : m_(m) {}
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
  void will_sleep(Channel c) { m_.will_sleep(c); }
  Outcome kmem_alloc(KmemCall& c) { return m_.kmem_alloc(c); }
  void kmem_free(Addr a, std::uint64_t bytes) { m_.kmem_free(a, bytes); }
  AddrRange arena() const { return m_.arena(); }
  Addr boot_alloc(std::uint64_t bytes) { return m_.boot_alloc(bytes); }
  [[noreturn]] void panic(const char* message) { m_.panic(message); }
  void step(const Step&) {}
  void mark(unsigned) {}

 private:
  host::HostMachine& m_;
};
static_assert(bsd386::Machine<ParanoidMachine>);
static_assert(bsd386::Machine<sim::Kernel> && bsd386::Machine<host::HostMachine>);
static_assert(!HasPeek<ParanoidMachine>);

TEST_CASE("the core uses nothing beyond what it names", "[bsd386]") {
  OnHost on{Shape{}};
  ParanoidMachine m(on.machine());
  State s;
  kmeminit(m, s, Config{});
  MallocCall call;
  call.size = 100;
  REQUIRE(bsd386::malloc(m, s, call) == Outcome::done);
  bsd386::free(m, s, call.address, M_TEMP);
}

/// Map entries from malloc itself, as user maps of 386BSD took them.
class EntriesFromMalloc final : public sim::EntrySource {
 public:
  EntriesFromMalloc(sim::Kernel& kernel, State& state) : kernel_(kernel), state_(state) {}
  bool take() override {
    MallocCall call;
    call.size = 60;
    call.type = M_VMMAPENT;
    call.flags = M_NOWAIT;
    return bsd386::malloc(kernel_, state_, call) == Outcome::done;
  }
  void give() override {}

 private:
  sim::Kernel& kernel_;
  State& state_;
};

TEST_CASE("BSD-10 recursion is avoided by static map entries", "[bsd386]") {
  Heap<OnSim> heap;
  sim::Kernel& kernel = heap.on.machine();
  SECTION("static entries: kmem never calls malloc") {
    const auto calls_before = heap.stats(M_VMMAPENT).ks_calls;
    for (unsigned n = 0; n < 40; ++n) REQUIRE(heap.alloc(4096));
    CHECK(heap.stats(M_VMMAPENT).ks_calls == calls_before);
    CHECK(kernel.map().entries_used() == 1);
  }
  SECTION("entries from malloc: the recursion is caught at the map's lock") {
    EntriesFromMalloc entries(kernel, heap.state);
    kernel.set_entry_source(&entries);
    heap.checking = false;
    CHECK(heap.on.trap([&] { heap.alloc(4096); }) ==
          "kmem: the map is locked already: the map's entries come from here");
    CHECK(kernel.machine().stopped()->kind == sim::FaultKind::lock);
  }
}

TEST_CASE("a thread of the host sleeps on a condition variable and goes on", "[host]") {
  Shape small;
  small.arena_bytes = 2 * 4096;
  Heap<OnHost> heap({}, small);
  REQUIRE(heap.alloc(5000, M_NOWAIT, M_PCB) == 0);
  host::HostMachine& m = heap.on.machine();
  Addr got{};
  bool asleep = false;
  std::condition_variable told;
  std::thread sleeper([&] {
    std::unique_lock lock(m.kernel_lock());
    MallocCall call;
    call.size = 5000;
    call.type = M_TEMP;
    Outcome outcome = bsd386::malloc(m, heap.state, call);
    while (outcome == Outcome::blocked) {
      asleep = true;
      told.notify_one();
      m.wait(lock, call.channel);
      outcome = bsd386::malloc(m, heap.state, call);
    }
    got = call.address;
  });
  {
    std::unique_lock lock(m.kernel_lock());
    told.wait(lock, [&] { return asleep; });
    bsd386::free(m, heap.state, heap.on.base(), M_PCB);
  }
  sleeper.join();
  CHECK(got == heap.on.base());
}

}  // namespace kmemlab::test
