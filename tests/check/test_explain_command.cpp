// kmemlab explain, diff and replay --decisions as a user runs them.
#include "tests/catch.h"
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

const std::string program = std::string(KMEMLAB_BINARY_DIR) + "/kmemlab";
const std::string marks = sample() + " -a osf1:highwat=5 -a osf1:highwat=6";

/// A program that prints `text` whatever it is asked.
std::string printing(const Scratch& scratch, const std::string& text, int exit = 0) {
  const std::string script = scratch.write(
      "other", "#!/bin/sh\ncat '" + scratch.write("text", text) + "'\nexit " + std::to_string(exit) + "\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  return script;
}

}  // namespace

TEST_CASE("explain: a higher mark keeps a page that the lower one gives back", "[explain][cli]") {
  const Ran ran = kmemlab("explain " + marks);
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "metric: byte_ticks.held  A "));
  CHECK(contains(ran.out, "first parting: event "));
  CHECK(contains(ran.out, "\n  A: gave 4,096 bytes of pages back (page_returned, bucket "));
  CHECK(contains(ran.out, "  B - A is +"));
  CHECK(contains(ran.out, "free_page_kept"));
  CHECK(ran.out == kmemlab("explain " + marks).out);
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
  text.replace(text.find("\n5 ") + 1, 1, "x");
  CHECK(contains(against(printing(scratch, text)), "no line of decisions"));
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

}  // namespace kmemlab::test
