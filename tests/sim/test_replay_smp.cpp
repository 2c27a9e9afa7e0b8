// Calls that overlap: BeOS on several CPUs. A semaphore is held until its holder's call ends; who comes between sleeps
// on it, first come first served. And the agenda that keeps the order.
#include "sim/replay/agenda.h"
#include "sim/replay/beos_pools.h"
#include "sim/replay/cpu_queues.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

TEST_CASE("agenda: by tick, then kind, then the order of writing down", "[smp]") {
  using Kind = sim::Due::Kind;
  sim::Agenda agenda;
  agenda.add(30, Kind::start, 1);
  agenda.add(10, Kind::finish, 2);
  agenda.add(30, Kind::release, 3);
  agenda.add(30, Kind::start, 4);
  agenda.add(10, Kind::finish, 5);
  agenda.add(40, Kind::release, 6);
  std::string order;
  sim::Due next;
  while (agenda.take(30, next)) order += std::to_string(next.what);
  CHECK(order == "25314");
  CHECK_FALSE(agenda.take(39, next));
  CHECK(agenda.take(40, next));
}

TEST_CASE("beos: a call on another CPU finds the semaphore held until the first call's end tick", "[smp]") {
  TraceMaker t;
  t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(1000001).task(2).cpu(1).alloc(100);
  const Replayed r = replay(t, {.core = "beos"});
  REQUIRE(r.completions.size() == 2);
  CHECK(r.report.granted == 2);
  CHECK(r.report.slept == 1);
  REQUIRE(r.sleeps.size() == 1);
  CHECK(r.sleeps[0].cause == SleepCause::lock);
  CHECK(r.sleeps[0].event == 1);
  REQUIRE(r.wakes.size() == 1);
  CHECK(r.wakes[0].tick == r.completions[0].tick);  // the release, at the holder's end tick
  CHECK(r.report.lock_ticks == r.wakes[0].slept_ticks);
  CHECK(r.report.blocking.ticks_total == r.wakes[0].slept_ticks);
  CHECK(r.completions[1].tick > r.completions[0].tick);
  CHECK(r.completions[1].sleeps == 1);
}

TEST_CASE("beos: calls that do not meet do not sleep", "[smp]") {
  TraceMaker t;
  t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(2000000).task(2).cpu(1).alloc(100);
  CHECK(replay(t, {.core = "beos"}).report.blocking.sleeps == 0);
}

TEST_CASE("beos: waiters are served first come first", "[smp]") {
  TraceMaker t;
  for (unsigned cpu = 0; cpu < 4; ++cpu) t.at(1000000 + cpu).task(static_cast<int>(cpu) + 1).cpu(cpu).alloc(100);
  const Replayed r = replay(t, {.core = "beos"});
  REQUIRE(r.completions.size() == 4);
  for (unsigned i = 0; i < 4; ++i) CHECK(r.completions[i].event == i);
  CHECK(r.report.slept == 3);
  // Elements of one page, lowest first: the order in which they had the semaphore.
  for (unsigned i = 1; i < 4; ++i) CHECK(r.completions[i].address > r.completions[i - 1].address);
}

TEST_CASE("beos: a free contends as an allocation does", "[smp]") {
  TraceMaker t;
  const auto block = t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(2000000).task(2).cpu(1).alloc(100);
  t.at(2000001).task(1).cpu(0);
  t.free(block);
  const Replayed r = replay(t, {.core = "beos"});
  REQUIRE(r.sleeps.size() == 1);
  CHECK(r.sleeps[0].event == 2);
  CHECK(r.report.frees == 1);
  CHECK(r.report.slept == 0);  // of the granted requests
}

TEST_CASE("beos: a CPU does one call at a time, a task too", "[smp]") {
  TraceMaker t;
  t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(1000001).task(2).cpu(0).alloc(200);  // waits for CPU 0
  t.at(1000002).task(1).cpu(1).alloc(300);  // waits for its task's first call
  const Replayed r = replay(t, {.core = "beos"});
  REQUIRE(r.completions.size() == 3);
  CHECK(r.completions[0].event == 0);
  CHECK(r.completions[1].lag_ticks >= r.completions[0].tick - 1000002);
  CHECK(r.completions[2].lag_ticks > 0);
  CHECK(r.report.granted == 3);
}

TEST_CASE("beos: a block exists from the end of the call that gave it; a free that comes earlier waits", "[smp]") {
  TraceMaker t;
  const auto block = t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(1000001).task(2).cpu(1);
  t.free(block);
  t.at(3000000).task(2).cpu(1).alloc(100);
  const Replayed r = replay(t, {.core = "beos"});
  REQUIRE(r.completions.size() == 3);
  CHECK(r.completions[0].action == sim::Action::alloc);
  CHECK(r.completions[1].action == sim::Action::free);
  CHECK(r.completions[1].ending == sim::Ending::ok);
  CHECK(r.completions[1].tick > r.completions[0].tick);
  CHECK(r.completions[2].address == r.completions[0].address);
}

