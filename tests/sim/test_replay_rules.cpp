// How a replay decides: who may sleep, what is refused, what waits for what. Each trace is small enough to follow by
// hand.
#include "tests/sim/traces.h"

namespace kmemlab::test {

using traces::Context;
using traces::CpuState;
using traces::Tri;

namespace {
constexpr std::uint64_t page = 4096;

/// Arena of 20 pages: 12 pages for a type (limit 49152 bytes).
const ReplaySetup small{"bsd386:types=temp", "x86-64", 0, 20 * page, {}};

void fill_limit(TraceMaker& t) {
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);
}
}  // namespace

TEST_CASE("a request that may sleep sleeps at the limit, its task's events queue, a free wakes it", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  t.task(2).at(2'000'000);
  const auto waits = t.alloc(1000);  // sleeps
  const auto queued = t.alloc(100);  // queues behind it
  t.task(1).at(9'000'000);
  t.free(0);
  const Replayed run = replay(t, small);
  REQUIRE(run.sleeps.size() == 1);
  CHECK(run.sleeps[0].cause == SleepCause::type_limit);
  CHECK(run.sleeps[0].event == 12);
  REQUIRE(run.completions.size() == 15);
  CHECK(run.completions[12].action == sim::Action::free);
  CHECK(run.completions[13].id == waits);
  CHECK(run.completions[13].sleeps == 1);
  CHECK(run.completions[13].slept_ticks == run.wakes[0].slept_ticks);
  CHECK(run.completions[13].slept_ticks > 6'900'000);
  CHECK(run.completions[14].id == queued);
  CHECK(run.report.slept == 1);
  CHECK(run.report.blocking.ticks_total == run.completions[13].slept_ticks);
  CHECK(run.report.blocking.histogram[22] == 1);  // 2^22 = 4194304 <= ticks < 2^23
  CHECK(run.report.counterfactual_from == 12);
  CHECK_FALSE(run.report.blocking.deadlock);
}

TEST_CASE("NOWAIT fails at the limit, and its block's free is skipped", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  const auto refused = t.alloc(4096, TraceMaker::atomic);
  t.free(refused);
  const Replayed run = replay(t, small);
  CHECK(run.report.failed == 1);
  CHECK(run.report.failed_by[static_cast<unsigned>(Reason::type_limit)] == 1);
  CHECK(run.report.skipped_frees == 1);
  CHECK(run.report.bytes.failed == 4096);
  CHECK(run.completions.back().ending == sim::Ending::skipped);
}

TEST_CASE("a free waits for its sleeping allocation, also when its slot is used again meanwhile", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  t.task(2).at(2'000'000);
  const auto asleep = t.alloc(4096);
  t.task(3).at(3'000'000);
  t.free(asleep);                                      // must wait for it
  const auto other = t.alloc(64, TraceMaker::atomic);  // fails at the limit, in the same slot of the trace
  t.task(1).at(4'000'000);
  t.free(0);  // wakes task 2
  t.task(3).at(5'000'000);
  t.free(other);
  const Replayed run = replay(t, small);
  std::vector<std::pair<std::uint64_t, sim::Action>> order;
  for (std::size_t i = 12; i < run.completions.size(); ++i)
    order.push_back({run.completions[i].id, run.completions[i].action});
  CHECK(order == std::vector<std::pair<std::uint64_t, sim::Action>>{{other, sim::Action::alloc},
                                                                    {0, sim::Action::free},
                                                                    {asleep, sim::Action::alloc},
                                                                    {asleep, sim::Action::free},
                                                                    {other, sim::Action::free}});
  CHECK(run.report.frees == 2);
  CHECK(run.report.skipped_frees == 1);
  CHECK(run.report.asleep_at_end == 0);
}

