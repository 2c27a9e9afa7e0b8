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

}  // namespace kmemlab::test
