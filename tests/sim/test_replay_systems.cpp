// How a trace becomes calls of OSF/1 and of AIX: what each system is asked for, what it may not do where, and what runs
// beside the trace's tasks. The rules that all systems share are tested in test_replay_rules.cpp.
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

constexpr auto softirq = traces::Context::softirq;
constexpr auto in_task = traces::Context::task;

std::uint64_t count(const std::array<std::uint64_t, reasons>& by, Reason reason) {
  return by[static_cast<unsigned>(reason)];
}

}  // namespace

TEST_CASE("osf1: a miss without M_WAITOK fails, and the thread has refilled the pool before the next arrival") {
  TraceMaker t;
  t.at(100000).alloc(100, TraceMaker::atomic);
  t.at(200000).alloc(100, TraceMaker::atomic);
  const Replayed r = replay(t, {.core = "osf1:lowat=0"});
  REQUIRE(r.completions.size() == 2);
  CHECK(r.completions[0].ending == sim::Ending::failed);
  CHECK(r.completions[0].reason == Reason::pool_empty);
  CHECK(r.completions[1].ending == sim::Ending::ok);
  CHECK(r.completions[1].granted == 128);
  CHECK(r.report.thread_runs == 2);  // once after boot, once for the miss
}

TEST_CASE("osf1: an arrival before the machine is idle comes before the thread") {
  TraceMaker t;
  t.at(100000).alloc(100, TraceMaker::atomic);
  t.at(100001).alloc(100, TraceMaker::atomic);
  const Replayed r = replay(t, {.core = "osf1:lowat=0"});
  REQUIRE(r.completions.size() == 2);
  CHECK(r.completions[1].reason == Reason::pool_empty);
  CHECK(r.report.failed == 2);
}

TEST_CASE("osf1: the thread gives pages back, one a run, and the ledger sees them go between two events") {
  TraceMaker t;
  std::vector<traces::BlockId> blocks;
  for (unsigned i = 0; i < 8; ++i) blocks.push_back(t.at(100000 * (i + 1)).alloc(4096));
  for (unsigned i = 0; i < 8; ++i) {
    t.at(1000000 + 100000 * i);
    t.free(blocks[i]);
  }
  const Replayed roomy = replay(t, {.core = "osf1:lowat=1,highwat=2,collect=1"});
  CHECK(roomy.report.pages.returned == 6);  // of the eight, two stay below the mark
  const Replayed kept = replay(t, {.core = "osf1:lowat=1,highwat=8,collect=1"});
  CHECK(kept.report.pages.returned == 0);
}

TEST_CASE("osf1: what the manual page forbids is refused by its rule") {
  TraceMaker t;
  t.at(100000).context(softirq).alloc(100, TraceMaker::kernel);
  t.at(200000).context(in_task).alloc(16385, TraceMaker::atomic);
  t.at(300000).context(softirq).alloc(16385, TraceMaker::atomic);
  t.at(400000).context(in_task).alloc(16385, TraceMaker::kernel);
  const Replayed r = replay(t, {.core = "osf1"});
  CHECK(r.report.refused == 3);
  CHECK(count(r.report.violations, Reason::wait_in_interrupt) == 1);
  CHECK(count(r.report.violations, Reason::too_big) == 2);
  CHECK(r.report.granted == 1);
  CHECK(r.completions[3].granted == 20480);
}

TEST_CASE("osf1: the thread's own sleep is nobody's request, and no deadlock") {
  TraceMaker t;
  t.at(100000).alloc(100, TraceMaker::atomic);
  // One frame is left to the pool at boot, so the refill that the miss asks for sleeps for good.
  t.at(200000).alloc(64, TraceMaker::atomic);
  const Replayed r = replay(t, {.core = "osf1:lowat=0", .ram_bytes = 4096});
  CHECK(r.report.asleep_at_end == 0);
  CHECK(r.report.blocking.sleeps == 0);
  CHECK_FALSE(r.report.blocking.deadlock);
}

