// Traces of user-space allocators: malloc-lab .rep and glibc's mtrace. The samples hold the lines and the oddities that
// spec/trace_formats.md 8.1 and 8.2 list.
#include "core/base/digest.h"
#include "tests/traces/write_kit.h"

using namespace kmemlab;
using namespace kmemlab::traces;
using namespace kmemlab::traces::testing;

TEST_CASE(".rep: four header lines, sizes left out, ids used again", "[traces][rep]") {
  const Trial t = import_file(data_file("lab.rep"));
  const Totals& n = t.trace().totals;
  CHECK(t.trace().source.format == "malloc-lab .rep");
  CHECK_FALSE(t.trace().quality.defective());
  CHECK(n.records == 9);
  CHECK(n.allocs == 5);  // the realloc of an id that is not live is one
  CHECK(n.reallocs == 1);
  CHECK(n.matched == 2);
  CHECK(n.null_frees == 1);
  CHECK(n.live_at_end == 3);
  CHECK(n.bytes.requested == 512 + 128 + 640 + 0 + 64 + 16);
  CHECK(n.bytes.granted == 0);  // not recorded
  CHECK(n.peak_requested == 640 + 128);
  CHECK(t.event(2).op == Op::realloc);
  CHECK(t.event(2).id == 0);
  CHECK(t.event(5).id == 3);  // a new block under an old id
  CHECK(t.count("malloc") == 4);
}

TEST_CASE(".rep: two header lines, CRLF, more and fewer operations than declared", "[traces][rep]") {
  CHECK(import_text("1\r\n2\r\na 0 10\r\nf 0\r\n").trace().quality.damaged == 0);
  CHECK(import_text("1\n1\na 0 10\nf 0\n").trace().totals.records == 2);
  const Trial cut = import_text("100\n2\n4\n1\na 0 10\na 1 20\nf 0\n");
  CHECK(cut.trace().totals.records == 3);
  CHECK(cut.trace().quality.damaged == 1);
  CHECK(cut.trace().quality.first_damage.find("test.txt:7 ") == 0);
  CHECK(cut.trace().quality.first_damage.find("cut: 3 operations; 4, as the header says") != std::string::npos);
  const Trial odd = import_text("1\n4\na 0 10\nfree 0\na 1 x\nf 0\n");
  CHECK(odd.trace().totals.records == 2);
  CHECK(odd.trace().quality.damaged == 2);
  CHECK(odd.trace().quality.first_damage.find("test.txt:4 ") == 0);
}

TEST_CASE(".rep: the four headers, with the number of operations where each has it", "[traces][rep]") {
  struct Header {
    std::string variant, lines;
  };
  const Header headers[] = {{"CS:APP 2002: heap size, ids, operations, weight", "20000\n2\n4\n1\n"},
                            {"stripped: ids, operations", "2\n4\n"},
                            {"CMU 2014: weight, ids, operations, ignore ranges", "1\n2\n4\n0\n"},
                            {"CMU 2016: weight, ids, operations, peak", "3\n2\n4\n640\n"}};
  for (const Header& h : headers) {
    INFO(h.variant);
    const Trial t = import_text(h.lines + "a 0 512\na 1 128\nf 0\nf 1\n");
    CHECK_FALSE(t.trace().quality.defective());
    CHECK(t.trace().totals.matched == 2);
    CHECK(t.trace().totals.peak_requested == 640);
    CHECK(import_text(h.lines + "a 0 512\na 1 128\nf 0\n").trace().quality.damaged == 1);              // cut
    CHECK(import_text(h.lines + "a 0 512\na 1 128\nf 0\nf 1\na 0 8\n").trace().quality.damaged == 0);  // one more
  }
}

TEST_CASE(".rep: quirks of the public traces", "[traces][rep]") {
  struct Quirk {
    std::string what, operations;
    std::uint64_t allocs, reallocs, matched, before_trace, null_frees, requested;
  };
  const Quirk quirks[] = {
      {"f -1 frees null", "a 0 8\nf -1\n", 1, 0, 0, 0, 1, 8},
      {"no size is size 0", "a 0 \na 1\n", 2, 0, 0, 0, 0, 0},
      {"ids are used again", "a 0 8\nf 0\na 0 16\nf 0\n", 2, 0, 2, 0, 0, 24},
      {"realloc of an unknown id is malloc", "r 0 8\nf 0\n", 1, 0, 1, 0, 0, 8},
      {"a free of an unknown id", "a 0 8\nf 7\n", 1, 0, 0, 1, 0, 8},
      {"CRLF", "a 0 8\r\nr 0 9\r\nf 0\r\n", 1, 1, 1, 0, 0, 17},
      {"36 GB", "a 0 38654705664\nf 0\n", 1, 0, 1, 0, 0, 38654705664},
      {"size 0", "a 0 0\nf 0\n", 1, 0, 1, 0, 0, 0},
  };
  for (const Quirk& q : quirks) {
    INFO(q.what);
    const Trial t = import_text("1\n1\n" + q.operations);
    const Totals& n = t.trace().totals;
    CHECK(t.trace().quality.damaged == 0);
    CHECK(n.allocs == q.allocs);
    CHECK(n.reallocs == q.reallocs);
    CHECK(n.matched == q.matched);
    CHECK(n.before_trace == q.before_trace);
    CHECK(n.null_frees == q.null_frees);
    CHECK(n.bytes.requested == q.requested);
  }
}

