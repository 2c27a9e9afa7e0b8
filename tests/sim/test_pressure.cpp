// --pages pressure on machines of a few frames: what the reserve keeps back, when the daemon runs and what it takes,
// what is booked when nothing is left. Numbers are worked out by hand.
#include "sim/kernel/page_daemon.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

constexpr std::uint64_t page = 4096;

ReplaySetup pressed(std::uint64_t frames, const sim::FrameLimits& limits, std::uint64_t latency = 1000,
                    const std::string& core = "bsd386") {
  ReplaySetup setup{core, "x86-64", frames * page, 0, {}};
  setup.policy.pressure = {sim::PageEvents::pressure, limits, latency};
  return setup;
}

const sim::FrameLimits unwatched{};  // no reserve, and nobody wants a daemon

}  // namespace

TEST_CASE("watermarks are shares of the frames, with a least value", "[pressure]") {
  CHECK(sim::default_limits(8) == sim::FrameLimits{2, 4, 8});
  CHECK(sim::default_limits(512) == sim::FrameLimits{4, 8, 16});
  CHECK(sim::default_limits(16384) == sim::FrameLimits{128, 256, 512});
}

TEST_CASE("the reserve is kept from those who may sleep, and is there for the others", "[pressure]") {
  TraceMaker t;
  t.at(1'000'000).task(1);
  const auto first = t.alloc(5 * page);                     // 8 frames: 3 are left
  t.at(2'000'000).task(2).alloc(2 * page);                  // one; then 2 are left, and it sleeps with the page it has
  t.at(3'000'000).task(3).alloc(page, TraceMaker::atomic);  // 1 is left
  t.at(4'000'000).task(4).alloc(page);                      // sleeps
  t.at(5'000'000).task(1).free(first);                      // 5 come back, two go
  const Replayed r = replay(t, pressed(8, {2, 2, 4}));
  CHECK(r.report.granted == 4);
  REQUIRE(r.sleeps.size() == 2);
  CHECK(r.sleeps[0].event == 1);
  CHECK(r.sleeps[0].cause == SleepCause::frames);
  CHECK(r.sleeps[1].event == 3);
  REQUIRE(r.wakes.size() == 2);
  CHECK(r.wakes[0].tick > 5'000'000);
  CHECK(r.report.frames.ram == 8);
  CHECK(r.report.frames.free_min == 1);
  CHECK(r.report.frames.limits == sim::FrameLimits{2, 2, 4});
  CHECK(r.report.frames.daemon.starved == r.report.frames.daemon.runs);  // there is no page cache
  CHECK(r.report.frames.daemon.reclaimed == 0);
}

TEST_CASE("calls that leave fewer than the reserve are counted, frees among them", "[pressure]") {
  TraceMaker t;
  t.at(1'000'000).task(1).alloc(6 * page, TraceMaker::atomic);              // 16 frames: 10 are left
  const auto second = t.at(2'000'000).alloc(3 * page, TraceMaker::atomic);  // 7
  const auto third = t.at(3'000'000).alloc(3 * page, TraceMaker::atomic);   // 4
  t.at(4'000'000).free(third);                                              // 7 again
  t.at(5'000'000).free(second);                                             // 10
  const Replayed r = replay(t, pressed(16, {8, 0, 0}));
  CHECK(r.report.granted == 3);
  CHECK(r.report.frames.free_min == 4);
  CHECK(r.report.frames.below_reserve == 3);
}

TEST_CASE("the daemon runs a latency after the refusal, and takes the oldest of the page cache", "[pressure]") {
  TraceMaker t;
  t.at(1'000'000).page_alloc(100, 2);       // 4 of 8 frames, page cache
  t.at(2'000'000).page_alloc(200, 1, 0);    // 2 more, pinned: 2 are left
  t.at(3'000'000).task(1).alloc(3 * page);  // gets one, sleeps
  t.at(9'000'000).page_free(100, 2);        // by then 3 of these 4 are gone
  t.at(9'500'000).page_free(200, 1);
  const Replayed r = replay(t, pressed(8, {1, 2, 4}, 1000));
  REQUIRE(r.sleeps.size() == 1);
  REQUIRE(r.wakes.size() == 1);
  CHECK(r.sleeps[0].event == 2);
  CHECK(r.wakes[0].tick == r.sleeps[0].tick + 1000);
  CHECK(r.wakes[0].slept_ticks == 1000);
  CHECK(r.report.granted == 1);
  const sim::FrameFacts& f = r.report.frames;
  CHECK(f.daemon == sim::DaemonFacts{1, 1, 3, 0});
  CHECK(f.events_other == 2);
  CHECK(f.other_taken == 6);
  CHECK(f.other_peak == 6);
  CHECK(f.other_end == 0);
  CHECK(f.already_reclaimed == 3);
  CHECK(f.shortfall == 0);
  CHECK(f.debt == 0);
  CHECK(f.free_min == 1);
  CHECK(f.below_reserve == 0);
}

