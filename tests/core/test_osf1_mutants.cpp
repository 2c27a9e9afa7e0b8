// What other tests of the osf1 core did not notice: cases that a replay or a changed line of the core brought up
// (tests/mutation).
#include "tests/core/osf1_heap.h"

namespace kmemlab::test {

using namespace osf1;

TEMPLATE_TEST_CASE("osf1: a thread that was told is not told again before it ran", "[osf1][thread]", OnSim, OnHost) {
  Config config = no_preload();
  config.highwat_pages = 0;  // a page that is wholly free is a surplus
  OsfHeap<TestType> h(config, alpha(64, 4));
  const Channel frames = sim::Kernel::frames_channel;
  const auto small = h.alloc(100, M_WAITOK).value();
  const auto large = h.alloc(20000, M_WAITOK).value();  // no frame is left
  CHECK(!h.alloc(1000, M_NOWAIT));
  h.run_thread();  // sleeps in the refill of bucket 1024
  REQUIRE(h.thread.channel == frames);

  CHECK(h.wakes(frames, [&] { h.free(small); }));
  // The thread is awake. Whoever sleeps on the frames was woken with it, and goes back to sleep while there is a
  // surplus: if that woke them all again, the machine would never come to run the thread.
  CHECK(!h.wakes(frames, [&] { CHECK(!h.alloc(5000, M_WAITOK)); }));
  CHECK(h.outcome == Outcome::blocked);
  CHECK(h.last.channel == frames);
  h.run_thread();
  CHECK(h.state.collected == 1);
  CHECK(h.bucket(1000).kb_totalfree == 8);
  CHECK(h.thread.channel == pool_thread_channel);
  CHECK(h.wakes(frames, [&] { h.free(large); }));
  CHECK(h.run());
}

TEMPLATE_TEST_CASE("osf1: a refill that slept ends for its own bucket, whichever others want one by then",
                   "[osf1][thread]", OnSim, OnHost) {
  OsfHeap<TestType> h(no_preload(), alpha(64, 4));
  const auto large = h.alloc(20000, M_WAITOK).value();
  REQUIRE(h.alloc(100, M_WAITOK));  // no frame is left
  CHECK(!h.alloc(16000, M_NOWAIT));
  h.run_thread();
  REQUIRE(h.thread.phase == PoolThreadCall::Phase::in_kmem);
  CHECK(!h.alloc(20, M_NOWAIT));  // a smaller bucket, which the thread's round would come to first
  h.free(large);
  h.run_thread();
  CHECK(h.thread.channel == pool_thread_channel);
  CHECK(h.bucket(16000).kb_totalfree == 1);
  CHECK(h.bucket(20).kb_totalfree == 256);
  CHECK(h.alloc(16000, M_NOWAIT));
  CHECK(h.last.granted == 16384);
}

TEMPLATE_TEST_CASE("osf1: a block that nobody has had yet names no freer", "[osf1][debug]", OnSim, OnHost) {
  OsfHeap<TestType> h(with_kmem_debug());
  const Addr block = h.bucket(128).kb_next;
  REQUIRE(block);
  const std::uint64_t last_word = h.on.machine().peek_word(block + 120).value();
  CHECK((last_word & 0xffff'ffff) == 0);
  CHECK(last_word >> 32 == detail::checksum_of_fresh);
}

}  // namespace kmemlab::test