TEST_CASE(".rep: three numbers, words or no operation are not the format", "[traces][rep]") {
  for (const char* text : {"1\n2\n3\na 0 1\n", "1\n2\n", "a 0 1\n", "1\n2\nb 0 1\n", "1\nx\na 0 1\n"}) {
    INFO(text);
    CHECK(import_text(text).error().find("unknown format") != std::string::npos);
  }
}

TEST_CASE("what was written as .rep is read back as the same operations", "[traces][rep][write]") {
  KmtReader trace = stored(Input::open(sample_recording()));
  const Written first = written(trace, WriteFormat::rep);
  KmtReader again = stored_text(first.text);
  CHECK(again.quality().damaged == 0);
  const Totals before = counted(trace), after = counted(again);
  CHECK(after.matched == before.matched);
  CHECK(after.bytes.requested == before.bytes.requested);
  CHECK(after.peak_requested == before.peak_requested);
  CHECK(after.live_at_end == before.live_at_end);
  CHECK(written(again, WriteFormat::rep).text == first.text);
}

TEST_CASE("mtrace: both spellings, a realloc in two lines, one that failed", "[traces][mtrace]") {
  const Trial t = import_file(data_file("glibc.mtrace"));
  const Totals& n = t.trace().totals;
  const Tables& tables = t.trace().tables;
  CHECK(t.trace().source.format == "glibc mtrace");
  CHECK_FALSE(t.trace().quality.defective());
  REQUIRE(n.records == 7);
  CHECK(n.allocs == 3);
  CHECK(n.refused == 1);
  CHECK(n.reallocs == 1);
  CHECK(n.matched == 2);
  CHECK(n.before_trace == 1);
  CHECK(n.live_at_end == 0);
  CHECK(t.event(0).requested == 20);
  CHECK(tables.call_sites[t.event(0).call_site] == CallSite{"./a.out:[0x80481eb]", 0x80481eb});
  CHECK(tables.call_sites[t.event(1).call_site] == CallSite{"func+0x1d", 0x4011ed});
  CHECK(t.event(3).op == Op::realloc);
  CHECK(t.event(3).id == 1);
  CHECK(t.event(3).requested == 40);
  CHECK(tables.call_sites[t.event(3).call_site].name == "./my tool:[0x8048300]");
  CHECK(t.event(6).id == 1);
}

TEST_CASE("mtrace: what is wrong is counted with its line", "[traces][mtrace]") {
  const Trial t = import_text(
      "= Start\n@ a:[0x1] + 0x100 0x10\nprintf\n@ a:[0x1] < 0x100\n@ a:[0x1] - 0x200\n@ a:[0x1] > 0x300 0x10\n"
      "@ a:[0x1] < 0x100\n");
  CHECK(t.trace().totals.records == 2);
  CHECK(t.trace().quality.damaged == 4);
  CHECK(t.trace().quality.first_damage.find("test.txt:3 ") == 0);
  CHECK(import_text("@ a:[0x1] + 0x100 0x10\n").trace().totals.records == 1);
  CHECK(import_text("@ nobody\n").error().find("unknown format") != std::string::npos);
}

TEST_CASE("mutated .rep and mtrace files", "[traces][rep][mtrace][mutations]") {
  for (const char* name : {"lab.rep", "glibc.mtrace"}) {
    const std::vector<unsigned char> original = read_bytes(data_file(name));
    std::uint64_t read = 0;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
      const auto pick = [&](std::uint64_t n, std::uint64_t below) { return mix64(mix64(seed) + n) % below; };
      std::vector<unsigned char> bytes = original;
      for (std::uint64_t i = 0; i <= pick(0, 3); ++i) {
        const std::size_t at = pick(10 + i, bytes.size());
        bytes[at] = static_cast<unsigned char>(pick(2, 2) ? pick(20 + i, 256) : "0 \n-@xf9"[pick(30 + i, 8)]);
      }
      if (pick(3, 4) == 0) bytes.resize(1 + pick(4, bytes.size()));
      const Trial t = import_input(Input::from_bytes("mutant", std::move(bytes)));
      if (t.sink.events.size() > 40) FAIL("more events than lines");
      if (!t.result) {
        if (t.result.error().what.empty()) FAIL("an error without words");
        continue;
      }
      ++read;
      const Quality& q = t.result->quality;
      if (q.damaged && q.first_damage.empty()) FAIL("damage without a place");
    }
    CHECK(read > 1000);
  }
}
