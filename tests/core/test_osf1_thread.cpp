// OSF-8, the pool's kernel thread: when it is signalled, what it refills, what it collects, whom it wakes, and that
// no wake-up is lost to an interrupt.
#include <functional>
#include <map>

#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

TEMPLATE_TEST_CASE("OSF-8 the thread allocates memory to the pool", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload());
  heap.run_thread();
  CHECK(heap.thread.channel == pool_thread_channel);
  CHECK(heap.thread.cause == SleepCause::none);
  CHECK(heap.on.pages_held() == 0);  // nobody asked
  CHECK_FALSE(heap.alloc(100));
  CHECK_FALSE(heap.alloc(16384));
  heap.run_thread();
  CHECK(heap.on.pages_held() == 3);
  CHECK(heap.state.refilled == 2);
  CHECK(heap.alloc(16384) == 0x2000);  // smallest bucket first
  CHECK(heap.alloc(100) == 0x1f80);
  heap.run_thread();
  CHECK(heap.on.pages_held() == 3);  // an empty list alone is no reason
  CHECK(heap.state.refilled == 2);
}

TEMPLATE_TEST_CASE("refill goes to the low-water mark, and not beyond", "[osf1]", OnSim, OnHost) {
  Config config;
  config.lowat_pages = 3;
  OsfHeap<TestType> heap(config);
  const auto blocks = heap.take(6, 4096);
  CHECK_FALSE(heap.alloc(4096));
  heap.free(blocks[0]);
  heap.run_thread();
  CHECK(heap.bucket(4096).kb_totalfree == 7);  // 1 is under the mark of 6: pages until it is not
  CHECK(heap.state.refilled == 3);
  CHECK(heap.bucket(4096).kb_refill == 0);
  heap.free_all({blocks.begin() + 1, blocks.end()});
  while (heap.alloc(4096)) {
  }
  REQUIRE(heap.bucket(4096).kb_fail_nowait == 2);
  heap.free(blocks[0]);
  heap.free(blocks[1]);
  heap.free(blocks[2]);
  heap.free(blocks[3]);
  heap.free(blocks[4]);
  heap.free(blocks[5]);
  heap.run_thread();  // by the time that it runs, the mark is reached
  CHECK(heap.state.refilled == 3);
}

TEMPLATE_TEST_CASE("OSF-8 the thread frees memory from the pool, one page a wake-up", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload());
  heap.run_thread();
  const auto blocks = heap.take(8, 8192);
  SECTION("it runs after each signal: frees 6, 7, 8 lose a page, the lowest there is") {
    std::vector<std::uint64_t> gone;
    for (unsigned n = 0; n < 8; ++n) {
      const bool signalled = heap.wakes(pool_thread_channel, [&] { heap.free(blocks[n]); });
      CHECK(heap.on.pages_held() == 8 - gone.size());  // FREE itself returns nothing
      CHECK(signalled == (n >= 5));
      if (!signalled) continue;
      heap.run_thread();
      gone.push_back(heap.state.collected);
    }
    CHECK(gone == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(heap.on.pages_held() == 5);
    CHECK(heap.bucket(8192).kb_freed == 3);
    CHECK(heap.alloc(16384, M_WAITOK) == 0x0);  // the first hole: pages 0, 1, 2 went
  }
  SECTION("it runs once: one page, and the rest at the next signal") {
    heap.free_all(blocks);
    heap.run_thread();
    CHECK(heap.on.pages_held() == 7);
    heap.run_thread();
    CHECK(heap.on.pages_held() == 6);
    heap.run_thread();
    heap.run_thread();
    CHECK(heap.on.pages_held() == 5);  // not over the mark any more
  }
  SECTION("N pages") {
    Config config = no_preload();
    config.collect_pages_max = 2;
    OsfHeap<TestType> two(config);
    two.free_all(two.take(8, 8192));
    two.run_thread();
    CHECK(two.on.pages_held() == 6);
  }
  SECTION("N is for all buckets together, smallest first") {
    const auto runs = heap.take(6, 16384);
    heap.free_all(blocks);
    heap.free_all(runs);
    CHECK(heap.on.pages_held() == 20);
    heap.run_thread();
    CHECK(heap.on.pages_held() == 19);
    heap.run_thread();
    heap.run_thread();
    CHECK(heap.on.pages_held() == 17);
    heap.run_thread();
    CHECK(heap.on.pages_held() == 15);  // a run counts as one
    CHECK(heap.bucket(16384).kb_freed == 1);
  }
}

