// kmemlab run as a user runs it: exit codes, one line for each scenario, --list, --json, folders; and
// docs/conformance.md is what scripts/conformance prints.
#include "tests/cli/command.h"
#include "tests/scenario/scenario_kit.h"

namespace kmemlab::test {

namespace {

const std::string good =
    bsd_text("{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"expect\": {\"returns\": \"base+0xf80\"}}");
const std::string bad = bsd_text("{\"call\": \"malloc(100, M_TEMP, M_NOWAIT)\", \"expect\": {\"returns\": \"base\"}}");

}  // namespace

TEST_CASE("kmemlab run: exit codes", "[scenario][cli]") {
  const Scratch scratch;
  const std::string ok = scratch.write("good.json", good);
  const std::string wrong = scratch.write("wrong.json", bad);
  Ran ran = kmemlab("run " + ok);
  CHECK(ran.exit == 0);
  CHECK(ran.out == "ok      test\n1 scenario, 0 failed\n");
  ran = kmemlab("run " + wrong + " " + ok);
  CHECK(ran.exit == 1);
  CHECK(ran.out == "FAILED  test\n        " + wrong +
                       ":4: step 1: malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80; expected base\n"
                       "ok      test\n2 scenarios, 1 failed\n");
  CHECK(kmemlab("run -q " + ok).out == "1 scenario, 0 failed\n");
  CHECK(kmemlab("run").exit == 2);
  CHECK(kmemlab("run --colour " + ok).exit == 2);
  for (const std::string& file : {scratch.file("none.json"), scratch.write("garbage.json", "to be\n"),
                                 scratch.write("empty.json", ""), scratch.write("x.json", "{\"schema\": \"x\"}")}) {
    ran = kmemlab("run " + file);
    INFO(ran.err);
    CHECK(ran.exit == 3);
    CHECK(ran.out.empty());
    CHECK(ran.err.rfind("kmemlab: " + file, 0) == 0);
    CHECK(lines_of(ran.err) == 1);
  }
  CHECK(contains(kmemlab("run --help").out, "example: kmemlab run tests/scenarios/bsd386"));
}

TEST_CASE("kmemlab run: a folder is all scenarios below it, sorted", "[scenario][cli]") {
  const Scratch scratch;
  CHECK(kmemlab("run " + scratch.path().string()).exit == 3);
  std::filesystem::create_directory(scratch.path() / "b");
  scratch.write("b/1.json", bad);
  scratch.write("c.json", good);
  scratch.write("schema.json", "{}");
  scratch.write("notes.txt", "");
  const Ran ran = kmemlab("run " + scratch.path().string());
  CHECK(ran.exit == 1);
  CHECK(ran.out.rfind("FAILED", 0) == 0);
  CHECK(contains(ran.out, "2 scenarios, 1 failed"));
}

TEST_CASE("kmemlab run: --verbose, --list and --json", "[scenario][cli]") {
  const Scratch scratch;
  const std::string ok = scratch.write("good.json", good);
  CHECK(contains(kmemlab("run -v " + ok).out,
                 "step 1: main: malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80, 128 bytes"));
  const Ran list = kmemlab("run --list " + std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios/osf1");
  CHECK(list.exit == 0);
  CHECK(contains(list.out, "OSF-13\tOSF-13 FREE leaves the freer's pc"));
  const Ran json = kmemlab("run --json - " + ok);
  CHECK(json.exit == 0);
  CHECK(contains(json.out, "\"schema\": \"kmemlab.run/1\""));
  CHECK(contains(json.out, "\"passed\": true"));
  CHECK(contains(json.err, "1 scenario, 0 failed"));
  const Ran file = kmemlab("run --json " + scratch.file("r.json") + " " + scratch.write("wrong.json", bad));
  CHECK(file.exit == 1);
  CHECK(contains(read_file(scratch.file("r.json")), "\"what\": \"malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80"));
}

TEST_CASE("docs/conformance.md is what scripts/conformance prints", "[scenario][cli]") {
  const Scratch scratch;
  const std::string root = KMEMLAB_SOURCE_DIR;
  const std::string command = root + "/scripts/conformance " + KMEMLAB_BINARY_DIR + "/kmemlab >" + scratch.file("out");
  REQUIRE(std::system(command.c_str()) == 0);
  const std::string printed = read_file(scratch.file("out"));
  CHECK(lines_of(printed) > 150);
  if (printed != read_file(root + "/docs/conformance.md")) FAIL("it is stale: scripts/conformance --write");
}

}  // namespace kmemlab::test
