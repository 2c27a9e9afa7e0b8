// kmemlab convert by ending: what each format loses is said, files appear whole or not at all, and what we write we
// read.
#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

const std::string minimal =
    "{\"schema\":\"kmemlab.events/1\"}\n"
    "{\"op\":\"alloc\",\"p\":1,\"size\":64}\n"
    "{\"op\":\"alloc\",\"p\":2,\"size\":100}\n"
    "{\"op\":\"free\",\"p\":1}\n";

}  // namespace

TEST_CASE("a recording in every format, and what each loses", "[cli][formats]") {
  const Scratch scratch;
  const std::string original = kmemlab("info " + sample() + " --json").out;
  for (const std::string ending : {"kmt", "jsonl", "csv", "rep", "txt", "ftrace"}) {
    INFO(ending);
    const std::string to = scratch.file("a." + ending);
    const Ran ran = kmemlab("convert " + sample() + " " + to);
    REQUIRE(ran.exit == 0);
    CHECK(contains(ran.out, "a." + ending + ": 97,133 events, 91,654 slab events"));
    CHECK(contains(ran.err, "lost: ") == (ending != "kmt"));
    if (ending == "csv") {
      CHECK(lines_of(read_file(to)) == 97'134);
      continue;
    }
    const std::string again = kmemlab("info " + to + " --json").out;
    if (ending == "rep") {
      CHECK(field(again, "matched") == field(original, "matched"));
      continue;
    }
    CHECK(field(again, "digest") == field(original, "digest"));
    CHECK(field(again, "digest_full") == field(original, "digest_full"));
  }
  CHECK(contains(kmemlab("convert " + sample() + " " + scratch.file("b.jsonl")).err, "lost: nothing\n"));
  CHECK(contains(kmemlab("convert " + sample() + " " + scratch.file("b.rep")).err,
                 "lost: everything but op, id and size, 5479 page events"));
  CHECK(read_file(scratch.file("a.jsonl")) == read_file(scratch.file("b.jsonl")));
}

TEST_CASE("compressed texts are read back, from files and through a pipe", "[cli][formats]") {
  const Scratch scratch;
  const std::string original = kmemlab("info " + sample() + " --json").out;
  for (const std::string ending :
       {"jsonl.gz", "jsonl.zst", "txt.gz", "txt.zst", "csv.gz", "csv.zst", "rep.gz", "rep.zst"}) {
    INFO(ending);
    const std::string to = scratch.file("a." + ending);
    const Ran ran = kmemlab("convert " + sample() + " " + to);
    REQUIRE(ran.exit == 0);
    CHECK(contains(ran.out, "a." + ending + ": 97,133 events"));
    const std::string bytes = read_file(to);
    CHECK(bytes.substr(0, 2) == (ending.ends_with("gz") ? "\x1f\x8b" : "\x28\xb5"));
    if (ending.starts_with("csv")) continue;
    const std::string again = kmemlab("info " + to + " --json").out;
    CHECK(field(again, "matched") == field(original, "matched"));
    if (!ending.starts_with("rep")) CHECK(field(again, "digest_full") == field(original, "digest_full"));
  }
  const Ran piped = kmemlab("convert " + sample() + " - --as jsonl.zst");
  const bool same = piped.out == read_file(scratch.file("a.jsonl.zst"));
  CHECK(same);
  scratch.write("p", piped.out);
  CHECK(contains(piped.err, "-: 97,133 events"));
  REQUIRE(kmemlab("convert - " + scratch.file("b.kmt") + " <" + scratch.file("p")).exit == 0);
  CHECK(field(kmemlab("info " + scratch.file("b.kmt") + " --json").out, "digest_full") ==
        field(original, "digest_full"));
}

TEST_CASE("a container and JSON lines go round", "[cli][formats]") {
  const Scratch scratch;
  REQUIRE(kmemlab("convert " + sample() + " " + scratch.file("a.kmt")).exit == 0);
  REQUIRE(kmemlab("convert " + scratch.file("a.kmt") + " " + scratch.file("a.jsonl")).exit == 0);
  REQUIRE(kmemlab("convert " + scratch.file("a.jsonl") + " " + scratch.file("b.kmt")).exit == 0);
  REQUIRE(kmemlab("convert " + scratch.file("b.kmt") + " " + scratch.file("b.jsonl")).exit == 0);
  CHECK(read_file(scratch.file("a.jsonl")) == read_file(scratch.file("b.jsonl")));
}

TEST_CASE("a file by hand is replayed, from a file and from standard input", "[cli][formats]") {
  const Scratch scratch;
  const std::string path = scratch.write("mine", minimal);
  const Ran ran = kmemlab("replay " + path + " -a bsd386 --json -");
  CHECK(ran.exit == 0);
  CHECK(contains(ran.out, "\"granted\": 2"));
  const Ran piped = kmemlab("convert - " + scratch.file("x.rep") + " <" + path);
  CHECK(piped.exit == 0);
  CHECK(read_file(scratch.file("x.rep")) == "164\n2\n3\n1\na 0 64\na 1 100\nf 0\n");
  CHECK(kmemlab("replay " + scratch.file("x.rep") + " -a bsd386").exit == 0);
  const Ran damaged = kmemlab("info " + scratch.write("worse", minimal + "{\"op\":\"free\"}\n") + " --json");
  CHECK(damaged.exit == 0);
  CHECK(contains(damaged.out, "worse:5"));
  CHECK(kmemlab("info --strict " + scratch.file("worse")).exit == 3);
}

TEST_CASE("text output appears whole or not at all, and wrong endings are usage", "[cli][formats]") {
  const Scratch scratch;
  const std::string old = scratch.write("a.csv", "the old file");
  CHECK(kmemlab("convert " + scratch.write("empty", "") + " " + old).exit == 3);
  CHECK(kmemlab("convert --strict " + scratch.write("bad", minimal + "x\n") + " " + old).exit == 3);
  CHECK(read_file(old) == "the old file");
  CHECK(kmemlab("convert " + sample() + " " + scratch.file("no/folder/x.csv")).exit == 3);
  CHECK(kmemlab("convert " + sample() + " " + scratch.file("x.foo")).exit == 2);
  CHECK(kmemlab("convert " + sample() + " " + scratch.file("x.kmt.gz")).exit == 2);
  CHECK(kmemlab("convert " + sample() + " " + scratch.file("x.jsonl") + " --zstd").exit == 2);
  CHECK(kmemlab("convert " + sample() + " - ").exit == 2);
  CHECK(kmemlab("convert " + sample() + " - --as kmt").exit == 2);
  CHECK(kmemlab("convert " + sample() + " " + scratch.file("x") + " --as xml").exit == 2);
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
    CHECK_FALSE(contains(entry.path().string(), ".part-"));
  }
}

}  // namespace kmemlab::test