TEST_CASE("a free queued behind a sleeping task frees the block it named on arrival", "[replay]") {
  TraceMaker t;
  t.task(2).at(500);
  const auto mine = t.alloc(100);
  t.task(1).at(1000);
  fill_limit(t);
  t.task(2).at(2'000'000);
  t.alloc(4096);  // task 2 sleeps
  t.free(mine);   // queued
  t.task(1).at(3'000'000);
  const auto next = t.alloc(50, TraceMaker::atomic);  // takes `mine`'s slot of the trace; fails at the limit
  t.free(1);                                          // wakes task 2
  const Replayed run = replay(t, small);
  const sim::Completion& last = run.completions.back();
  CHECK(last.action == sim::Action::free);
  CHECK(last.id == mine);
  CHECK(last.ending == sim::Ending::ok);
  CHECK(run.report.failed == 1);
  CHECK(next != mine);
}

TEST_CASE("sleepers at the end are counted; it is a deadlock only if a free that would help is stuck", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  SECTION("the trace just ends") {
    t.alloc(4096);
    const Replayed run = replay(t, small);
    CHECK(run.report.asleep_at_end == 1);
    CHECK(run.report.requests == 13);
    CHECK(run.report.bytes.requested == 13 * 4096);
    CHECK_FALSE(run.report.blocking.deadlock);
  }
  SECTION("the only task that frees sleeps itself") {
    t.alloc(4096);
    t.alloc(100);
    t.free(3);
    const Replayed run = replay(t, small);
    CHECK(run.report.asleep_at_end == 1);
    CHECK(run.report.blocking.deadlock);
    CHECK(run.report.wait_graph.stopped_at == 12);  // what follows of task 1 would only queue
  }
}

TEST_CASE("interrupts are nobody's task: they run while the task that they interrupt sleeps", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  t.alloc(4096);  // task 1 sleeps
  t.at(2'000'000).context(Context::softirq);
  t.free(0);  // a softirq on top of task 1
  const Replayed run = replay(t, small);
  CHECK(run.report.asleep_at_end == 0);
  CHECK(run.completions.back().id == 12);
}

TEST_CASE("a request that may sleep is refused in an interrupt", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000).context(GENERATE(Context::softirq, Context::hardirq, Context::nmi));
  const auto id = t.alloc(100, TraceMaker::kernel);
  t.free(id);
  t.alloc(100, TraceMaker::atomic);
  const Replayed run = replay(t);
  CHECK(run.report.refused == 1);
  CHECK(run.report.violations[static_cast<unsigned>(Reason::wait_in_interrupt)] == 1);
  CHECK(run.report.bytes.refused == 100);
  CHECK(run.report.skipped_frees == 1);
  CHECK(run.report.granted == 1);
}

TEST_CASE("over 64 KB is refused as documented and granted in faithful mode", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  t.alloc(65537);
  CHECK(replay(t).report.violations[static_cast<unsigned>(Reason::too_big)] == 1);
  CHECK(replay(t, {"bsd386:mode=faithful", "x86-64", 0, 0, {}}).report.granted == 1);
}

TEST_CASE("what a recording does not say is decided by --unknown-sleep", "[replay]") {
  const auto sleeps = [](Context context, CpuState state, sim::UnknownSleep policy) {
    TraceMaker t;
    t.task(1).at(1000);
    fill_limit(t);
    t.context(context).state(state);
    t.alloc(4096, TraceMaker::unsaid);
    ReplaySetup setup = small;
    setup.policy.unknown_sleep = policy;
    const Replayed run = replay(t, setup);
    return run.report.refused == 0 && run.report.blocking.sleeps == 1;
  };
  using sim::UnknownSleep;
  CHECK(sleeps(Context::task, {Tri::no, Tri::no}, UnknownSleep::automatic));
  CHECK_FALSE(sleeps(Context::task, {Tri::yes, Tri::no}, UnknownSleep::automatic));
  CHECK_FALSE(sleeps(Context::task, {Tri::no, Tri::yes}, UnknownSleep::automatic));
  CHECK_FALSE(sleeps(Context::softirq, {Tri::no, Tri::no}, UnknownSleep::automatic));
  CHECK(sleeps(Context::unknown, {}, UnknownSleep::automatic));
  CHECK(sleeps(Context::task, {Tri::yes, Tri::yes}, UnknownSleep::yes));
  CHECK_FALSE(sleeps(Context::task, {Tri::no, Tri::no}, UnknownSleep::no));
}

