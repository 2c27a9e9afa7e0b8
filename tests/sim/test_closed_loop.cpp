// --closed-loop: who slept does later what comes next, and nobody else does; by hand, and as a law over whole days on
// both players.
#include <map>

#include "tests/sim/host_proof_traces.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t ms = 1'000'000;

ReplaySetup on(const std::string& core, std::uint64_t ram_bytes, bool closed) {
  ReplaySetup setup{core, "x86-64", ram_bytes, 0, {}};
  setup.policy.closed_loop = closed;
  return setup;
}

const sim::Completion& of_event(const Replayed& r, std::uint64_t event) {
  for (const sim::Completion& c : r.completions) {
    if (c.event == event) return c;
  }
  FAIL("event " << event << " did not end");
  return r.completions.front();
}

}  // namespace

TEST_CASE("what a task does after it slept is so much later, and so is what comes after that", "[closed-loop]") {
  TraceMaker t;
  t.at(1 * ms).task(1);
  const auto all = t.alloc(8 * page);
  t.at(2 * ms).task(2).alloc(2 * page);  // 1: sleeps until 10 ms
  t.at(3 * ms).task(2);
  const auto later = t.alloc(100);                      // 2: would be at 3 ms
  t.at(4 * ms).task(3).alloc(100, TraceMaker::atomic);  // 3: another task: null, there is no frame
  t.at(10 * ms).task(1).free(all);                      // 4
  t.at(12 * ms).task(2).free(later);                    // 5: 9 ms after event 2, as recorded
  t.at(13 * ms).task(3).alloc(100);                     // 6
  const Replayed closed = replay(t, on("bsd386", 8 * page, true));
  REQUIRE(closed.wakes.size() == 1);
  const std::uint64_t slept = closed.wakes[0].slept_ticks;
  CHECK(slept > 7'900'000);
  CHECK(slept < 8'100'000);
  constexpr std::uint64_t call = 50'000;  // no call here lasts longer
  const auto began_at = [&](std::uint64_t event, std::uint64_t tick) {
    INFO("event " << event);
    CHECK(of_event(closed, event).lag_ticks == 0);
    CHECK(of_event(closed, event).tick >= tick);
    CHECK(of_event(closed, event).tick < tick + call);
  };
  began_at(2, 3 * ms + slept);
  began_at(3, 4 * ms);
  began_at(4, 10 * ms);
  began_at(5, 12 * ms + slept);
  began_at(6, 13 * ms);
  const Replayed open = replay(t, on("bsd386", 8 * page, false));
  CHECK(of_event(open, 2).tick < 10 * ms + 2 * call);  // at once, when the task runs again
  CHECK(of_event(open, 5).tick < 12 * ms + call);
  CHECK(open.report.granted == closed.report.granted);
}

TEST_CASE("a run is not stuck while the time of somebody who is awake is still to come", "[closed-loop]") {
  TraceMaker t;
  t.at(1 * ms).task(1);
  const auto all = t.alloc(8 * page);
  t.at(2 * ms).task(2);
  const auto two = t.alloc(2 * page);  // sleeps until 10 ms
  t.at(10 * ms).task(1).free(all);
  t.at(11 * ms).task(4);
  const auto six = t.alloc(6 * page);
  t.at(12 * ms).task(2).free(two);        // at 20 ms, since its task slept
  t.at(13 * ms).task(3).alloc(2 * page);  // sleeps until then; all that the trace still has is this task's
  t.at(14 * ms).task(3).free(six);
  for (const bool closed : {false, true}) {
    const Replayed r = replay(t, on("bsd386", 8 * page, closed));
    CHECK(r.report.granted == 4);
    CHECK(r.report.frees == 3);
    CHECK_FALSE(r.report.blocking.deadlock);
    CHECK(r.sleeps.size() == (closed ? 2 : 1));
  }
}

TEST_CASE("nothing that sleeps, nothing that changes", "[closed-loop]") {
  const TraceMaker t = busy_day({.seed = 3, .events = 2000});
  for (const char* core : {"bsd386", "osf1"}) {
    CHECK(replay(t, on(core, 0, true)).report.digest == replay(t, on(core, 0, false)).report.digest);
  }
}

TEST_CASE("no event ends before its time plus all that its task slept before", "[closed-loop]") {
  auto reader = busy_day({.seed = 2, .events = 4000}).reader();
  std::vector<traces::Event> events;
  REQUIRE(reader.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) { events.push_back(e); }));
  for (const char* core : {"bsd386", "beos"}) {
    INFO(core);
    std::uint64_t early[2] = {};
    std::uint64_t ended[2] = {};
    for (const bool closed : {false, true}) {
      const Replayed r = replay(reader, on(core, 384 << 10, closed));
      REQUIRE(r.sleeps.size() > 3);
      std::map<std::uint64_t, std::uint64_t> slept;  // by event
      for (const sim::SleepNote& w : r.wakes) slept[w.event] += w.slept_ticks;
      std::map<std::uint32_t, std::uint64_t> shift;  // by task, of the events so far
      std::vector<std::uint64_t> due;
      for (std::uint64_t i = 0; i < events.size(); ++i) {
        const bool task = events[i].context == traces::Context::task;
        due.push_back(events[i].tick + (task ? shift[events[i].task] : 0));
        if (task && slept.count(i) != 0) shift[events[i].task] += slept[i];
      }
      for (const sim::Completion& c : r.completions) early[closed] += c.tick < due[c.event] ? 1 : 0;
      ended[closed] = r.completions.size();
    }
    CHECK(early[0] > 0);
    CHECK(early[1] == 0);
    CHECK(ended[1] > 500);
  }
}

}  // namespace kmemlab::test
