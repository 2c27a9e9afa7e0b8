// kmemlab explain, diff and replay --decisions as a user runs them.
#include <algorithm>

#include "tests/check/check_kit.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

const std::string program = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab";
const std::string marks = sample() + " -a osf1:highwat=5 -a osf1:highwat=6";

std::string script(const Scratch& scratch, const std::string& body) {
  const std::string path = scratch.write("other", "#!/bin/sh\n" + body);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

/// A program that prints `text` whatever it is asked.
std::string printing(const Scratch& scratch, const std::string& text, int exit = 0) {
  return script(scratch, "cat '" + scratch.write("text", text) + "'\nexit " + std::to_string(exit) + "\n");
}

}  // namespace

TEST_CASE("explain: a higher mark keeps a page that the lower one gives back", "[explain][cli]") {
  const Ran ran = kmemlab("explain " + marks);
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "metric: byte_ticks.held  A "));
  CHECK(contains(ran.out, "first parting: event "));
  // A free takes the bucket over the lower mark: A wakes the pool's thread, and the next event sees the page gone.
  CHECK(contains(ran.out, "\n  A: woke those who wait (wakes)\n  B: nothing\nthen event "));
  CHECK(contains(ran.out, "\n  A: gave 4,096 bytes of pages back where "));
  CHECK(contains(ran.out, "  B - A is +"));
  CHECK(contains(ran.out, "free_page_kept"));
  CHECK(ran.out == kmemlab("explain " + marks).out);
}

TEST_CASE("explain: a first parting that is known by hand", "[explain][cli]") {
  // Three blocks of a page each come and go, with no pool to begin with. The second free makes two free blocks: more
  // than a mark of 1, not more than a mark of 2. So the runs part at event 4, and hold the same before.
  const Scratch scratch;
  std::string text = "# tracer: nop\n#\n";
  for (int i = 0; i < 6; ++i) {
    const std::string pointer = "ptr=00000000a100" + std::to_string(i % 3) + "000";
    text += "           demo-1       [000] .....     1.00" + std::to_string(i) + "000: ";
    text += i < 3 ? "kmalloc: call_site=take+0x10/0x100 " + pointer +
                        " bytes_req=4096 bytes_alloc=4096 gfp_flags=GFP_KERNEL node=-1 accounted=false\n"
                  : "kfree: call_site=give+0x20/0x100 " + pointer + "\n";
  }
  const Ran ran = kmemlab("explain " + scratch.write("six.txt", text) +
                          " -a osf1:lowat=0,highwat=1 -a osf1:lowat=0,highwat=2 --metric pages.returned");
  INFO(ran.out << ran.err);
  CHECK(contains(ran.out,
                 "\nfirst parting: event 4, at 0.004000 s\n"
                 "  free, block 1, at give+0x20, task demo (1), CPU 0\n"
                 "  A: woke those who wait (wakes)\n  B: nothing\nthen event 5, at 0.005000 s\n"));
}

TEST_CASE("explain: the same program on both sides differs in nothing", "[explain][cli]") {
  for (const char* core : {"bsd386", "beos", "aix:frees=defer"}) {
    const Ran ran = kmemlab("explain " + sample() + " -a " + core + " --arena 4M --from 1000 --against " + program);
    INFO(ran.out << ran.err);
    CHECK(ran.exit == 0);
    CHECK(contains(ran.out, "every decision of both is the same, and every metric\n"));
  }
}

TEST_CASE("explain: another program that does not answer", "[explain][cli]") {
  const Scratch scratch;
  const auto against = [&](const std::string& other) {
    const Ran ran = kmemlab("explain " + sample() + " -a bsd386 --against " + other);
    CHECK(ran.exit == 3);
    CHECK(ran.out.empty());
    return ran.err;
  };
  CHECK(contains(against(scratch.file("none")), "cannot be run"));
  CHECK(contains(against(printing(scratch, "hello\n")), "other:1: these are no decisions"));
  CHECK(contains(against(printing(scratch, "", 2)), "ended with exit code 2"));
  std::string text = kmemlab("replay " + sample() + " -a bsd386 --decisions -").out;
  REQUIRE(text.ends_with("\ndone\n"));
  CHECK(contains(against(printing(scratch, text.substr(0, text.size() / 2))), "other:"));
  // Of much that is still to come the first line is bad: the program dies of the closed pipe, and the line is told.
  REQUIRE(text.size() > 1'000'000);
  text.replace(text.find("\n5 ") + 1, 1, "x");
  CHECK(contains(against(printing(scratch, text)), "other:8: no line of decisions"));
  CHECK(contains(against(script(scratch, "exec cat '" + scratch.file("text") + "'\n")),
                 "other:8: no line of decisions"));
}

