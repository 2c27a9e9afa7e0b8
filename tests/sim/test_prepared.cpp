// The preparing pass as the front end uses it: in parts, watched from the boot on, with everything collected on the
// way.
#include <numeric>

#include "sim/observe/prepared.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {
namespace {

/// Writes down who was told what.
class Told final : public sim::Observer {
 public:
  void on_begin(const sim::Kernel&) override { ++begins; }
  void on_booted() override { ++boots; }
  void on_completion(const sim::Completion& c) override { completions.push_back({c.event, c.tick}); }
  void page_mapped(Addr) override { ++mapped; }
  void on_end(std::uint64_t) override { ++ends; }

  int begins = 0, boots = 0, ends = 0;
  std::uint64_t mapped = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> completions;
};

}  // namespace

TEST_CASE("who watches a timeline is told the whole run once, in whatever parts it is prepared", "[timeline]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 9, .events = 3000}).reader();
  Told straight;
  const auto session = session_of(reader, setup);
  REQUIRE(session->play(reader.events(), straight, {}));
  static_cast<void>(session->finish(straight));

  Told told;
  auto timeline = timeline_of(reader, setup, {.interval = 128});
  timeline.watch(told);
  CHECK(timeline.prepared() == 0);
  REQUIRE(timeline.prepare_some(100));
  CHECK(timeline.prepared() == 128);
  const Straight truth = straight_run(reader, setup);
  for (const std::uint64_t event : {5U, 700U, 30U}) {  // looking around while half prepared
    auto here = timeline.at(event);
    REQUIRE(here);
    CHECK((*here)->copy()->digest() == truth.digest[event]);
  }
  CHECK(timeline.prepared() == 768);
  CHECK(timeline.next(0, sim::set_of(sim::Happened::freed)));
  int parts = 0;
  for (bool done = false; !done; ++parts) {
    CHECK(timeline.report() == nullptr);
    const auto more = timeline.prepare_some(500);
    REQUIRE(more);
    done = *more;
  }
  CHECK(parts > 3);
  CHECK(timeline.prepared() == timeline.events());
  CHECK(*timeline.prepare_some(500));
  CHECK(told.begins == 1);
  CHECK(told.boots == 1);
  CHECK(told.ends == 1);
  CHECK(told.mapped == straight.mapped);
  CHECK(told.completions == straight.completions);
  CHECK(timeline.verify());
}

TEST_CASE("everything is collected in one pass, and can be taken on the way", "[prepared]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 10, .events = 4000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 512});
  sim::Collectors collectors(reader.view());
  collectors.attach(timeline);
  CHECK_FALSE(collectors.result(timeline).done);
  REQUIRE(timeline.prepare_some(1000));
  const sim::Prepared part = collectors.result(timeline);
  CHECK(part.prepared == 1024);
  CHECK(part.course.buckets().size() <= 1024);
  REQUIRE(timeline.prepare());
  const sim::Prepared all = collectors.result(timeline);
  CHECK(all.done);
  const sim::Report& report = *all.report;
  const std::uint64_t played = all.run.to;  // a deadlock ends a run
  const bool stopped = report.wait_graph.stopped_at != sim::WaitGraph::nowhere;
  CHECK(played == (stopped ? report.wait_graph.stopped_at + 1 : 4000));
  CHECK(all.prepared == played);
  for (std::size_t i = 0; i + 1 < part.course.buckets().size(); ++i)
    CHECK(part.course.buckets()[i] == all.course.buckets()[i]);
  if (setup.core != "beos")  // its calls that are under way after the last event end in finish()
    CHECK(all.course.buckets().back().requested.last == sums_of(**timeline.at(played)).requested);
  std::uint64_t calls = 0, requests = 0, peak = 0;
  for (const auto& lane : all.lanes.lanes) calls += lane.calls;
  for (const auto& site : all.sites) requests += site.requests;
  for (const auto& b : all.course.buckets()) peak = std::max(peak, b.held.max);
  CHECK(requests == report.requests);
  CHECK(calls == report.requests - report.asleep_at_end + report.frees + report.implied_frees + report.refused_frees +
                     report.skipped_frees);
  CHECK(peak >= report.at_peak.held);
  std::uint64_t held = 0;
  for (std::size_t r = 0; r < all.kymograph.rows; ++r)
    held += all.kymograph.at(all.kymograph.columns - 1, r).held_pages;
  CHECK(held == report.pages.end);
}

TEST_CASE("a fork's collectors begin with what lives where it begins", "[prepared]") {
  auto reader = busy_day({.seed = 11, .events = 3000}).reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1500}}) {
    auto fork = timeline.fork(at, {});
    REQUIRE(fork);
    sim::Collectors collectors(reader.view());
    collectors.attach(*fork);
    REQUIRE(fork->prepare());
    const sim::Prepared p = collectors.result(*fork);
    CHECK(p.run == sim::EventRange{at, 3000});
    CHECK(p.course.axis().from() == at);
    auto end = fork->at(3000);
    REQUIRE(end);
    const BlockSums sums = sums_of(**end);
    CHECK(p.course.buckets().back().requested.last == sums.requested);
    CHECK(p.course.buckets().back().held.last == sums.pages * 4096);
  }
}

}  // namespace kmemlab::test