TEMPLATE_TEST_CASE("only whole pages go, and their blocks leave the list wherever they are", "[osf1]", OnSim, OnHost) {
  Config config = no_preload();
  config.highwat_pages = 1;
  OsfHeap<TestType> heap(config);
  std::vector<std::uint64_t> blocks = heap.take(16, 2048);  // four pages
  SECTION("one live block pins each page: no signal, nothing to collect") {
    for (unsigned n = 0; n < 16; ++n) {
      if (n % 4 == 0) continue;
      CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { heap.free(blocks[n]); }));
    }
    heap.run_thread();
    CHECK(heap.bucket(2048).kb_totalfree == 12);
    CHECK(heap.on.pages_held() == 4);
    heap.free(blocks[4]);  // the second page is whole
    heap.run_thread();
    CHECK(heap.on.pages_held() == 3);
    CHECK(heap.bucket(2048).kb_totalfree == 9);
    CHECK(heap.alloc(8192, M_WAITOK) == 0x2000);
  }
  SECTION("interleaved on the list") {
    for (unsigned n = 0; n < 4; ++n) {
      for (unsigned page = 0; page < 4; ++page) heap.free(blocks[page * 4 + n]);
    }
    for (unsigned n = 0; n < 5; ++n) heap.run_thread();
    CHECK(heap.on.pages_held() == 1);
    CHECK(heap.state.collected == 3);
    for (unsigned n = 0; n < 4; ++n) CHECK(heap.alloc(2048).value() >= 0x6000);  // the highest page is left
    CHECK_FALSE(heap.alloc(2048));
  }
  SECTION("a page that was whole and is in use again stays") {
    heap.free_all({blocks.begin(), blocks.begin() + 4});
    CHECK(heap.bucket(2048).kb_whole == 1);
    REQUIRE(heap.alloc(2048) == blocks[3]);
    CHECK(heap.bucket(2048).kb_whole == 0);
    heap.free_all({blocks.begin() + 4, blocks.begin() + 8});
    heap.run_thread();
    CHECK(heap.on.pages_held() == 3);
    CHECK(heap.alloc(8192, M_WAITOK) == 0x2000);
  }
  SECTION("lower pages that become whole later are found") {
    heap.free_all({blocks.begin() + 8, blocks.end()});
    heap.run_thread();
    CHECK(heap.on.pages_held() == 3);
    heap.free_all({blocks.begin(), blocks.begin() + 4});
    heap.run_thread();
    CHECK(heap.alloc(8192, M_WAITOK) == 0x0);
  }
}

TEMPLATE_TEST_CASE("a refill that sleeps goes on when frames come free", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload(), alpha(512, 3));
  const auto large = heap.alloc(24576, M_WAITOK).value();
  CHECK_FALSE(heap.alloc(100));
  heap.run_thread();
  CHECK(heap.thread.cause == SleepCause::frames);
  CHECK(heap.thread.channel != pool_thread_channel);
  CHECK(heap.wakes(heap.thread.channel, [&] { heap.free(large); }));
  heap.run_thread();
  CHECK(heap.thread.channel == pool_thread_channel);
  CHECK(heap.alloc(100));
}

TEMPLATE_TEST_CASE("a signal reaches the thread in the middle of a refill", "[osf1]", OnSim, OnHost) {
  Config config = no_preload();
  config.highwat_pages = 1;
  OsfHeap<TestType> heap(config, alpha(512, 3));
  const auto pages = heap.take(3, 8192);
  heap.free(pages[2]);
  CHECK_FALSE(heap.alloc(100));
  heap.run_thread();
  REQUIRE(heap.thread.cause == SleepCause::frames);
  SECTION("the page that it waits for is its own to collect") {
    CHECK(heap.wakes(heap.thread.channel, [&] { heap.free(pages[0]); }));
    heap.run_thread();
    CHECK(heap.thread.cause == SleepCause::none);
    CHECK(heap.state.collected == 1);
    CHECK(heap.state.refilled == 1);
    CHECK(heap.alloc(100));
  }
  SECTION("another bucket asks too") {
    CHECK_FALSE(heap.alloc(40));
    heap.free(pages[0]);
    heap.run_thread();
    CHECK(heap.thread.cause == SleepCause::frames);  // the first has its page; now the second waits
    heap.free(pages[1]);
    heap.run_thread();
    CHECK(heap.alloc(40));
    CHECK(heap.alloc(100));
  }
}

