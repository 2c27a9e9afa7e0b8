// What `kmemlab shrink` reads out of the sentence with which a run stopped.
#include "sim/cli/shrink_scenario.h"
#include "tests/catch.h"

namespace kmemlab::test {

TEST_CASE("shrink: a panic is pinned on the event that it names, and on no other", "[shrink][cli]") {
  const auto panic = cli::panic_of("free: multiple frees at event 12");
  REQUIRE(panic);
  CHECK(panic->message == "free: multiple frees");
  CHECK(panic->event == 12);
  CHECK(cli::panic_of("lost at event 3 at event 4")->message == "lost at event 3");
  for (const char* text : {"free: multiple frees", "free at event ", "free at event x", "free at event 12 or 13",
                           "free at event -1", "free at event 99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(cli::panic_of(text));
  }
}

}  // namespace kmemlab::test
