// Metrics of a part of a trace, warm starts, and what a recording says of its pages, through the command line.
#include "tests/cli/command.h"

namespace kmemlab::test {
namespace {

/// The number behind the first "key": after `from`; -1 if there is none.
long long number_after(const std::string& json, const std::string& from, const std::string& key) {
  const std::size_t start = json.find(from);
  const std::size_t at = start == std::string::npos ? start : json.find("\"" + key + "\": ", start);
  return at == std::string::npos ? -1 : std::stoll(json.substr(at + key.size() + 4));
}

std::string digest_of_run(const std::string& json) {
  const std::size_t at = json.rfind("\"digest\": \"");
  return json.substr(at, 11 + 16);
}

const std::string slabinfo =
    "slabinfo - version: 2.1\n"
    "# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ...\n"
    "dentry 400 420 192 21 1 : tunables 0 0 0 : slabdata 20 20 0\n"
    "kmalloc-1k 100 112 1024 16 4 : tunables 0 0 0 : slabdata 7 7 0\n";

}  // namespace

TEST_CASE("--warm-up, --from and --to restrict the metrics, not the replay", "[cli][window]") {
  const std::string replay = "replay " + sample() + " -a bsd386 --json - ";
  const Ran whole = kmemlab(replay), head = kmemlab(replay + "--to 50000"), tail = kmemlab(replay + "--warm-up 50000"),
            same = kmemlab(replay + "--from 50000");
  REQUIRE(whole.exit == 0);
  REQUIRE(tail.exit == 0);
  CHECK(tail.out.substr(0, tail.out.find("\"events_per_second")) ==
        same.out.substr(0, same.out.find("\"events_per_second")));
  CHECK_FALSE(contains(whole.out, "\"window\""));
  CHECK(number_after(tail.out, "\"window\"", "from") == 50000);
  CHECK(number_after(tail.out, "\"window\"", "to") == 97133);
  CHECK(digest_of_run(tail.out) == digest_of_run(whole.out));
  CHECK(digest_of_run(head.out) == digest_of_run(whole.out));
  for (const char* section : {"\"recorded\"", "\"runs\""}) {
    for (const char* key : {"requests", "frees"}) {
      INFO(section << " " << key);
      CHECK(number_after(head.out, section, key) + number_after(tail.out, section, key) ==
            number_after(whole.out, section, key));
    }
  }
  CHECK(contains(kmemlab("replay " + sample() + " -a bsd386 --to 500").out,
                 "metrics   of events 0 to 499 only; the replay ran over all of the trace"));
}

TEST_CASE("a warm start allocates what slabinfo counted, and measures from there", "[cli][window]") {
  const Scratch scratch;
  const std::string file = scratch.write("slabinfo", slabinfo);
  const std::string replay = "replay " + sample() + " -a bsd386 --json - ";
  const Ran cold = kmemlab(replay), warm = kmemlab(replay + "--warm-start " + file);
  REQUIRE(warm.exit == 0);
  CHECK(number_after(warm.out, "\"quality\"", "carried") == 500);
  CHECK(number_after(warm.out, "\"window\"", "from") == 500);
  CHECK(number_after(warm.out, "\"window\"", "to") == 97633);
  CHECK(number_after(warm.out, "\"runs\"", "requests") == number_after(cold.out, "\"runs\"", "requests"));
  const long long freed =
      number_after(cold.out, "\"quality\"", "before_trace") - number_after(warm.out, "\"quality\"", "before_trace");
  CHECK(freed > 0);  // dentries that are older than the trace found an object
  CHECK(number_after(warm.out, "\"recorded\"", "frees") == number_after(cold.out, "\"recorded\"", "frees") + freed);
  CHECK(number_after(warm.out, "\"runs\"", "peak_requested") > number_after(cold.out, "\"runs\"", "peak_requested"));

  const Ran later = kmemlab(replay + "--warm-up 90000 --warm-start " + file);
  CHECK(number_after(later.out, "\"window\"", "from") == 90500);  // 90,000 of the trace's own events

  const std::string kmt = scratch.file("warm.kmt");
  REQUIRE(kmemlab("convert " + sample() + " " + kmt + " --warm-start " + file + " --where 'cache == dentry'").exit ==
          0);
  const Ran info = kmemlab("info " + kmt + " --json");
  CHECK(number_after(info.out, "\"quality\"", "carried") == 400);
  CHECK(contains(info.out, "warm start of 500 objects"));
}

TEST_CASE("windows and warm starts that cannot be say what was expected", "[cli][window][bad]") {
  const Scratch scratch;
  const auto refuses = [&](const std::string& options, int exit, const std::string& part) {
    const Ran ran = kmemlab("replay " + sample() + " -a bsd386 " + options);
    INFO(options << "\n" << ran.err);
    CHECK(ran.exit == exit);
    CHECK(contains(ran.err, part));
  };
  refuses("--from 7 --to 7", 2, "no event is from 7 on and below 7; expected --to above --from");
  refuses("--from 7 --warm-up 8", 2, "--from and --warm-up exclude each other");
  refuses("--from 97133", 3, "no event is left: metrics begin at event 97133; expected a number below 97133");
  refuses("--warm-start " + scratch.file("none"), 3, "cannot open");
  refuses("--warm-start " + scratch.write("passwd", "root:x:0:0\n"), 3, "passwd:1: no slabinfo of version 2");
}

TEST_CASE("info tells slab pages from other pages", "[cli][pages]") {
  const Ran info = kmemlab("info " + sample() + " --json");
  REQUIRE(info.exit == 0);
  // 505 pages of slabs were held at the end, as a program of its own counted from `trace-cmd report -t`.
  CHECK(number_after(info.out, "\"use\"", "slab_pages_end") == 505);
  CHECK(number_after(info.out, "\"use\"", "slab") + number_after(info.out, "\"use\"", "large_kmalloc") +
            number_after(info.out, "\"use\"", "other") + number_after(info.out, "\"use\"", "unknown") ==
        number_after(info.out, "\"pages\"", "allocs"));
}

}  // namespace kmemlab::test
