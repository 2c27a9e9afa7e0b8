// check --selftest: cores made worse on purpose are caught, named and explained; they are no cores that can be named.
#include "tests/catch.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

TEST_CASE("check --selftest: every worse core is caught, and said since when", "[check][cli]") {
  const Ran ran = kmemlab("check --selftest");
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "caught    rounding: asks for twice what was asked for\n"));
  CHECK(contains(ran.out, "caught    hoarding: never gives a cut page back\n"));
  CHECK(contains(ran.out, "caught    sleeping: every 64th request"));
  CHECK(contains(ran.out, "  byte_ticks.internal: "));
  CHECK(contains(ran.out, "  pages.end: "));
  CHECK(contains(ran.out, "  blocking.sleeps: 0 -> "));
  CHECK(contains(ran.out, "  since event 0: a request for "));
  CHECK(contains(ran.out, "selftest: 3 of 3 worse cores caught\n"));
  CHECK(kmemlab("check --selftest").out == ran.out);
  CHECK(kmemlab("check --selftest --quiet").out.empty());
}

TEST_CASE("check --selftest: a suite beside it, none at all, and worse cores by name", "[check][cli]") {
  CHECK(kmemlab("check --selftest x.json").exit == 2);
  CHECK(kmemlab("check").exit == 2);
  const std::string trace = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ten-events.txt";
  CHECK(kmemlab("replay " + trace + " -a 'bsd386 made worse'").exit == 2);
  CHECK(kmemlab("replay " + trace + " -a 'bsd386 made worse:vice=rounding'").exit == 2);
  CHECK(kmemlab("replay " + trace + " -a bsd386:vice=rounding").exit == 2);
  CHECK_FALSE(contains(kmemlab("cores").out, "worse"));
}

}  // namespace kmemlab::test