TEST_CASE("explain: another program that does not end, or a line of it", "[explain][cli]") {
  const Scratch scratch;
  for (const char* body : {"echo hello\nexec sleep 1000\n", "trap '' TERM\necho hello\nwhile :; do sleep 1; done\n",
                           "exec cat /dev/zero\n"}) {
    INFO(body);
    const Ran ran = kmemlab("explain " + sample() + " -a bsd386 --against " + script(scratch, body));
    CHECK(ran.exit == 3);
    CHECK(contains(ran.err, "other:1: these are no decisions"));
  }
}

TEST_CASE("explain and diff: what is no use", "[explain][cli]") {
  for (const std::string arguments :
       {"", " -a bsd386", " -a bsd386 -a osf1 -a aix", " -a bsd386 -a osf1 --against x", " -a bsd386 -a osf9",
        " -a bsd386 -a osf1 --metric holes", " -a bsd386 -a osf1 -m vax"}) {
    INFO(arguments);
    CHECK(kmemlab("explain " + sample() + arguments).exit == 2);
    CHECK(kmemlab("diff " + sample() + arguments).exit == 2);
  }
  CHECK(kmemlab("explain nothing.kmt -a bsd386 -a osf1").exit == 3);
  CHECK(kmemlab("replay " + sample() + " -a bsd386 -a osf1 --decisions -").exit == 2);
}

TEST_CASE("explain: JSON holds the first parting and the owners", "[explain][cli]") {
  const Scratch scratch;
  const Ran ran = kmemlab("explain " + marks + " -q --json " + scratch.file("e.json"));
  CHECK(ran.exit == 0);
  CHECK(ran.out.empty());
  const std::string json = read_file(scratch.file("e.json"));
  CHECK(contains(json, "\"schema\": \"kmemlab.explain/1\""));
  CHECK(contains(json, "page_returned:"));
  CHECK(contains(json, "\"by_call_site\""));
  CHECK(kmemlab("explain " + marks + " --json -").out == json);
}

TEST_CASE("diff: two reports, two option sets, two traces", "[diff][cli]") {
  const Scratch scratch;
  const std::string a = scratch.file("a.json"), b = scratch.file("b.json");
  REQUIRE(kmemlab("replay " + sample() + " -a osf1:highwat=5 --quiet --json " + a).exit == 0);
  REQUIRE(kmemlab("replay " + sample() + " -a osf1:highwat=6 --quiet --json " + b).exit == 0);
  Ran ran = kmemlab("diff " + a + " " + b);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "A osf1:highwat=5, B osf1:highwat=6: "));
  CHECK(contains(ran.out, "byte_ticks.held"));
  CHECK(contains(ran.out, "per mille"));
  ran = kmemlab("diff " + a + " " + a);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "values are the same\n"));
  ran = kmemlab("diff " + marks);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "first parting: event "));
  CHECK(kmemlab("diff -q " + sample() + " -a bsd386 -a bsd386").exit == 0);

  const std::string part = scratch.file("part.kmt");
  REQUIRE(kmemlab("convert " + sample() + " " + part + " --to 1000").exit == 0);
  ran = kmemlab("diff " + sample() + " " + part + " -a bsd386");
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "the traces, as 'kmemlab info --json' has them: "));
  CHECK(contains(ran.out, "\nbsd386: "));
  CHECK(kmemlab("diff " + part + " " + part + " -a bsd386").exit == 0);
  ran = kmemlab("diff " + a + " " + scratch.write("bad.json", "{\"schema\": 1}"));
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "bad.json: "));
}

