// The course of a run along its events: by hand on the ten events of the worked example, folded, asked for in columns,
// and against the ledger on runs that sleep and fail.
#include "sim/observe/event_course.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {
namespace {

sim::CourseResult course_of(traces::KmtReader& trace, const TimelineSetup& setup, std::size_t buckets,
                            sim::EventRange expected = {}) {
  auto timeline = timeline_of(trace, setup);
  sim::EventCourse course(expected, buckets, &timeline.ledger());
  timeline.watch(course);
  REQUIRE(timeline.prepare());
  return course.result();
}

sim::CourseBucket without_pages(sim::CourseBucket b) {
  b.sparse_pages = 0;
  return b;
}

}  // namespace

// docs/report.md: 386BSD keeps a page for blocks of 128 bytes, and pages of their own for 3000 bytes and more.
TEST_CASE("the course of the worked example", "[event_course]") {
  auto reader = worked_example().reader();
  const sim::CourseResult course = course_of(reader, {"bsd386", 0}, 16);
  REQUIRE(course.buckets().size() == 10);
  CHECK(course.axis().width() == 1);
  const std::vector<std::uint64_t> requested = {100, 200, 3200, 3100, 3228, 8228, 5228, 9324, 4324, 13324};
  const std::vector<std::uint64_t> granted = {128, 256, 4352, 4224, 4352, 12544, 8448, 12544, 4352, 16640};
  const std::vector<std::uint64_t> pages = {1, 1, 2, 2, 2, 4, 4, 4, 2, 5};
  for (std::size_t i = 0; i < 10; ++i) {
    INFO("event " << i);
    const sim::CourseBucket& b = course.buckets()[i];
    CHECK(b.requested.last == requested[i]);
    CHECK(b.granted.last == granted[i]);
    CHECK(b.held.last == pages[i] * 4096);
    CHECK(b.free.last == b.held.last - b.granted.last);
    CHECK(b.waste.last == b.held.last - b.requested.last);
    CHECK(b.requested.min == std::min(requested[i], i == 0 ? 0 : requested[i - 1]));
    CHECK(b.requested.max == std::max(requested[i], i == 0 ? 0 : requested[i - 1]));
  }
  CHECK(course.buckets()[5].mapped == 2);
  CHECK(course.buckets()[8].returned == 2);
  CHECK(course.buckets()[0].sparse_pages == 1);  // 128 of 4096
  CHECK(course.buckets()[2].sparse_pages == 1);
  CHECK(sim::waste_permille(course.buckets()[0]) == 975);  // 3996 of 4096
  CHECK(sim::sparse_permille(course.buckets()[2], course.page_bytes()) == 500);
  CHECK(course.at(8) == &course.buckets()[8]);
  CHECK(course.at(99) == &course.buckets()[9]);
  REQUIRE(course.samples().size() == 10);
  CHECK(course.sample_at(0)->largest_free_run == 4096 - 128);
  CHECK(course.sample_at(0)->external_permille == 0);  // all that is free is one run
  // Pages of 128-byte blocks: two live, the rest one run; the freed large block's page is kept and free.
  CHECK(course.sample_at(6)->event == 6);
  CHECK(course.sample_at(6)->external_permille ==
        1000 - 1000 * course.sample_at(6)->largest_free_run / course.buckets()[6].free.last);
}

TEST_CASE("a course folds its buckets, or knows beforehand how many events come", "[event_course]") {
  auto reader = busy_day({.seed = 2, .events = 5000}).reader();
  const TimelineSetup setup{"bsd386", 384 << 10};
  const sim::CourseResult fine = course_of(reader, setup, 1 << 13);
  const sim::CourseResult folded = course_of(reader, setup, 64);
  const sim::CourseResult known = course_of(reader, setup, 64, {0, 5000});
  const std::uint64_t named = fine.buckets().size();  // the last events queue behind sleepers
  REQUIRE(named > 4900);
  CHECK(folded.axis().width() == 128);
  CHECK(folded.buckets().size() == (named + 127) / 128);
  CHECK(known.axis().width() == 79);
  CHECK(known.buckets().size() == 64);
  for (const sim::CourseResult* coarse : {&folded, &known}) {
    for (std::size_t i = 0; i < coarse->buckets().size(); ++i) {
      INFO("bucket " << i);
      const sim::EventRange range = coarse->axis().range_of(i);
      sim::CourseBucket sum = fine.buckets()[range.from];
      for (std::uint64_t e = range.from + 1; e < std::min(range.to, named); ++e) sum = both(sum, fine.buckets()[e]);
      CHECK(coarse->buckets()[i] == sum);
    }
  }
}

