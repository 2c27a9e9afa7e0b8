// Bad input and bad arguments: one line that says where, what is wrong and what was expected, or a replay with the
// damage counted. Never a crash, never silence.
#include <algorithm>

#include "tests/cli/command.h"

namespace kmemlab::test {

namespace {

/// An error of the contract: one line on standard error, nothing on standard output, this exit code.
void one_line_error(const Ran& ran, int exit, const std::string& part) {
  INFO("out: " << ran.out << "\nerr: " << ran.err);
  CHECK(ran.exit == exit);
  CHECK(ran.out.empty());
  CHECK(ran.err.rfind("kmemlab: ", 0) == 0);
  CHECK(lines_of(ran.err) == 1);
  CHECK(contains(ran.err, part));
}

const std::string header = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 4/4   #P:2\n#\n";
const std::string line_a =
    "            init-1       [000] .....     3.136000: kmalloc: call_site=f+0x2/0x8 ptr=ffff8b655de746c0 "
    "bytes_req=100 "
    "bytes_alloc=128 gfp_flags=GFP_KERNEL node=-1 accounted=false\n";
const std::string line_b =
    "            init-1       [001] .....     3.137000: kfree: call_site=g+0x2/0x8 ptr=ffff8b655de746c0\n";

}  // namespace

TEST_CASE("unusable input is one line and exit 3", "[cli][bad]") {
  const Scratch scratch;
  for (const std::string verb : {"info ", "replay "}) {
    one_line_error(kmemlab(verb + scratch.file("none.dat")), 3, "none.dat");
    one_line_error(kmemlab(verb + scratch.path().string()), 3, "directory");
    one_line_error(kmemlab(verb + scratch.write("empty", "")), 3, "empty");
    one_line_error(kmemlab(verb + scratch.write("garbage", std::string(5000, '\xa7') + "nonsense")), 3, "garbage");
    one_line_error(kmemlab(verb + scratch.write("words", "to be or not to be\nthat is the question\n")), 3, "words");
    one_line_error(kmemlab(verb + "- </dev/null"), 3, "");
  }
}

TEST_CASE("a truncated trace.dat is an error with its byte, or is read as far as it goes with the damage counted",
          "[cli][bad]") {
  const Scratch scratch;
  const std::string whole = read_file(sample());
  REQUIRE(whole.size() > 1'000'000);
  unsigned errors = 0;
  unsigned counted = 0;
  for (std::size_t size : {std::size_t{1}, std::size_t{9}, std::size_t{15}, std::size_t{40}, std::size_t{200},
                           std::size_t{5000}, whole.size() / 3, whole.size() / 2, whole.size() * 3 / 4,
                           whole.size() - 100000, whole.size() - 5000, whole.size() - 1}) {
    const std::string path = scratch.write("cut.dat", whole.substr(0, size));
    const Ran ran = kmemlab("info " + path + " --json");
    INFO("first " << size << " bytes; err: " << ran.err);
    if (ran.exit == 3) {
      ++errors;
      one_line_error(ran, 3, "cut.dat");
    } else {
      ++counted;
      CHECK(ran.exit == 0);
      CHECK_FALSE(contains(ran.out, "\"damaged\": 0,"));
      CHECK_FALSE(contains(ran.out, "\"first_damage\": \"\""));
      one_line_error(kmemlab("info " + path + " --strict"), 3, "");
    }
  }
  CHECK(errors >= 5);
  CHECK(counted >= 3);
}

TEST_CASE("text cut in the middle of a line: what is whole is replayed, the rest is counted", "[cli][bad]") {
  const Scratch scratch;
  const std::string whole = header + line_a + line_b + line_a + line_b;
  for (std::size_t cut = whole.size() - line_b.size() + 20; cut < whole.size() - 20; cut += 13) {
    const std::string path = scratch.write("cut.txt", whole.substr(0, cut));
    const Ran ran = kmemlab("info " + path + " --json");
    INFO("cut at " << cut << "\n" << ran.err);
    CHECK(ran.exit == 0);
    CHECK(contains(ran.out, "\"damaged\": 1"));
    CHECK(contains(ran.out, "\"matched\": 1"));
    CHECK(contains(ran.out, "cut.txt:8"));
  }
}

TEST_CASE("events that contradict each other are counted, and the replay goes on", "[cli][bad]") {
  const Scratch scratch;
  const std::string path = scratch.write("odd.txt", header + line_b + line_a + line_a + line_b + line_b);
  const Ran ran = kmemlab("info " + path + " --json");
  REQUIRE(ran.exit == 0);
  CHECK(contains(ran.out, "\"before_trace\": 1"));  // freed before it was ever seen
  CHECK(contains(ran.out, "\"lost_free\": 1"));     // allocated while live
  CHECK(contains(ran.out, "\"unrecorded\": 1"));    // freed twice
  CHECK(contains(ran.out, "\"matched\": 1"));
  const Ran replay = kmemlab("replay " + path + " -a bsd386 --json -");
  CHECK(replay.exit == 0);
  CHECK(contains(replay.out, "\"implied_frees\": 1"));
}

TEST_CASE("a damaged container is an error with its byte", "[cli][bad]") {
  const Scratch scratch;
  REQUIRE(kmemlab("convert " + sample() + " " + scratch.file("a.kmt")).exit == 0);
  const std::string whole = read_file(scratch.file("a.kmt"));
  one_line_error(kmemlab("replay " + scratch.write("cut.kmt", whole.substr(0, whole.size() / 2))), 3, "byte");
  std::string flipped = whole;
  flipped[70000] = static_cast<char>(flipped[70000] ^ 0x10);
  one_line_error(kmemlab("replay " + scratch.write("flip.kmt", flipped)), 3, "byte");
}

TEST_CASE("bad arguments are exit 2, say what was expected, and name the nearest word", "[cli][bad]") {
  const auto usage = [](const std::string& arguments, const std::string& part) {
    const Ran ran = kmemlab(arguments);
    INFO(arguments << "\n" << ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, part));
  };
  usage("reply x", "did you mean 'replay'?");
  usage("replay", "usage: kmemlab replay");
  usage("replay a b", "too many");
  usage("replay " + sample() + " --aren 4M", "did you mean --arena?");
  usage("replay " + sample() + " -a bsd368", "did you mean 'bsd386'?");
  usage("replay " + sample() + " -a bsd386:mod=x", "did you mean 'mode'?");
  usage("replay " + sample() + " -m x86_64", "did you mean 'x86-64'?");
  usage("replay " + sample() + " --arena 4Q", "expected a size");
  usage("replay " + sample() + " --arena 0", "expected a size");
  usage("replay " + sample() + " --pages sometimes", "expected ignore");
  usage("replay " + sample() + " --unknown-sleep maybe", "expected auto, yes or no");
  usage("replay " + sample() + " -a bsd386 -a bsd386 --log x", "expected one core");
  usage("convert " + sample() + " out.xyz", ".kmt");
}