TEST_CASE("a starved daemon sleeps until the cache has a frame again", "[pressure]") {
  TraceMaker t;
  t.at(1'000'000).page_alloc(100, 2, 0);    // 4 of 8, pinned
  t.at(2'000'000).task(1).alloc(6 * page);  // 3, down to the reserve; sleeps. The daemon finds nothing
  t.at(5'000'000).page_free(100, 1);        // two: it gets both and sleeps again; still starving
  t.at(6'000'000).page_free(102, 0);        // one more: it has all
  t.at(7'000'000).page_free(103, 0);
  t.at(7'500'000).page_alloc(300, 0);  // the cache has a frame: the daemon runs, and takes it
  const Replayed r = replay(t, pressed(8, {1, 1, 4}, 1000));
  CHECK(r.report.granted == 1);
  CHECK(r.sleeps.size() == 2);
  CHECK(r.report.frames.daemon == sim::DaemonFacts{2, 2, 1, 2});
  CHECK(r.report.frames.other_end == 0);
}

TEST_CASE("what finds no frame is a shortfall, what was never seen a debt", "[pressure]") {
  TraceMaker t;
  t.at(1000).page_alloc(64, 3, 0);  // 8 frames of a machine of 6: 6 and a shortfall of 2
  t.at(2000).page_free(64, 3);      // gives the 6 back
  t.at(3000).page_free(64, 3);      // again: debt
  t.at(4000).page_free(500, 1);     // never seen
  t.at(5000).page_alloc(64, 1, 0);
  t.at(6000).page_alloc(64, 0, 0);  // page 64 again: its free was lost
  t.at(7000).page_alloc(700, 0, 1, traces::PageVerdict::slab);
  t.at(7000).page_alloc(701, 0, 1, traces::PageVerdict::large);
  t.at(7000).page_alloc(702, 0, 1, traces::PageVerdict::unknown);
  t.at(7000).page_alloc(traces::no_pfn, 0, 1, traces::PageVerdict::unknown);
  t.at(7000).page_alloc(703, 200);
  t.at(8000).page_free(703, 200).page_free(704, 14);  // of no order that there is: neither given back nor a debt
  t.at(8000).page_free(700);                          // these were seen: no debt, and no frame
  t.at(8000).page_free(702);
  t.at(9000).task(1).alloc(page);
  const Replayed r = replay(t, pressed(6, unwatched));
  const sim::FrameFacts& f = r.report.frames;
  CHECK(f.other_taken == 9);
  CHECK(f.other_peak == 6);
  CHECK(f.other_end == 2);
  CHECK(f.shortfall == 2);
  CHECK(f.debt == 10);
  CHECK(f.lost_frees == 1);
  CHECK(f.events_other == 3);
  CHECK(f.events_slab == 2);
  CHECK(f.events_undecided == 2);
  CHECK(f.events_failed == 1);
  CHECK(f.frees_undecided == 2);
  CHECK(f.free_min == 0);
  CHECK(f.daemon == sim::DaemonFacts{});
}

TEST_CASE("page events cost the allocator no time, and without --pages pressure nothing at all", "[pressure]") {
  TraceMaker t = worked_example();
  const Replayed alone = replay(t);
  for (std::uint64_t i = 0; i < 50; ++i) t.page_alloc(1000 + i);
  CHECK(replay(t).report.frames == alone.report.frames);
  TraceMaker among;
  among.task(1);
  among.at(1'000'000'000).alloc(100);
  among.at(1'000'000'050).page_alloc(7, 4);
  const Replayed r = replay(among, pressed(64, unwatched));
  CHECK(r.report.call_ticks == replay(among, {"bsd386", "x86-64", 64 * page, 0, {}}).report.call_ticks);
  CHECK(r.report.frames.other_taken == 16);
}

TEST_CASE("pages and frames of different sizes", "[pressure]") {
  TraceMaker t;  // pages of 4 KiB
  t.at(1000).page_alloc(10, 2);
  t.at(1000).page_alloc(20, 0);
  ReplaySetup setup = pressed(16, unwatched);
  setup.machine = "alpha";  // frames of 8 KiB
  setup.ram_bytes = 16 * 2 * page;
  CHECK(replay(t, setup).report.frames.other_taken == 3);
}

TEST_CASE("systems whose calls overlap press the same frames", "[pressure]") {
  TraceMaker t;
  for (std::uint64_t i = 0; i < 200; ++i) {
    t.at(1000 * i).page_alloc(64 * i, static_cast<unsigned>(i % 4));
    if (i % 3 == 0) t.page_free(64 * (i / 2), static_cast<unsigned>(i / 2 % 4));
  }
  const sim::FrameFacts one = replay(t, pressed(100, unwatched, 1000, "bsd386")).report.frames;
  const sim::FrameFacts two = replay(t, pressed(100, unwatched, 1000, "beos")).report.frames;
  CHECK(one.other_taken == two.other_taken + 3);  // beos holds three pages from its boot on
  CHECK(one.shortfall + 3 == two.shortfall);
  CHECK(one.debt == two.debt);
  CHECK(one.shortfall > 0);
}

}  // namespace kmemlab::test
