// A wake-up between a core's decision to sleep and its sleep: an interrupt that splx lets in must not be missed.
#include "sim/kernel/kernel.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {
sim::Kernel small_kernel() { return *sim::Kernel::create(*sim::find_profile("i386"), {1 << 20, 1 << 20, 0, 1}); }
constexpr Channel mine{0x1234}, other{0x5678};
}  // namespace

TEST_CASE("who was woken after announcing its sleep does not sleep", "[kernel][sleep]") {
  sim::Kernel k = small_kernel();
  k.will_sleep(mine);
  k.wakeup(mine);
  k.sleep({7, mine, SleepCause::frames, 0});
  REQUIRE(k.any_ready());
  CHECK(k.take_ready().at(0).who == 7);
  CHECK_FALSE(k.sleepers().any_asleep());
  SECTION("and the next sleep is a sleep") {
    k.sleep({7, mine, SleepCause::frames, 0});
    CHECK_FALSE(k.any_ready());
    CHECK(k.sleepers().sleepers().size() == 1);
  }
}

TEST_CASE("a wake-up before the announcement, or on another channel, wakes nobody", "[kernel][sleep]") {
  sim::Kernel k = small_kernel();
  k.wakeup(mine);
  k.will_sleep(mine);
  k.wakeup(other);
  k.sleep({7, mine, SleepCause::frames, 0});
  CHECK_FALSE(k.any_ready());
  k.wakeup(mine);
  CHECK(k.take_ready().size() == 1);
}

}  // namespace kmemlab::test