TEST_CASE("diff: reports of others, deep, large or from a pipe", "[diff][cli]") {
  const Scratch scratch;
  const auto report = [](const std::string& runs) {
    return "{\"schema\": \"kmemlab.report/1\", \"runs\": " + runs + "}";
  };
  const std::string deep = scratch.write("deep.json", report(std::string(200'000, '[') + std::string(200'000, ']')));
  Ran ran = kmemlab("diff " + deep + " " + deep);
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "deep.json: the JSON is nested more than 64 deep"));
  const std::string most = "340282366920938463463374607431768211455";  // 2^128 - 1
  const std::string a = scratch.write("a.json", report("[{\"n\": \"0\"}]"));
  const std::string b = scratch.write("b.json", report("[{\"n\": \"" + most + "\"}]"));
  CHECK(contains(kmemlab("diff " + a + " " + b).out, " +340,282,366,920,938,463,463,374,607,431,768,211,455"));
  CHECK(contains(kmemlab("diff " + b + " " + a).out, " -340,282,366,920,938,463,463,374,607,431,768,211,455"));
  // A pipe can be read only once: "</dev/null" keeps the command of the test from closing it.
  const std::string piped = " | " + program + " diff /dev/stdin " + b;
  ran = kmemlab("--help >/dev/null </dev/null; cat " + a + piped);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, " +340,282,"));
  ran = kmemlab("--help >/dev/null </dev/null; cat " + sample() + piped);
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "a pipe that is no report"));
}

TEST_CASE("replay --decisions: one form on standard output", "[explain][cli]") {
  for (const char* other : {"--json", "--html"}) {
    const Ran ran = kmemlab("replay " + sample() + " -a bsd386 --decisions - " + other + " -");
    CHECK(ran.exit == 2);
    CHECK(contains(ran.err, "two forms on standard output"));
  }
}

TEST_CASE("check says since when a run decides otherwise than when it was blessed", "[check][trail][cli]") {
  const Scratch scratch;
  const std::string five = "{\"schema\": \"kmemlab.suite/1\", \"name\": \"mark\", \"entries\": [{\"trace\": \"" +
                           sample() + "\", \"cores\": [\"osf1:highwat=5\", \"bsd386\"], \"metrics\": [" +
                           metric_text("byte_ticks.held", "exact") + "," + metric_text("digest", "exact") + "]}]}";
  const std::string suite = scratch.write("s.json", five);
  REQUIRE(kmemlab("bless " + suite + " --reason 'the mark is 5'").exit == 0);
  const std::string trail = read_file(scratch.file("s.trail"));
  CHECK(lines_of(trail) == 3);
  CHECK(kmemlab("bless " + suite + " --reason again").out ==
        scratch.file("s.baseline") + ": nothing changed; nothing was written\n");
  std::filesystem::remove(scratch.file("s.trail"));
  CHECK(contains(kmemlab("bless " + suite + " --reason again").out, "s.trail: written"));
  CHECK(read_file(scratch.file("s.trail")) == trail);
  for (const char* name : {"s.json", "s.baseline", "s.trail"}) {
    std::string text = read_file(scratch.file(name));
    for (auto at = text.find("highwat=5"); at != std::string::npos; at = text.find("highwat=5")) {
      text.replace(at, 9, "highwat=6");
    }
    scratch.write(name, text);
  }
  // The first decision that differs is that of event 37,922, of 97,133: within the 25th of 64 parts.
  const std::string since = "since an event of 36,424..37,941";
  const Ran ran = kmemlab("check " + suite + " --github --against " + program + " --json " + scratch.file("j") +
                          " --junit " + scratch.file("x") + " --markdown " + scratch.file("m"));
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 1);
  CHECK(contains(ran.out, "\n  since: decisions differ from the blessed ones " + since + "\n"));
  CHECK(contains(ran.out, "\n  | every decision of both is the same, and every metric\n"));
  for (const std::string form : {"j", "x", "m"}) {
    INFO(form);
    CHECK(contains(read_file(scratch.file(form)), since));
  }
  CHECK(contains(read_file(scratch.file("j")), "\"schema\": \"kmemlab.explain/1\""));
  CHECK(contains(read_file(scratch.file("m")), "```\next4tree.dat, "));
  const Ran old = kmemlab("check " + suite + " --against " + printing(scratch, "", 2));
  CHECK(old.exit == 1);  // another program that is too old takes nothing from the verdict
  CHECK(contains(old.out, "\n  | no explanation: '"));
  scratch.write("s.trail", trail + "x\n");
  CHECK(contains(kmemlab("check " + suite).err, "s.trail:4: no line of a trail"));
  std::filesystem::remove(scratch.file("s.trail"));
  CHECK_FALSE(contains(kmemlab("check " + suite).out, "since: "));
}

}  // namespace kmemlab::test