TEST_CASE("impossible machines and options of a core are errors, not crashes", "[cli][bad]") {
  one_line_error(kmemlab("replay " + sample() + " -a bsd386:mode=best"), 3, "documented or faithful");
  one_line_error(kmemlab("replay " + sample() + " -a bsd386:types=/nonexistent"), 3, "type rules");
  one_line_error(kmemlab("replay " + sample() + " -m i386 --arena 3G"), 3, "larger than the kernel's addresses");
  const Scratch scratch;
  one_line_error(
      kmemlab("replay " + sample() + " -a bsd386:types=" + scratch.write("rules", "cache skbuff_ mbuf\nfoo\n")), 3,
      "rules:2");
}

TEST_CASE("output appears whole or not at all", "[cli][bad]") {
  const Scratch scratch;
  const std::string old = scratch.write("report.json", "the old report");
  one_line_error(kmemlab("replay " + sample() + " --quiet --json " + scratch.file("no/such/folder/x.json")), 3,
                 "x.json");
  const Ran broken = kmemlab("replay " + scratch.write("empty", "") + " --quiet --json " + old);
  CHECK(broken.exit == 3);
  CHECK(read_file(old) == "the old report");
  REQUIRE(kmemlab("replay " + sample() + " --quiet --json " + old).exit == 0);
  CHECK(contains(read_file(old), "kmemlab.report/1"));
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
    CHECK_FALSE(contains(entry.path().string(), ".part-"));
  }
}

TEST_CASE("every verb explains itself, with an example", "[cli]") {
  for (const char* verb : {"replay", "info", "convert", "gen", "run", "cores", "machines"}) {
    const Ran ran = kmemlab(std::string(verb) + " --help");
    INFO(verb);
    CHECK(ran.exit == 0);
    CHECK(contains(ran.out, std::string("usage: kmemlab ") + verb));
    CHECK(contains(ran.out, "example: kmemlab "));
    CHECK(contains(kmemlab("--help").out, verb));
  }
  CHECK(contains(kmemlab("cores").out, "bsd386"));
  for (const char* machine : {"x86-64", "i386", "alpha", "rs6000", "power64"}) {
    CHECK(contains(kmemlab("machines").out, machine));
  }
}

}  // namespace kmemlab::test
