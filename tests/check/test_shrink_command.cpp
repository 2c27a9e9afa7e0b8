// kmemlab shrink as a user runs it: samples whose smallest form is known, what is written, exit codes.
#include "tests/catch.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

const std::string ten_events = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ten-events.txt";

}  // namespace

TEST_CASE("shrink: OSF/1 fails one request more than its pool holds", "[check][shrink][cli]") {
  // A pool is preloaded with a page of 256-byte blocks: 16. The seventeenth may not ask for more memory.
  const Scratch scratch;
  const std::string out = " -o " + scratch.file("s.json") + " -o " + scratch.file("s.kmt") + " -o ";
  const Ran ran = kmemlab("shrink " + sample() + " -a osf1 --keep 'failed > 0'" + out + scratch.file("s.jsonl"));
  INFO(ran.err);
  REQUIRE(ran.exit == 0);
  CHECK(contains(ran.out, "ext4tree.dat: 97,133 events; failed is 487\n"));
  CHECK(contains(ran.out, "shrunk    17 events, 17 units; failed is 1\n"));
  CHECK(contains(ran.out, "1-minimal: without any one of these units it does not hold"));
  CHECK(contains(ran.out, "may not sleep"));
  const Ran scenario = kmemlab("run " + scratch.file("s.json"));
  INFO(scenario.out);
  CHECK(scenario.exit == 0);
  CHECK(contains(read_file(scratch.file("s.json")), "\"reason\": \"pool_empty\""));
  CHECK(contains(kmemlab("replay " + scratch.file("s.kmt") + " -a osf1").out, "failed: 1 pool_empty"));
  CHECK(contains(kmemlab("replay " + scratch.file("s.jsonl") + " -a osf1").out, "failed: 1 pool_empty"));

  const Ran again = kmemlab("shrink " + sample() + " -a osf1 --keep 'failed > 0' -o " + scratch.file("t.json") +
                            " -o " + scratch.file("t.kmt"));
  CHECK(again.exit == 0);
  CHECK(read_file(scratch.file("t.json")) == read_file(scratch.file("s.json")));
  CHECK(read_file(scratch.file("t.kmt")) == read_file(scratch.file("s.kmt")));
}

TEST_CASE("shrink: two cores, and a scenario of each", "[check][shrink][cli]") {
  const Scratch scratch;
  const Ran ran = kmemlab("shrink " + sample() + " -a bsd386 -a osf1 --keep 'b.pages.returned > a.pages.returned' -o " +
                          scratch.file("s.json") + " -o " + scratch.file("s.b.json"));
  INFO(ran.err);
  REQUIRE(ran.exit == 0);
  CHECK(contains(ran.out, "b.pages.returned is 1, a.pages.returned is 0"));
  CHECK(contains(read_file(scratch.file("s.json")), "\"core\": \"bsd386\""));
  CHECK(contains(read_file(scratch.file("s.b.json")), "\"core\": \"osf1\""));
  const Ran both = kmemlab("run " + scratch.path().string());
  INFO(both.out);
  CHECK(both.exit == 0);
  CHECK(contains(both.out, "2 scenarios, 0 failed"));
}

TEST_CASE("shrink: sleeps and refusals become scenarios that pass", "[check][shrink][cli]") {
  const struct {
    const char* core;
    const char* machine;
    const char* keep;
  } cases[] = {
      {"bsd386:types=temp", "-m i386 --arena 1M", "blocking.sleeps > 0"},
      {"aix", "", "refused_frees > 0"},
      {"aix", "--arena 512K", "failed > 0"},
      {"beos", "--arena 512K", "failed > 0"},
      {"beos", "", "refused_frees > 1"},
      {"osf1:debug=on", "--arena 1M", "pages.returned > 0"},
  };
  for (const auto& c : cases) {
    const Scratch scratch;
    const Ran ran = kmemlab("shrink " + sample() + " -a " + c.core + " " + c.machine + " --keep '" + c.keep + "' -o " +
                            scratch.file("s.json"));
    INFO(c.core << " " << c.keep << ": " << ran.out << ran.err);
    REQUIRE(ran.exit == 0);
    CHECK(lines_of(ran.out) < 60);
    const Ran scenario = kmemlab("run " + scratch.file("s.json"));
    INFO(scenario.out);
    CHECK(scenario.exit == 0);
  }
}

TEST_CASE("shrink: another program as side b", "[check][shrink][cli]") {
  const std::string program = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab";
  Ran ran = kmemlab("shrink " + ten_events + " -a bsd386 --against " + program +
                    " --keep 'a.digest == b.digest && a.granted > 1 && a.call_ticks == b.call_ticks'");
  INFO(ran.err);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "shrunk    2 events, 2 units;"));
  ran = kmemlab("shrink " + ten_events + " -a bsd386 --against /bin/true --keep 'a.failed == b.failed'");
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "/bin/true: no kmemlab.report/1"));
  ran = kmemlab("shrink " + ten_events + " -a bsd386 --against /nowhere/kmemlab --keep 'a.failed == b.failed'");
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "cannot be run"));
  // A line without an end: what is read is limited as it comes, not line by line.
  const Scratch scratch;
  const std::string endless = scratch.write("endless", "#!/bin/sh\nexec cat /dev/zero\n");
  std::filesystem::permissions(endless, std::filesystem::perms::owner_all);
  ran = kmemlab("shrink " + ten_events + " -a bsd386 --against " + endless + " --keep 'a.failed == b.failed'");
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "prints more than 256 MiB"));
}

TEST_CASE("shrink: what another program was handed is gone afterwards", "[check][shrink][cli]") {
  const Scratch scratch, folder;
  const char* before = getenv("TMPDIR");
  const std::string old = before == nullptr ? "" : before;
  setenv("TMPDIR", folder.path().c_str(), 1);
  const std::string program = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab";
  // It writes down the file that it was given (the second word), and that it is there.
  const std::string script = scratch.write("other", "#!/bin/sh\ntest -s \"$2\" && echo \"$2\" >> " +
                                                        scratch.file("handed") + "\nexec " + program + " \"$@\"\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const std::string shrink = "shrink " + ten_events + " -a bsd386 --keep 'a.failed == b.failed' --against ";
  const Ran good = kmemlab(shrink + script);
  const Ran bad = kmemlab(shrink + "/bin/false");
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", old.c_str(), 1);
  INFO(good.err);
  CHECK(good.exit == 0);
  CHECK(bad.exit == 3);
  CHECK(contains(read_file(scratch.file("handed")), folder.file("kmemlab-")));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("shrink: what does not hold, and what is no command", "[check][shrink][cli]") {
  const Ran ran = kmemlab("shrink " + ten_events + " -a bsd386 --keep 'failed > granted'");
  CHECK(ran.exit == 1);
  CHECK(contains(ran.err, "'failed > granted' does not hold on ten-events.txt; failed is 0, granted is "));
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " --keep 'failed > 0'").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386 --keep 'faild > 0'").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386 -a osf1 -a aix --keep 'a.failed > 0'").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386 --keep 'failed > 0' -o x.pdf").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386 --keep 'failed > 0' -o -").exit == 2);
  CHECK(kmemlab("shrink " + ten_events + " -a bsd386 --keep 'failed > 0' --max-runs 0").exit == 2);
  CHECK(kmemlab("shrink /nowhere -a bsd386 --keep 'failed > 0'").exit == 3);
}

}  // namespace kmemlab::test