TEST_CASE("beos: frames come with the owner's first touch, and a shortage is a sleep until frames come back", "[smp]") {
  TraceMaker t;
  t.at(1000000).task(1).alloc(8192);
  const Replayed lazy = replay(t, {.core = "beos"});
  const Replayed full = replay(t, {.core = "beos:lock=full", .arena_bytes = std::uint64_t{1} << 20});
  CHECK(lazy.report.pages.end == 2 + lazy.report.at_peak.metadata / 4096);
  CHECK(full.report.pages.end >= 240);  // 15/16 of 256 pages, from the pool's creation on
  const Replayed tight = replay(t, {.core = "beos",
                                    .ram_bytes = 4096 * (1 + lazy.report.at_peak.metadata / 4096),
                                    .arena_bytes = std::uint64_t{64} << 20});
  CHECK(tight.report.asleep_at_end == 1);
  CHECK(tight.report.blocking.by_cause[static_cast<unsigned>(SleepCause::frames)] == 1);
}

TEST_CASE("beos: a request that may not sleep and sleeps is counted: the system cannot be told", "[smp]") {
  TraceMaker t;
  t.at(1000000).task(1).cpu(0).alloc(100);
  t.at(1000001).task(2).cpu(1).alloc(100, TraceMaker::atomic);
  CHECK(replay(t, {.core = "beos"}).report.blocking.atomic_slept == 1);
}

TEST_CASE("beos: interrupts are refused, their frees lost, or deferred", "[smp]") {
  TraceMaker t;
  const auto block = t.at(1000000).task(1).alloc(100);
  t.at(2000000).context(traces::Context::softirq).alloc(100, TraceMaker::atomic);
  t.at(3000000);
  t.free(block);
  const Replayed refused = replay(t, {.core = "beos"});
  CHECK(refused.report.refused == 1);
  CHECK(refused.report.refused_frees == 1);
  CHECK(refused.report.bytes.leaked == 128);
  const Replayed deferred = replay(t, {.core = "beos:frees=defer"});
  CHECK(deferred.report.refused_frees == 0);
  CHECK(deferred.report.deferred_frees == 1);
  CHECK(deferred.report.frees == 1);
}

TEST_CASE("beos: pools by the prefix of the call site's symbol", "[smp]") {
  CHECK(sim::site_prefix("__alloc_skb") == "alloc");
  CHECK(sim::site_prefix("alloc_inode+0x20") == "alloc");
  CHECK(sim::site_prefix("kstrdup") == "kstrdup");
  CHECK(sim::site_prefix("").empty());
  traces::Tables tables;
  for (const char* name : {"__alloc_skb", "ext4_new", "", "alloc_inode", "sk_prot"}) {
    tables.call_sites.push_back({});
    tables.call_sites.back().name = name;
  }
  const sim::PoolTable one(sim::PoolChoice::one, tables, 32);
  CHECK(one.pools() == 1);
  CHECK(one.pool_of(3) == 0);
  const sim::PoolTable all(sim::PoolChoice::prefix, tables, 32);
  CHECK(all.pools() == 4);
  CHECK(all.pool_of(0) == 1);
  CHECK(all.pool_of(1) == 2);
  CHECK(all.pool_of(2) == 0);
  CHECK(all.pool_of(3) == 1);
  CHECK(all.pool_of(4) == 3);
  CHECK(all.pool_of(traces::no_index) == 0);
  const sim::PoolTable few(sim::PoolChoice::prefix, tables, 3);
  CHECK(few.pools() == 3);
  CHECK(few.pool_of(4) == 0);
}

TEST_CASE("who waits for a CPU has its place, behind those who came while a quicker call had it", "[smp]") {
  sim::CpuQueues cpus(2);
  sim::Agenda agenda;
  sim::Due next;
  std::uint32_t job = 0;
  cpus.busy_until(0, 100);
  cpus.wait(0, 1, agenda);
  cpus.wait(0, 2, agenda);
  cpus.busy_until(0, 150);  // somebody was quicker at tick 100
  cpus.wait(0, 3, agenda);  // at the end of that call
  REQUIRE(agenda.take(100, next));
  CHECK(next.kind == sim::Due::Kind::start);
  CHECK_FALSE(cpus.next(0, 100, agenda, job));
  CHECK_FALSE(agenda.take(149, next));
  std::string order;
  for (std::uint64_t now = 150; agenda.take(now, next); now += 10) {
    CHECK(next.tick == now);
    REQUIRE(cpus.next(0, now, agenda, job));
    order += std::to_string(job);
    cpus.busy_until(0, now + 10);
    cpus.rearm(0, agenda);
  }
  CHECK(order == "312");
  CHECK(cpus.is_free(1, 0));
}

TEST_CASE("beos: 20,000 requests at one tick on one CPU run one after the other", "[smp]") {
  TraceMaker t;
  t.at(1000).cpu(0);
  for (int task = 1; task <= 20'000; ++task) t.task(task).alloc(16);
  const Replayed r = replay(t, {.core = "beos"});  // for ever, if each that runs moved all that wait
  REQUIRE(r.completions.size() == 20'000);
  for (std::size_t i = 0; i < r.completions.size(); ++i) REQUIRE(r.completions[i].event == i);
  CHECK(r.report.granted == 20'000);
}

}  // namespace kmemlab::test
