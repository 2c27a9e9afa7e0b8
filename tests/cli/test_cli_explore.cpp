// kmemlab explore as a user meets it: what the report says of what was asked for, and errors before the search.
#include "tests/cli/command.h"

namespace kmemlab::test {

TEST_CASE("explore's JSON says what was asked for, and whether all is well", "[cli][explore]") {
  const Ran ran = kmemlab("explore bsd386 --quick --run sizes --interrupts 1 --json -");
  CHECK(ran.exit == 0);
  for (const char* part :
       {R"("schema": "kmemlab.explore/1")", R"("core": "bsd386")", R"("options": {})", R"("quick": true)",
        R"("ops": null)", R"("interrupts": 1,)", R"("whole": false)", R"("good": true)", R"("name": "sizes")"}) {
    INFO(part);
    CHECK(contains(ran.out, part));
  }
  const Ran faithful = kmemlab("explore bsd386:mode=faithful --quick --run long --json -");
  CHECK(contains(faithful.out, R"("mode": "faithful")"));
}

TEST_CASE("explore with options of one's own judges no promise of the system's own", "[cli][explore]") {
  const std::string kept = "pages kept at rest and marks not reached are not judged";
  const Ran ran = kmemlab("explore bsd386:highwater_pages=100 --quick --run map");  // keeps every page
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "no finding\n"));
  CHECK(contains(ran.out, kept));
  CHECK_FALSE(contains(kmemlab("explore bsd386 --quick --run long").out, kept));
  CHECK_FALSE(contains(kmemlab("explore bsd386:mode=documented --quick --run long").out, kept));
}

TEST_CASE("explore's errors come before the search", "[cli][explore]") {
  const auto fails = [](const std::string& words, int exit, const std::string& says) {
    const Ran ran = kmemlab("explore " + words);
    INFO(words << ": " << ran.err);
    CHECK(ran.exit == exit);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, says));
  };
  fails("bsd387", 2, "expected bsd386, osf1, aix or beos");
  fails("beos:strict=yes", 2, "expected --run strict");
  fails("bsd386:types=temp", 2, "expected one of mode, limit_tenths, highwater_pages");
  fails("osf1 --run nowhere", 2, "--list names them");
  fails("osf1 --ops 65", 2, "expected at most 64");
  fails("osf1 --out /dev/null/x", 3, "cannot make the folder /dev/null/x");
  fails("osf1 --json /dev/null/x.json", 3, "/dev/null/x.json");
}

}  // namespace kmemlab::test