TEMPLATE_TEST_CASE("a refill is given up when frees have filled the list meanwhile", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload(), alpha(512, 1));
  const auto blocks = heap.take(4, 2048);
  CHECK_FALSE(heap.alloc(2048));
  heap.run_thread();
  REQUIRE(heap.thread.cause == SleepCause::frames);
  heap.free(blocks[0]);
  heap.run_thread();
  CHECK(heap.thread.channel == pool_thread_channel);
  CHECK(heap.thread.phase == PoolThreadCall::Phase::idle);
  CHECK(heap.state.refilled == 0);
  CHECK(heap.alloc(2048) == blocks[0]);
}

TEMPLATE_TEST_CASE("OSF-8 the thread wakes callers whose bucket got a block", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload(), alpha(512, 2));
  heap.run_thread();
  const auto blocks = heap.take(4, 2048);
  const auto page = heap.take(1, 8192).front();
  CHECK_FALSE(heap.alloc(2048, M_WAITOK));
  REQUIRE(heap.outcome == Outcome::blocked);
  const MallocCall asleep = heap.last;
  SECTION("a block of another bucket: no") {
    CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { heap.free(page); }));
    CHECK_FALSE(heap.wakes(asleep.channel, [&] { heap.run_thread(); }));
  }
  SECTION("a block of its own: FREE signals, the thread wakes, the call takes it") {
    CHECK(heap.wakes(pool_thread_channel, [&] { heap.free(blocks[2]); }));
    CHECK(heap.wakes(asleep.channel, [&] { heap.run_thread(); }));
    heap.last = asleep;
    CHECK(heap.run() == blocks[2]);
    CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { heap.free(blocks[3]); }));  // nobody waits any more
    CHECK_FALSE(heap.wakes(asleep.channel, [&] { heap.run_thread(); }));
  }
}

TEMPLATE_TEST_CASE("a call that goes to sleep asks for surplus pages", "[osf1]", OnSim, OnHost) {
  OsfHeap<TestType> heap(no_preload(), alpha(512, 8));
  heap.free_all(heap.take(8, 8192));
  heap.run_thread();  // one page a wake-up: 7 are left, 2 too many
  REQUIRE(heap.take(1, 20).size() == 1);
  CHECK(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.alloc(24576, M_WAITOK)); }));
  REQUIRE(heap.outcome == Outcome::blocked);
  const MallocCall asleep = heap.last;
  CHECK(heap.wakes(asleep.channel, [&] { heap.run_thread(); }));
  heap.last = asleep;
  CHECK(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.run()); }));
  heap.run_thread();
  CHECK(heap.bucket(8192).kb_totalfree == 5);
  CHECK_FALSE(heap.wakes(pool_thread_channel, [&] { CHECK_FALSE(heap.run()); }));  // no surplus: nobody is bothered
  CHECK(heap.last.kmem.pages_mapped == 2);
}

namespace {

/// A host machine on which an interrupt handler runs when the level is lowered: once, at the n-th splx.
class InterruptedMachine {
 public:
  explicit InterruptedMachine(host::HostMachine& m) : m_(m) {}
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
  void splx(int level) {
    m_.splx(level);
    if (level != 0 || !handler || countdown-- > 0) return;
    const auto f = std::exchange(handler, nullptr);
    m_.set_interrupt(true);
    f();
    m_.set_interrupt(false);
  }
  void wakeup(Channel c) { m_.wakeup(c); }
  Outcome kmem_alloc(KmemCall& c) { return m_.kmem_alloc(c); }
  void kmem_free(Addr a, std::uint64_t bytes) { m_.kmem_free(a, bytes); }
  AddrRange arena() const { return m_.arena(); }
  Addr boot_alloc(std::uint64_t bytes) { return m_.boot_alloc(bytes); }
  [[noreturn]] void panic(const char* message) { m_.panic(message); }
  void console(std::string_view line) { m_.console(line); }
  void step(const Step&) {}
  void mark(unsigned) {}

  std::function<void()> handler;
  unsigned countdown = 0;

 private:
  host::HostMachine& m_;
};

}  // namespace

