// The frames that are kept for those who may not sleep (frame_limits.h) are kept from areas that want a run of frames,
// and such an area wakes the page daemon as any other taker does.
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t frames = 16;
const Shape small{"i386", 64 * page, frames* page};

/// A kernel with the lowest `free` of its frames free.
sim::Kernel& with_free(OnSim& on, std::uint64_t free, const sim::FrameLimits& limits) {
  sim::Kernel& kernel = on.machine();
  std::vector<sim::Frame> taken;
  while (kernel.machine().free_frames() != 0) taken.push_back(*kernel.machine().take_frame());
  for (std::uint64_t i = 0; i < free; ++i) kernel.machine().release_frame(taken[i]);
  kernel.set_frame_limits(limits);
  kernel.take_daemon_wanted();
  return kernel;
}

area_id any_area(sim::Kernel& kernel, std::uint64_t pages, std::uint32_t lock) {
  Addr a{};
  return kernel.create_area("run", a, B_ANY_ADDRESS, pages * page, lock, B_READ_AREA | B_WRITE_AREA);
}

}  // namespace

TEST_CASE("a run of frames leaves the reserve, at its very edge", "[areas][frames]") {
  for (const std::uint32_t lock : {B_FULL_LOCK, B_CONTIGUOUS, B_LOMEM}) {
    for (std::uint64_t free = 1; free <= frames; ++free) {
      for (const std::uint64_t reserve : {0U, 1U, 5U, 15U, 16U}) {
        for (std::uint64_t run = 1; run <= free; ++run) {
          INFO("lock " << lock << ", " << free << " free, reserve " << reserve << ", run of " << run);
          OnSim on(small);
          sim::Kernel& kernel = with_free(on, free, {reserve, reserve + 2, reserve + 4});
          const bool fits = run + reserve <= free;
          REQUIRE((any_area(kernel, run, lock) > 0) == fits);
          REQUIRE(kernel.machine().free_frames() == (fits ? free - run : free));
          REQUIRE(kernel.daemon_wanted() == (!fits || free - run < reserve + 2));
        }
      }
    }
  }
}

TEST_CASE("a run that no gap is long enough for wakes the page daemon", "[areas][frames]") {
  OnSim on(small);
  sim::Kernel& kernel = with_free(on, frames, {1, 2, 4});
  kernel.machine().take_frame();                              // 0
  for (int i = 0; i < 7; ++i) kernel.machine().take_frame();  // to 7
  kernel.machine().release_frame(0);
  REQUIRE(any_area(kernel, 8, B_CONTIGUOUS) > 0);  // 8 to 15: frame 0 is the reserve
  CHECK(kernel.daemon_wanted());                   // fewer than 2 are left
  kernel.machine().release_frame(2);
  kernel.machine().release_frame(4);
  kernel.machine().release_frame(6);
  kernel.take_daemon_wanted();
  CHECK(any_area(kernel, 2, B_CONTIGUOUS) == B_NO_MEMORY);  // four are free, none beside another
  CHECK(kernel.daemon_wanted());
  CHECK(kernel.machine().free_frames() == 4);
}

}  // namespace kmemlab::test
