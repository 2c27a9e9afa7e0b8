// --pages pressure, --watermarks, --daemon-latency and --closed-loop as a user meets them.
#include "tests/cli/command.h"
#include "traces/kmt/writer.h"

namespace kmemlab::test {

namespace {

std::string pages_sample() {
  return std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/pages.dat.zst";
}

/// The number behind the first "key": after `from`.
std::uint64_t number(const std::string& json, const std::string& key, const std::string& after = "") {
  std::size_t at = after.empty() ? 0 : json.find("\"" + after + "\": ");
  REQUIRE(at != std::string::npos);
  at = json.find("\"" + key + "\": ", at);
  REQUIRE(at != std::string::npos);
  return std::stoull(json.substr(at + key.size() + 4));
}

}  // namespace

TEST_CASE("page events under pressure are those that info counts", "[cli][pressure]") {
  const Ran info = kmemlab("info " + pages_sample() + " --json");
  REQUIRE(info.exit == 0);
  for (const char* core : {"bsd386", "beos"}) {
    const Ran ran = kmemlab("replay " + pages_sample() + " -a " + core + " --pages pressure --json -");
    CHECK(ran.exit == 0);
    CHECK(number(ran.out, "other", "page_allocs") == number(info.out, "other", "use"));
    CHECK(number(ran.out, "slab", "page_allocs") ==
          number(info.out, "slab", "use") + number(info.out, "large_kmalloc", "use"));
    CHECK(number(ran.out, "undecided", "page_allocs") == number(info.out, "unknown", "use"));
    CHECK(contains(ran.out, R"("loop": "open")"));
  }
}

TEST_CASE("a part keeps the verdicts of its pages", "[cli][pressure]") {
  const Scratch scratch;
  REQUIRE(kmemlab("convert " + pages_sample() + " " + scratch.file("part.kmt") + " --from 1000 --to 4000").exit == 0);
  const Ran part = kmemlab("replay " + scratch.file("part.kmt") + " -a bsd386 --pages pressure --json -");
  const Ran whole = kmemlab("replay " + pages_sample() + " -a bsd386 --pages pressure --json -");
  CHECK(number(part.out, "other", "page_allocs") > 0);
  CHECK(number(part.out, "other", "page_allocs") < number(whole.out, "other", "page_allocs"));
}

TEST_CASE("verdicts that are not as many as the page allocations are nothing to go by", "[cli][pressure]") {
  const Scratch scratch;
  traces::KmtWriter writer = traces::KmtWriter::to_memory();
  traces::PageVerdicts verdicts;
  for (std::uint64_t pfn = 0; pfn < 20; ++pfn) {
    traces::Event e;
    e.tick = 1000 * pfn;
    e.op = traces::Op::page_alloc, e.pfn = 100 + pfn;
    writer.append(e);
    if (pfn != 7) verdicts.append(traces::PageVerdict::other);
  }
  writer.set_page_verdicts(verdicts);
  traces::Source source;
  source.name = "made";
  REQUIRE(writer.finish({}, {}, source));
  const traces::ByteVector bytes = writer.take_bytes();
  const std::string path = scratch.write("short.kmt", std::string(bytes.begin(), bytes.end()));
  const std::string says = "section 13 has 19 page verdicts, but the trace has 20 page_alloc events";
  for (const std::string& verb : {"replay " + path + " -a bsd386 --pages pressure",
                                  "convert " + path + " " + scratch.file("rounds.kmt") + " --repeat 2",
                                  "convert " + path + " " + scratch.file("part.kmt") + " --from 3"}) {
    const Ran ran = kmemlab(verb);
    INFO(verb << ": " << ran.err);
    CHECK(ran.exit == 3);
    CHECK(contains(ran.err, says));
  }
  CHECK(kmemlab("replay " + path + " -a bsd386").exit == 0);  // asks for no verdict
}

TEST_CASE("pressure and the loop are named in the report", "[cli][pressure]") {
  const std::string replay = "replay " + pages_sample() + " -a bsd386 --ram 4M ";
  const Ran text = kmemlab(replay + "--pages pressure --watermarks 8,16,32 --daemon-latency 5000 --closed-loop");
  CHECK(contains(text.out, "Frames under pressure"));
  CHECK(contains(text.out, "  frames: 8 kept from those who may sleep\n"));
  CHECK(contains(text.out, "  page daemon: wanted below 16, runs 5.0 us later, frees up to 32\n"));
  CHECK(contains(kmemlab(replay + "--closed-loop --html -").out, "The loop is closed"));
  CHECK_FALSE(contains(kmemlab(replay + "--html -").out, "The loop is closed"));
  CHECK(contains(text.out, "loop      closed"));
  CHECK_FALSE(contains(kmemlab(replay).out, "Frames under pressure"));
  CHECK(contains(kmemlab(replay + "--closed-loop --json -").out, R"("loop": "closed")"));
}

TEST_CASE("a reserve of all frames is refused", "[cli][pressure]") {
  const std::string replay = "replay " + pages_sample() + " -a bsd386 --ram 1M --pages pressure --watermarks ";
  const Ran ran = kmemlab(replay + "256,300,400");
  CHECK(ran.exit == 3);
  CHECK(contains(ran.err, "--watermarks keep 256 frames from those who may sleep"));
  CHECK(contains(ran.err, "expected fewer than the machine's 256"));
  CHECK(kmemlab(replay + "255,300,400").exit != 3);
}

TEST_CASE("usage errors of pressure say what was expected", "[cli][pressure]") {
  const std::string replay = "replay " + pages_sample() + " ";
  const auto usage = [&](const std::string& options, const std::string& says) {
    const Ran ran = kmemlab(replay + options);
    INFO(options << ": " << ran.err);
    CHECK(ran.exit == 2);
    CHECK(contains(ran.err, says));
  };
  usage("--pages some", "expected ignore or pressure");
  usage("--watermarks 1,2,3", "--watermarks without --pages pressure");
  usage("--pages pressure --daemon-latency 1000000000000001", "expected at most 1000000000000000 ticks");
  usage("--daemon-latency 5", "--daemon-latency without --pages pressure");
  for (const char* bad : {"1,2", "1,2,3,4", "1,2,3,", "3,2,1", "1,0,1", "2,2,2", "a,b,c"}) {
    usage(std::string("--pages pressure --watermarks=") + bad, "expected three numbers of frames");
  }
}

}  // namespace kmemlab::test