TEST_CASE("a lost free is done when its address is allocated again", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  const auto old = t.alloc(100);
  t.alloc_over(old, 200);
  const Replayed run = replay(t);
  CHECK(run.report.implied_frees == 1);
  CHECK(run.report.frees == 0);
  REQUIRE(run.completions.size() == 3);
  CHECK(run.completions[1].implied);
  CHECK(run.completions[1].id == old);
}

TEST_CASE("frees of blocks that this run cannot know do nothing and are counted", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  traces::Event e;
  e.op = traces::Op::free;
  e.free_kind = traces::FreeKind::before_trace;
  e.id = t.new_id();
  t.other(e);
  e.free_kind = traces::FreeKind::null_free;
  e.id = traces::no_block;
  t.other(e);
  t.alloc(100);
  const Replayed run = replay(t);
  CHECK(run.report.unmatched_frees == 1);
  CHECK(run.report.frees == 0);
  CHECK(run.completions.size() == 1);
}

TEST_CASE("an allocation without a slot is granted and never freed", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  t.alloc(100);
  traces::Event e;
  e.op = traces::Op::alloc;
  e.requested = 100;
  for (int n = 0; n < 3; ++n) {
    e.id = t.new_id();
    t.other(e);
  }
  e.op = traces::Op::free;
  e.free_kind = traces::FreeKind::matched;
  t.other(e);  // a free that names no slot frees nothing
  const Replayed run = replay(t);
  CHECK(run.report.granted == 4);
  CHECK(run.report.frees == 0);
  CHECK(run.report.implied_frees == 0);
  CHECK(run.report.unmatched_frees == 1);
  CHECK(run.report.bytes.peak_granted == 512);
}

TEST_CASE("two CPUs take turns under one kernel lock, and waiting for it is counted", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000).cpu(0);
  t.alloc(16);
  t.task(2).cpu(1);
  t.alloc(4096);  // arrives at the same tick on the other CPU
  const Replayed run = replay(t);
  CHECK(run.report.lock_ticks == run.completions[0].tick - 1000);
  CHECK(run.completions[1].lag_ticks == run.report.lock_ticks);
  CHECK(run.report.lag_ticks_max == run.report.lock_ticks);
}

TEST_CASE("sleeping for memory is no waiting for the kernel lock", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000).cpu(0);
  const auto mine = t.task(2).alloc(4096);
  t.task(1);
  for (unsigned n = 0; n < 11; ++n) t.alloc(4096);
  t.task(2).at(1'000'000).cpu(1).alloc(64);  // sleeps at the limit
  t.cpu(2).free(mine);                       // queued, and done when the sleep is over
  t.cpu(3).alloc(64);                        // likewise
  t.task(1).at(3'000'000).cpu(0).free(2);
  const Replayed run = replay(t, small);
  REQUIRE(run.wakes.size() >= 1);
  CHECK(run.report.blocking.ticks_total > 1'900'000);
  CHECK(run.report.frees == 2);
  CHECK(run.report.lock_ticks <= 3 * run.report.call_ticks);  // a CPU waits only while one of the others is in a call
  CHECK(run.report.lock_ticks < 100'000);
}

TEST_CASE("the same trace twice gives the same digest, another trace another one", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  fill_limit(t);
  const auto first = replay(t, small).report.digest;
  CHECK(replay(t, small).report.digest == first);
  t.alloc(1, TraceMaker::atomic);
  CHECK(replay(t, small).report.digest != first);
}

TEST_CASE("a panic ends the run and says where", "[replay]") {
  TraceMaker t;
  t.task(1).at(1000);
  t.alloc(100);
  t.alloc(std::uint64_t{1} << 30, TraceMaker::atomic);
  t.alloc(100);
  const Replayed run = replay(t, {"bsd386:mode=faithful", "x86-64", 0, 20 * page, {}});
  CHECK(run.report.stopped == "kmem_alloc: map smaller than allocation at event 1");
  CHECK(run.completions.size() == 1);
}

}  // namespace kmemlab::test
