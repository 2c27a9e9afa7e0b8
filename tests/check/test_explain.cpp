// Explanations of runs written down by hand: the first parting, kinds, course and owners are known.
#include "sim/check/explain.h"
#include "sim/check/words.h"
#include "tests/check/lockstep_kit.h"
#include "traces/kmt/writer.h"

namespace kmemlab::test {

namespace {

/// Ten allocations and frees, a second apart, at two call sites.
traces::KmtReader ten_events() {
  traces::Tables tables;
  tables.names = {"kmalloc", "kfree"};
  tables.call_sites = {{"open+0x10", 0}, {"close+0x20", 0}};
  tables.tasks = {{12, "sh"}};
  traces::KmtWriter writer = traces::KmtWriter::to_memory();
  for (std::uint64_t i = 0; i < 10; ++i) {
    traces::Event e;
    e.tick = 5'000'000'000 + i * 1'000'000'000;
    e.op = i % 2 == 0 ? traces::Op::alloc : traces::Op::free;
    e.free_kind = i % 2 == 0 ? traces::FreeKind::none : traces::FreeKind::matched;
    e.id = i / 2;
    e.slot = 0;
    e.requested = i % 2 == 0 ? 100 : 0;
    e.name = static_cast<traces::Index>(i % 2);
    e.call_site = static_cast<traces::Index>(i % 2);
    e.task = 0;
    writer.append(e);
  }
  traces::Source source;
  source.name = "ten";
  source.cpus = 1;
  REQUIRE(writer.finish(tables, {}, source));
  return traces::KmtReader::from_bytes(writer.take_bytes()).value();
}

check::Explanation explained(const std::string& a, const std::string& b, const std::string& metric = {},
                             bool outcomes_only = false, sim::MetricsWindow window = {}) {
  const auto trace = ten_events();
  Written of_a(a), of_b(b);
  REQUIRE(of_a.reader());
  REQUIRE(of_b.reader());
  const check::ExplainInputs in{
      trace, {"one", "two"}, outcomes_only, metric.empty() ? std::nullopt : std::optional(metric), window};
  const auto e = check::explain(in, *of_a.reader(), *of_b.reader());
  REQUIRE(e);
  return *e;
}

// A gives its page back at each free; B keeps it. So B holds 4096 bytes more from event 1 to event 2.
const std::string gives =
    "0 took_block:7:128@fresh alloc:100=128 map:1\n"
    "1 page_returned:7:4096@0 free:100=128 unmap:1\n"
    "2 took_block:7:128@0 alloc:100=128 map:1\n";
const std::string keeps =
    "0 took_block:7:128@fresh alloc:100=128 map:1\n"
    "1 pushed_block:7:128@0 free:100=128\n"
    "2 took_block:7:128@0 alloc:100=128\n";

}  // namespace

TEST_CASE("the same decisions and metrics need no words", "[explain]") {
  const std::string text = decisions_text(gives, "metric byte_ticks.held 9\n");
  const check::Explanation e = explained(text, text);
  CHECK_FALSE(e.first);
  CHECK(e.compared == 3);
  CHECK(e.differing == 0);
  CHECK(check::explain_text(e) ==
        "ten, 10 events\n  A: one\n  B: two\nmetric: byte_ticks.held  A 9  B 9  (the same)\n"
        "every decision of both is the same, and every metric\n");
  const check::Explanation other = explained(text, decisions_text(gives, "metric byte_ticks.held 8\n"));
  CHECK_FALSE(other.first);
  CHECK(check::explain_text(other).find("only the accounting differs") != std::string::npos);
}

TEST_CASE("the first parting, its kind, and the course of the metric", "[explain]") {
  const check::Explanation e = explained(decisions_text(gives, "metric byte_ticks.held 8192\n"),
                                         decisions_text(keeps, "metric byte_ticks.held 12288\n"), "byte_ticks.held");
  REQUIRE(e.first);
  CHECK(e.first->event == 1);
  CHECK(e.first->about == "free, block 0, at close+0x20, task sh (12), CPU 0");
  CHECK(check::in_words(e.first->sides[0], 1) ==
        "gave 4,096 bytes of pages back where block 0 was (page_returned, bucket 7); freed 128 bytes (100 requested); "
        "1 page went back");
  CHECK(check::in_words(e.first->sides[1], 1) ==
        "put the block of 128 bytes onto its list (pushed_block, bucket 7); freed 128 bytes (100 requested)");
  CHECK(e.differing == 2);
  REQUIRE(e.kinds.size() == 2);
  CHECK(e.kinds[0].how == "A page_returned, B pushed_block");
  CHECK(e.kinds[0].events == 1);
  CHECK(e.kinds[1].how == "A map, B nothing");
  CHECK(e.kinds[1].first == 2);
  CHECK_FALSE(e.firsts[0].at);  // outcomes
  CHECK_FALSE(e.firsts[1].at);  // granted
  REQUIRE(e.firsts[2].at);      // pages
  CHECK(e.firsts[2].at->event == 1);
  CHECK_FALSE(e.firsts[3].at);  // sleeps
  // 4096 bytes for the second between the events 1 and 2: a quarter, half, all.
  REQUIRE(e.course.size() == 3);  // all of it is where they are farthest apart
  const std::uint64_t start = 6'000'000'000, ns = 1'000'000'000;
  CHECK(e.course[0].tick == start + ns / 4);
  CHECK(e.course[1].tick == start + ns / 2);
  CHECK(e.course[2].tick == start + ns);
  CHECK(e.course[0].event == 1);
  CHECK(e.course[2].event == 2);
  CHECK((e.course[2].difference == check::i128{4096} * 1'000'000'000));
}

TEST_CASE("a peak is no level at the end: only where the two are farthest apart is told", "[explain]") {
  for (const char* metric : {"at_peak.held", "at_peak.cached", "pages.peak"}) {
    const check::Explanation e = explained(decisions_text(gives), decisions_text(keeps), metric);
    REQUIRE(e.course.size() == 1);
    CHECK(e.course[0].what == "farthest apart at one time");
    CHECK(e.course[0].event == 1);
  }
}

TEST_CASE("a course has the window's ends, decided in or not", "[explain]") {
  const std::string a = decisions_text("0 alloc:100=128 map:1\n1 free:100=128 unmap:1\n");
  const std::string b = decisions_text("0 alloc:100=128 map:1\n1 free:100=128\n");
  const struct {
    std::uint64_t from, to, seconds;
  } windows[] = {{0, 10, 8}, {0, 5, 4}, {3, 5, 2}, {3, 10, 6}};
  for (const auto& w : windows) {
    INFO(w.from << " to " << w.to);
    const check::Explanation e = explained(a, b, "byte_ticks.held", false, {w.from, w.to});
    REQUIRE_FALSE(e.course.empty());
    CHECK((e.course.back().difference == check::i128{4096} * w.seconds * 1'000'000'000));
  }
}

TEST_CASE("places of different blocks are another decision, addresses are not", "[explain]") {
  const check::Explanation e = explained(decisions_text("4 took_block:7:128@0 alloc:100=128\n"),
                                         decisions_text("4 took_block:7:128@1 alloc:100=128\n"));
  REQUIRE(e.kinds.size() == 1);
  CHECK(e.kinds[0].how == "both took_block, in another place");
  CHECK(e.course.empty());
}

TEST_CASE("of different cores only outcomes, granted bytes, pages and sleeps are compared", "[explain]") {
  const std::string a =
      "0 took_block:7:128@fresh alloc:100=128 map:1\n2 alloc:100=128\n4 sleep:frames\n6 alloc:100=128\n";
  const std::string b =
      "0 gave_pages:0:4096@fresh alloc:100=128 map:1\n2 alloc:100=112\n6 alloc:100!failed:no_frames\n";
  const check::Explanation e = explained(decisions_text(a), decisions_text(b), "failed", true);
  REQUIRE(e.first);
  CHECK(e.first->event == 2);
  REQUIRE(e.firsts[0].at);
  CHECK(e.firsts[0].at->event == 6);
  REQUIRE(e.firsts[1].at);
  CHECK(e.firsts[1].at->event == 2);
  CHECK_FALSE(e.firsts[2].at);
  REQUIRE(e.firsts[3].at);
  CHECK(e.firsts[3].at->event == 4);
  const std::string text = check::explain_text(e);
  CHECK(text.find("different cores") != std::string::npos);
  CHECK(text.find("B: returned null for 100 bytes: no_frames") != std::string::npos);
}

TEST_CASE("owners: every list has the same sums", "[explain]") {
  const std::string a = "waste 0 7 100 0 0 0 50 0\nwaste 1 5 0 0 0 9 0 0\nwaste nobody 65 0 0 0 0 0 7\n";
  const std::string b = "waste 0 7 300 0 0 0 50 0\nwaste unknown 7 0 0 20 0 0 0\nwaste nobody 65 0 0 0 0 0 7\n";
  const check::Explanation e = explained(decisions_text(gives, a), decisions_text(keeps, b));
  for (const auto& rows : e.owners) {
    u128 of_a = 0, of_b = 0;
    for (const check::OwnerRow& row : rows) of_a += row.a, of_b += row.b;
    CHECK((of_a == 166 && of_b == 377));
  }
  CHECK(e.owners[0][0].name == "internal");
  CHECK((e.owners[0][0].difference() == 200));
  CHECK(e.owners[1][0].name == "open+0x10");
  CHECK(e.owners[1][1].name == "(call site not recorded)");
  CHECK(e.owners[2][0].name == "up to 128");
  CHECK((e.owners[2][0].difference() == 220));
}

}  // namespace kmemlab::test
