// Lanes: calls by task and interrupt context, who keeps buckets of its own, sleeps and who woke them.
#include <numeric>

#include "sim/observe/event_facts.h"
#include "sim/observe/lane_book.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {
namespace {

sim::Completion call(std::uint64_t event, sim::Ending ending = sim::Ending::ok) {
  sim::Completion c;
  c.event = event;
  c.ending = ending;
  return c;
}

sim::LaneName task(std::uint32_t n) {
  return {sim::LaneKind::task, n};
}

}  // namespace

TEST_CASE("lanes count the calls of their events", "[lanes]") {
  const std::vector<sim::LaneName> of = {task(7), task(7), {sim::LaneKind::softirq, 1}, {}, task(7)};
  sim::LaneBook book([&](std::uint64_t event) { return of[event]; }, {}, {4, 2, 10});
  for (std::uint64_t e = 0; e < of.size(); ++e)
    book.on_completion(call(e, e == 2 ? sim::Ending::failed : sim::Ending::ok));
  const sim::Lanes& lanes = book.result();
  REQUIRE(lanes.lanes.size() == 3);
  CHECK(lanes.lanes[0].name == task(7));
  CHECK(lanes.lanes[0].calls == 3);
  CHECK(lanes.lanes[1].name == sim::LaneName{sim::LaneKind::softirq, 1});
  CHECK(lanes.lanes[1].failed == 1);
  CHECK(lanes.lanes[2].name == sim::LaneName{});
  CHECK(lanes.lanes[2].activity == sim::Lane::summed);
  CHECK(lanes.axis.width() == 2);  // five events in four buckets
  CHECK(lanes.activity[0] == std::vector<std::uint32_t>{2, 0, 1});
  CHECK(lanes.activity[1] == std::vector<std::uint32_t>{0, 1});
  CHECK(lanes.others == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("the lane that matters most gets the buckets of the one that matters least", "[lanes]") {
  sim::LaneBook book([](std::uint64_t event) { return task(event < 2 ? static_cast<std::uint32_t>(event) : 2); }, {},
                     {16, 2, 10});
  for (std::uint64_t e = 0; e < 10; ++e) book.on_completion(call(e));
  const sim::Lanes& lanes = book.result();
  CHECK(lanes.lanes[2].calls == 8);
  CHECK(lanes.lanes[2].activity != sim::Lane::summed);
  CHECK(lanes.lanes[2].activity_from == 3);  // its second call was one more than theirs
  std::uint64_t counted = 0;
  for (const auto& buckets : lanes.activity) counted += std::accumulate(buckets.begin(), buckets.end(), 0U);
  counted += std::accumulate(lanes.others.begin(), lanes.others.end(), 0U);
  CHECK(counted == 10);
}

TEST_CASE("a sleep knows its lane, its cause and the event that woke it", "[lanes]") {
  sim::LaneBook book([](std::uint64_t) { return task(1); }, {}, {16, 4, 2});
  sim::SleepNote note;
  note.event = 3, note.tick = 100, note.channel = {9}, note.cause = SleepCause::frames, note.task = 1;
  book.on_completion(call(2));
  book.on_sleep(note);
  book.on_completion(call(8));
  note.tick = 170, note.slept_ticks = 70;
  book.on_wake(note);
  note.event = 9;
  book.on_sleep(note);
  note.event = 10;
  book.on_sleep(note);  // one more than are kept
  const sim::Lanes& lanes = book.result();
  REQUIRE(lanes.sleeps.size() == 2);
  CHECK(lanes.sleeps[0] == sim::LaneSleep{0, SleepCause::frames, {9}, 3, 3, 100, 8, 170, 0});
  CHECK(lanes.sleeps[1].to_event == sim::LaneSleep::open);
  CHECK(lanes.sleeps_not_kept == 1);
  CHECK(lanes.lanes[0].sleeps == 3);
  CHECK(lanes.lanes[0].asleep_ticks == 70);
}

TEST_CASE("lanes of whole runs: the trace's contexts, and every sleep of the report", "[lanes]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 7, .events = 3000}).reader();
  auto timeline = timeline_of(reader, setup);
  sim::EventFacts facts(reader.view());
  sim::LaneBook book([&](std::uint64_t event) { return facts.lane_of(event); }, {0, 3000});
  timeline.watch(book);
  REQUIRE(timeline.prepare());
  const sim::Lanes& lanes = book.result();
  std::uint64_t sleeps = 0;
  for (const sim::Lane& lane : lanes.lanes) {
    CHECK((lane.name.kind == sim::LaneKind::task || lane.name.kind == sim::LaneKind::softirq));
    CHECK(lane.name.number < (lane.name.kind == sim::LaneKind::task ? 3U : 2U));
    sleeps += lane.sleeps;
    CHECK(std::accumulate(lanes.activity[lane.activity].begin(), lanes.activity[lane.activity].end(),
                          std::uint64_t{0}) == lane.calls);
  }
  CHECK(sleeps == timeline.report()->blocking.sleeps);
  CHECK(lanes.sleeps.size() == sleeps);
  for (const sim::LaneSleep& sleep : lanes.sleeps) {
    CHECK(sleep.from_event >= sleep.event);
    if (sleep.to_event == sim::LaneSleep::open) continue;
    CHECK(sleep.to_event >= sleep.from_event);
    CHECK(sleep.to_tick >= sleep.from_tick);
    CHECK(lanes.lanes[sleep.lane].name.kind == sim::LaneKind::task);
  }
}

}  // namespace kmemlab::test