TEST_CASE("columns take in every bucket of a range once", "[event_course]") {
  auto reader = busy_day({.seed = 3, .events = 3000}).reader();
  const sim::CourseResult course = course_of(reader, {"osf1", 512 << 10}, 1 << 12);
  const auto& all = course.buckets();
  for (const std::size_t n : {1U, 7U, 100U, 2999U, 3000U}) {
    for (const sim::EventRange range : {sim::EventRange{0, 3000}, {17, 2900}, {1000, 1003}, {2900, 3000}}) {
      INFO(n << " columns of events " << range.from << " to " << range.to);
      const auto columns = course.columns(range, n);
      REQUIRE(columns.size() == n);
      std::uint64_t mapped = 0, mapped_in_range = 0, max = 0, max_in_range = 0;
      for (const auto& c : columns) mapped += c.mapped, max = std::max(max, c.held.max);
      const std::uint64_t last = std::min<std::uint64_t>(range.to, all.size());  // the last events queue, unanswered
      for (std::uint64_t e = range.from; e < last; ++e) {
        mapped_in_range += all[e].mapped;
        max_in_range = std::max(max_in_range, all[e].held.max);
      }
      CHECK(mapped == mapped_in_range);
      CHECK(max == max_in_range);
      CHECK(columns.back().held.last == course.at(range.to - 1)->held.last);
    }
  }
  const auto behind = course.columns({2999, 4000}, 2);
  CHECK(behind[1].held == sim::Band{all.back().held.last, all.back().held.last, all.back().held.last});
  CHECK(behind[1].mapped == 0);
  CHECK(course.columns({5, 5}, 10).empty());
  CHECK(sim::CourseResult().columns({0, 10}, 10).empty());
  CHECK(sim::CourseResult().at(0) == nullptr);
}

TEST_CASE("a course is the ledger's, at every event", "[event_course]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 4, .events = 2500}).reader();
  const Straight straight = straight_run(reader, setup);
  const sim::CourseResult course = course_of(reader, setup, 1 << 12);
  std::uint64_t sleeps = 0, failed = 0, refused = 0;
  for (std::size_t e = 0; e < course.buckets().size(); ++e) {
    INFO("event " << e);
    const sim::CourseBucket& b = course.buckets()[e];
    const BlockSums& sums = straight.sums[e + 1];
    sleeps += b.sleeps, failed += b.failed, refused += b.refused;
    if (b.held.last != sums.pages * 4096 || b.requested.last != sums.requested || b.granted.last != sums.granted ||
        b.metadata.last != sums.metadata) {
      // What runs in the background before the next event has been told by then, and a call that is under way has not.
      CHECK((setup.core == "aix:frees=defer" || setup.core == "osf1" || setup.core == "beos"));
    }
    CHECK(b.free.last <= b.held.last);
  }
  auto timeline = timeline_of(reader, setup);
  REQUIRE(timeline.prepare());
  CHECK(sleeps == timeline.report()->blocking.sleeps);
  CHECK(failed == timeline.report()->failed);
  CHECK(refused == timeline.report()->refused + timeline.report()->refused_frees);
}

TEST_CASE("a course of a part joins the run where the part begins", "[event_course]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 5, .events = 3000}).reader();
  const sim::CourseResult whole = course_of(reader, setup, 1 << 12);
  auto timeline = timeline_of(reader, setup);
  sim::EventCourse part({1000, 2000}, 1 << 12);
  const auto played =
      timeline.play_range(1000, 2000, part, {}, [&](const sim::Session& session) { part.join(session); });
  REQUIRE(played);
  CHECK(*played);
  const sim::CourseResult course = part.result();
  CHECK(course.axis().from() == 1000);
  for (std::uint64_t e = 1001; e < 1000 + course.buckets().size(); ++e) {
    INFO("event " << e);
    CHECK(without_pages(*course.at(e)) == without_pages(*whole.at(e)));
  }
}

}  // namespace kmemlab::test