TEST_CASE("an interrupt at the end of a call that is about to sleep is not overlooked", "[osf1]") {
  OsfHeap<OnHost> heap(no_preload(), alpha(512, 3));
  InterruptedMachine m(heap.on.machine());
  const std::uint64_t size = GENERATE(2048, 20000);
  const auto large = heap.alloc(24576, M_WAITOK).value();
  MallocCall call;
  call.size = size;
  m.handler = [&] { osf1::free(m, heap.state, {heap.on.base() + large, M_DEVBUF, 0}); };
  CHECK(osf1::malloc(m, heap.state, call) == Outcome::done);
  heap.checking = false;
  call = MallocCall{};
  call.size = 24576;
  CHECK(osf1::malloc(m, heap.state, call) == Outcome::blocked);  // and without one it sleeps
}

TEST_CASE("a signal while the thread runs is not overlooked", "[osf1]") {
  OsfHeap<OnHost> heap(no_preload());
  InterruptedMachine m(heap.on.machine());
  const unsigned where = GENERATE(0U, 1U);
  const unsigned pages = GENERATE(0U, 6U);
  if (where == 1 && pages == 0) return;  // with nothing to collect the level is raised once
  INFO("splx number " << where << ", " << pages << " pages free");
  CHECK_FALSE(heap.alloc(16384));
  const auto blocks = heap.take(pages, 8192);
  heap.free_all(blocks);
  m.countdown = where;
  m.handler = [&] {  // during the refill of 16K, and after the collection
    MallocCall call;
    call.size = 100;
    call.flags = M_NOWAIT;
    CHECK(osf1::malloc(m, heap.state, call) == Outcome::failed);
  };
  osf1::pool_thread(m, heap.state, heap.thread);
  heap.verify();
  CHECK_FALSE(m.handler);
  CHECK(heap.alloc(100));
  CHECK(heap.alloc(16384));
}

TEST_CASE("a signal while the thread runs is a wake-up of its own: N pages more", "[osf1]") {
  OsfHeap<OnHost> heap(no_preload());
  InterruptedMachine m(heap.on.machine());
  const auto blocks = heap.take(8, 8192);
  heap.free_all({blocks.begin(), blocks.begin() + 7});
  m.handler = [&] { osf1::free(m, heap.state, {heap.on.base() + blocks[7], M_DEVBUF, 0}); };
  osf1::pool_thread(m, heap.state, heap.thread);
  heap.verify();
  CHECK(heap.state.collected == 2);
}

TEMPLATE_TEST_CASE("a long mixed run keeps every invariant and ends empty", "[osf1]", OnSim, OnHost) {
  const bool debug = GENERATE(false, true);
  Config config = debug ? with_kmem_debug() : Config{};
  config.highwat_pages = 1;
  OsfHeap<TestType> heap(config, alpha(64, 48));
  std::map<std::uint64_t, unsigned> live;
  std::uint64_t seed = debug ? 5 : 4;
  const auto draw = [&](std::uint64_t below) { return mix64(seed += 0x9e3779b97f4a7c15ULL) % below; };
  heap.run_thread();
  for (unsigned n = 0; n < 3000; ++n) {
    if (draw(100) < 48 && !live.empty()) {
      auto it = live.lower_bound(draw(64 * 8192));
      if (it == live.end()) it = live.begin();
      heap.free(it->first, it->second, n);
      live.erase(it);
    } else {
      const unsigned type = 1 + static_cast<unsigned>(draw(20));
      const unsigned flags = heap.on.pages_held() < 40 && draw(2) == 0 ? unsigned{M_WAITOK} : unsigned{M_NOWAIT};
      if (const auto a = heap.alloc(std::uint64_t{1} << draw(15), flags, type)) {
        REQUIRE(live.emplace(*a, type).second);
        heap.on.machine().template store<std::uint64_t>(heap.on.base() + *a, mix64(n));
      }
    }
    if (draw(4) == 0) heap.run_thread();
  }
  CHECK(heap.state.collected > 20);
  CHECK(heap.state.refilled > 5);
  for (const auto& [offset, type] : live) heap.free(offset, type);
  for (unsigned n = 0; n < 64; ++n) heap.run_thread();
  for (const kmemstats& ks : heap.state.stats) CHECK(ks.ks_memuse == 0);
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    CHECK(heap.state.bucket[i].kb_totalfree == heap.state.bucket[i].kb_total);
    CHECK(heap.state.bucket[i].kb_totalfree <= heap.state.bucket[i].kb_highwat);
  }
}

}  // namespace kmemlab::test