TEST_CASE("aix: xmalloc and xmfree in an interrupt are refused; the block of a refused free is lost for good") {
  TraceMaker t;
  t.at(100000).context(softirq).alloc(100, TraceMaker::atomic);
  const auto lost = t.at(200000).context(in_task).alloc(100);
  const auto freed = t.at(300000).alloc(200);
  t.at(400000).context(softirq);
  t.free(lost);
  t.at(500000).context(in_task);
  t.free(freed);
  const Replayed r = replay(t, {.core = "aix"});
  CHECK(r.report.refused == 1);
  CHECK(count(r.report.violations, Reason::process_only) == 1);
  CHECK(r.report.refused_frees == 1);
  CHECK(count(r.report.free_violations, Reason::process_only) == 1);
  CHECK(r.report.frees == 1);
  CHECK(r.report.bytes.leaked == 128);
  CHECK(r.report.counterfactual_from == std::optional<std::uint64_t>(0));
  REQUIRE(r.completions.size() == 5);
  CHECK(r.completions[3].ending == sim::Ending::refused);
  CHECK(r.completions[3].address == r.completions[1].address);
  // What is lost is not in use: 128 of the granted bytes from the refused free to the end.
  const std::uint64_t end = r.completions[4].tick;
  CHECK(r.report.leaked_ticks.granted == u128{128} * (end - r.completions[3].tick));
  CHECK(r.report.leaked_ticks.requested == u128{100} * (end - r.completions[3].tick));
}

TEST_CASE("aix: frees=defer hands the free to a process before the next arrival") {
  TraceMaker t;
  const auto block = t.at(200000).alloc(100);
  t.at(400000).context(softirq);
  t.free(block);
  t.at(500000).context(in_task).alloc(100);
  const Replayed r = replay(t, {.core = "aix:frees=defer"});
  CHECK(r.report.refused_frees == 0);
  CHECK(r.report.deferred_frees == 1);
  CHECK(r.report.frees == 1);
  REQUIRE(r.completions.size() == 3);
  CHECK(r.completions[1].action == sim::Action::free);
  CHECK(r.completions[1].tick < 500000);
  CHECK(r.completions[2].address == r.completions[0].address);  // lowest free fragment
}

TEST_CASE("aix: a deferred free at the end of the trace is done all the same") {
  TraceMaker t;
  const auto block = t.at(200000).alloc(100);
  t.at(400000).context(softirq);
  t.free(block);
  const Replayed r = replay(t, {.core = "aix:frees=defer"});
  CHECK(r.report.frees == 1);
  CHECK(r.report.bytes.leaked == 0);
}

TEST_CASE("aix: pinned takes its share to pinned_heap, whose pages count against maxpin") {
  TraceMaker t;
  for (unsigned i = 0; i < 1000; ++i) t.at(100000 * (i + 1)).alloc(100);
  CHECK(replay(t, {.core = "aix:maxpin=0"}).report.failed == 0);
  CHECK(replay(t, {.core = "aix:pinned=1000"}).report.failed == 0);
  const Replayed all = replay(t, {.core = "aix:pinned=1000,maxpin=0"});
  CHECK(all.report.failed == 1000);
  CHECK(count(all.report.failed_by, Reason::pin_limit) == 1000);
  const std::uint64_t some = replay(t, {.core = "aix:pinned=300,maxpin=0"}).report.failed;
  CHECK(some > 250);
  CHECK(some < 350);
}

TEST_CASE("aix: sizes that xmalloc gives no meaning to are refused, page runs are granted in pages") {
  TraceMaker t;
  t.at(100000).alloc(0);
  t.at(200000).alloc(std::uint64_t{1} << 31);
  t.at(300000).alloc(5000);
  t.at(400000).alloc(16);
  const Replayed r = replay(t, {.core = "aix"});
  CHECK(count(r.report.violations, Reason::bad_argument) == 1);
  CHECK(count(r.report.violations, Reason::too_big) == 1);
  CHECK(r.completions[2].granted == 8192);
  CHECK(r.completions[3].granted == 16);
  CHECK((r.completions[3].address.v & 7) == 0);  // align 3
}

TEST_CASE("aix: the caller clears what __GFP_ZERO asks for") {
  TraceMaker plain;
  plain.at(100000).alloc(4096, TraceMaker::kernel);
  TraceMaker zeroed;
  zeroed.at(100000).alloc(4096, TraceMaker::zeroed);
  const auto stores = [](const TraceMaker& t) { return replay(t, {.core = "aix"}).report.accesses.stores; };
  CHECK(stores(zeroed) == stores(plain) + 4096 / 8);
}

TEST_CASE("tables inside held pages are neither live nor free") {
  TraceMaker t;
  for (unsigned i = 0; i < 50; ++i) t.at(100000 * (i + 1)).alloc(3000);
  for (const char* core : {"aix", "beos"}) {
    INFO(core);
    const Replayed r = replay(t, {.core = core});
    CHECK(r.report.at_peak.metadata > 0);
    CHECK(r.report.at_peak.metadata % 4096 == 0);
    CHECK(r.report.largest_free_run <= r.report.at_peak.cached);
    CHECK(r.report.external_permille <= 1000);
  }
}

}  // namespace kmemlab::test
