// When a run stops because nothing can run any more; what its wait graph says; and the same traces with one event more,
// where it does not stop. Each verdict is confirmed by a checker that sees only the trace and the answers.
#include <optional>

#include "tests/sim/deadlock_checker.h"
#include "tests/sim/timeline_kit.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

using sim::WaitGraph;
using traces::Context;

namespace {

constexpr std::uint64_t page = 4096;

/// Arena of 20 pages: 12 pages for a type (limit 49152 bytes).
const ReplaySetup small{"bsd386:types=temp", "x86-64", 0, 20 * page, {}};

struct Judged {
  Replayed run;
  Judgement judgement;
};

/// Plays and lets the checker judge what the run came to; the two must agree.
Judged judged(const TraceMaker& t, const ReplaySetup& setup, bool interrupts_act = true) {
  auto reader = t.reader();
  Judged j{replay(reader, setup), {}};
  const auto events = all_events(reader);
  const WaitGraph& graph = j.run.report.wait_graph;
  const std::uint64_t arrived = graph.stopped_at == WaitGraph::nowhere ? events.size() : graph.stopped_at + 1;
  j.judgement = judge(events, arrived, static_cast<std::uint32_t>(reader.tables().tasks.size()), j.run.completions,
                      interrupts_act);
  INFO(j.judgement.why);
  CHECK(j.judgement.deadlock == j.run.report.blocking.deadlock);
  if (graph.stopped_at != WaitGraph::nowhere) CHECK(j.judgement.deadlock);
  std::uint64_t frees = 0;
  for (const WaitGraph::Queue& q : graph.queues) frees += q.held.frees;
  CHECK(frees == j.judgement.stuck_frees.size());
  CHECK(graph.queues.size() == j.judgement.blocked.size());
  return j;
}

/// Task 1 has all pages of the limit, sleeps, and would free one in event 13.
TraceMaker self_made() {
  TraceMaker t;
  t.task(1).at(1000);
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);
  t.at(2'000'000).alloc(4096);
  t.at(3'000'000).free(3);
  t.at(4'000'000).alloc(64);
  return t;
}

}  // namespace

TEST_CASE("a task that waits for what only it would free: the run stops at once", "[deadlock]") {
  const Judged j = judged(self_made(), small);
  const WaitGraph& graph = j.run.report.wait_graph;
  CHECK(j.run.report.blocking.deadlock);
  CHECK(j.run.report.stopped.empty());  // no panic
  CHECK(graph.stopped_at == 12);
  CHECK(j.run.report.asleep_at_end == 1);
  REQUIRE(graph.waiters.size() == 1);
  const WaitGraph::Waiter& w = graph.waiters[0];
  CHECK(w.event == 12);
  CHECK(w.cause == SleepCause::type_limit);
  CHECK(w.channel_name == "type temp");
  CHECK(w.requested == 4096);
  CHECK(w.since_tick == j.run.sleeps[0].tick);
  CHECK(w.help.frees == 1);
  CHECK(w.help.bytes == 4096);
  CHECK(w.help.first_event == 13);
  CHECK(graph.name_of_task(w.task) == "task1-1");
  CHECK(graph.cycle == std::vector<std::uint32_t>{0});
}

TEST_CASE("near misses: one event more that can run, and it is no deadlock", "[deadlock]") {
  TraceMaker t = self_made();
  SECTION("an interrupt frees") {
    t.at(5'000'000).context(Context::softirq).free(5);
    const Judged j = judged(t, small);
    CHECK(j.run.report.asleep_at_end == 0);
    CHECK(j.run.report.wait_graph.empty());
    CHECK(j.run.report.slept == 1);
  }
  SECTION("a third task frees") {
    t.at(5'000'000).task(3).free(5);
    CHECK(judged(t, small).run.report.asleep_at_end == 0);
  }
  SECTION("a third task only asks, which wakes nobody: it is judged where the trace has nothing else that runs") {
    t.at(5'000'000).task(3).alloc(64, TraceMaker::atomic);
    t.at(6'000'000).task(1).alloc(64);
    const Judged j = judged(t, small);
    CHECK(j.run.report.blocking.deadlock);
    CHECK(j.run.report.wait_graph.stopped_at == 15);
  }
}

TEST_CASE("a closed loop's free that is late by what its task slept can still come: no deadlock", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1000);
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);
  const auto late = t.at(2'000'000).task(2).alloc(4096);  // sleeps for 8 ms
  t.at(10'000'000).task(1).free(0);                       // wakes it
  t.at(11'000'000).alloc(4096);                           // the limit again: task 1 sleeps
  t.at(12'000'000).task(2).free(late);                    // arrives 8 ms later
  t.at(13'000'000).task(1).free(1);                       // queues, and nothing else is in the trace
  t.at(14'000'000).alloc(64);
  ReplaySetup closed = small;
  closed.policy.closed_loop = true;
  const Replayed run = replay(t, closed);
  CHECK_FALSE(run.report.blocking.deadlock);
  CHECK(run.report.asleep_at_end == 0);
  CHECK(run.report.blocking.sleeps == 2);
}

TEST_CASE("two tasks sleep on two limits, and each would free what the other waits for", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1000).cache("skbuff_head_cache");
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);  // mbufs, to be freed by task 2
  t.task(2).cache("sock_inode_cache");
  for (unsigned n = 0; n < 12; ++n) t.alloc(512);
  for (unsigned n = 0; n < 84; ++n) t.alloc(512);                  // with the above: 96 x 512 = 49152 of type socket
  t.at(2'000'000).task(1).cache("sock_inode_cache").alloc(512);    // task 1 sleeps on socket, which task 2 frees
  t.at(3'000'000).task(2).cache("skbuff_head_cache").alloc(4096);  // task 2 sleeps on mbuf, which task 1 frees
  t.at(4'000'000).task(1).free(0);
  t.at(5'000'000).task(2).free(12);
  ReplaySetup setup{"bsd386", "x86-64", 0, 20 * page, {}};
  SECTION("as it is") {
    setup.arena_bytes = 30 * page;  // room for both types; a limit of 73728 is not met
    CHECK_FALSE(judged(t, setup).run.report.blocking.deadlock);
  }
  SECTION("limits met") {
    TraceMaker u;
    u.task(1).at(1000).cache("skbuff_head_cache");
    for (unsigned n = 0; n < 18; ++n) u.alloc(4096);  // 73728: the limit of an arena of 30 pages
    u.task(2).cache("sock_inode_cache");
    const auto first_socket = u.alloc(4096);
    for (unsigned n = 1; n < 11; ++n) u.alloc(4096);  // 11 + 18 = 29 pages are used
    u.cache("pcb");
    setup.arena_bytes = 30 * page;
    u.at(2'000'000).task(1).cache("sock_inode_cache").alloc(2 * 4096);  // no hole of two pages: waits for the map
    u.at(3'000'000).task(2).cache("skbuff_head_cache").alloc(4096);     // over the limit: waits for type mbuf
    u.at(4'000'000).task(1).free(0);
    u.at(5'000'000).task(2).free(first_socket);
    const Judged j = judged(u, setup);
    const WaitGraph& graph = j.run.report.wait_graph;
    CHECK(j.run.report.blocking.deadlock);
    CHECK(graph.stopped_at == 30);
    REQUIRE(graph.waiters.size() == 2);
    CHECK(graph.waiters[0].channel_name == "kernel map");
    CHECK(graph.waiters[0].helping_tasks == 2);  // any block's page
    CHECK(graph.waiters[1].channel_name == "type mbuf");
    CHECK(graph.waiters[1].helping_tasks == 1);
    CHECK(graph.waiters[1].help.task == 0);  // only task 1 frees an mbuf
    CHECK(graph.waiters[1].help.first_event == 31);
    REQUIRE_FALSE(graph.cycle.empty());
  }
}

TEST_CASE("frames: everybody who could give one back sleeps for one", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1000).alloc(4096);
  t.task(2).alloc(4096);
  t.task(1).at(2'000'000).alloc(8192);
  t.task(2).at(3'000'000).alloc(8192);
  t.task(1).at(4'000'000).free(0);
  t.task(2).at(5'000'000).free(1);
  const std::string core = GENERATE("bsd386", "bsd386:mode=faithful,types=temp");
  const ReplaySetup two_frames{core, "x86-64", 2 * page, 0, {}};
  const Judged j = judged(t, two_frames);
  const WaitGraph& graph = j.run.report.wait_graph;
  CHECK(j.run.report.blocking.deadlock);
  CHECK(graph.stopped_at == 3);
  REQUIRE(graph.waiters.size() == 2);
  CHECK(graph.waiters[0].channel_name == "frames");
  CHECK(graph.waiters[0].cause == SleepCause::frames);
  CHECK(graph.waiters[0].helping_tasks == 2);
  CHECK(graph.waiters[0].help.bytes == 8192);
  CHECK_FALSE(graph.cycle.empty());
  TraceMaker miss = t;
  miss.task(3).at(6'000'000);
  miss.free(miss.alloc(64, TraceMaker::atomic));  // finds no frame, and gives none back; its task is awake
  CHECK(judged(miss, two_frames).run.report.wait_graph.stopped_at == 7);  // only after the trace's last event
}

TEST_CASE("beos: who waits for a frame waits for ever, since no free gives one back", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1'000'000).alloc(8192);
  t.task(2).at(2'000'000).alloc(8192);
  t.task(2).at(8'000'000).alloc(64);
  t.task(2).at(9'000'000).free(1);
  t.task(1).at(9'500'000).free(0);
  const Replayed roomy = replay(t, {.core = "beos"});
  ReplaySetup tight{.core = "beos"};
  tight.arena_bytes = std::uint64_t{64} << 20;
  tight.ram_bytes = roomy.report.at_peak.metadata + page;
  const Judged j = judged(t, tight, false);
  REQUIRE(j.run.report.asleep_at_end >= 1);
  CHECK(j.run.report.wait_graph.waiters[0].channel_name == "frames");
  CHECK(j.run.report.wait_graph.waiters[0].helping_tasks == 0);
  CHECK(j.run.report.blocking.by_cause[static_cast<unsigned>(SleepCause::frames)] >= 1);
}

TEST_CASE("a request that only sleeps when the trace ends is no deadlock, and its graph says so", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1000);
  for (unsigned n = 0; n < 13; ++n) t.alloc(4096);
  for (unsigned n = 0; n < 50; ++n) t.alloc(100);
  const Judged j = judged(t, small);
  CHECK_FALSE(j.run.report.blocking.deadlock);
  CHECK(j.run.report.asleep_at_end == 51);
  CHECK(j.run.report.wait_graph.stopped_at == WaitGraph::nowhere);
  REQUIRE(j.run.report.wait_graph.waiters.size() == 1);
  CHECK(j.run.report.wait_graph.waiters[0].helping_tasks == 0);
  CHECK(j.run.report.wait_graph.queues[0].requests == 50);
  CHECK(j.run.report.wait_graph.cycle.empty());
}

TEST_CASE("the wait graph of a run that stopped is made once, for all its copies", "[deadlock]") {
  TraceMaker t = self_made();
  for (unsigned n = 0; n < 60; ++n) t.at(6'000'000 + n).task(1).alloc(64);
  const auto core = sim::parse_core_specs({small.core}).value()[0];
  const auto first =
      sim::open_session(t.reader().view(), core, {*sim::find_profile("x86-64"), 0, 20 * page}, {}).value();
  sim::Observer nobody;
  REQUIRE(first->play(11, nobody, {}));
  const auto before = first->copy();
  REQUIRE(first->play(70, nobody, {}));
  REQUIRE_FALSE(first->stopped().empty());
  const auto graph = first->wait_graph();
  CHECK(graph->stopped_at == 12);
  CHECK(first->wait_graph() == graph);  // the same object: nobody has read the rest of the trace again
  CHECK(first->copy()->wait_graph() == graph);
  CHECK(before->wait_graph() != graph);  // it has not come there yet
  CHECK(before->wait_graph()->stopped_at == WaitGraph::nowhere);
  REQUIRE(before->play(70, nobody, {}));
  CHECK(before->wait_graph() == graph);
  const sim::RunFacts facts = first->finish(nobody);
  CHECK(facts.wait_graph == *graph);
  const auto other =
      sim::open_session(t.reader().view(), core, {*sim::find_profile("x86-64"), 0, 20 * page}, {}).value();
  REQUIRE(other->play(70, nobody, {}));
  CHECK(other->wait_graph() != graph);  // another run makes its own
  CHECK(*other->wait_graph() == *graph);
}

TEST_CASE("the run stops at the same event from whatever checkpoint it is played", "[deadlock]") {
  TraceMaker t = self_made();
  for (unsigned n = 0; n < 60; ++n) t.at(6'000'000 + n).task(1).alloc(64);
  const auto view = t.reader().view();
  const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, 20 * page};
  const auto core = sim::parse_core_specs({small.core}).value()[0];
  auto straight = sim::open_session(view, core, machine, {}).value();
  sim::Observer nobody;
  REQUIRE(straight->play(70, nobody, {}));
  CHECK(straight->next_event() == 13);
  CHECK(straight->stopped().starts_with("deadlock at event 12: "));
  for (const std::uint64_t at : {0U, 1U, 11U, 12U, 13U}) {
    auto session = sim::open_session(view, core, machine, {}).value();
    REQUIRE(session->play(at, nobody, {}));
    auto copy = session->copy();
    REQUIRE(copy->play(70, nobody, {}));
    REQUIRE(session->play(70, nobody, {}));
    for (sim::Session* s : {copy.get(), session.get()}) {
      CHECK(s->next_event() == 13);
      CHECK(s->stopped() == straight->stopped());
      CHECK(s->digest() == straight->digest());
      CHECK(*s->wait_graph() == *straight->wait_graph());
    }
  }
}

TEST_CASE("a run that stops ahead of its window has nothing in it, and says why it stopped", "[deadlock]") {
  TraceMaker t = self_made();
  for (unsigned n = 0; n < 10; ++n) t.at(5'000'000 + n).alloc(64);
  ReplaySetup setup = small;
  setup.policy.window = {20, sim::MetricsWindow::no_end};
  const Replayed run = replay(t, setup);
  CHECK(run.report.wait_graph.stopped_at == 12);
  CHECK(run.report.blocking.deadlock);
  CHECK(run.report.requests == 0);
  CHECK(run.report.thread_runs == 0);
  CHECK(run.report.call_ticks == 0);
  CHECK(run.report.lock_ticks == 0);
  CHECK(run.report.unmatched_frees == 0);
}

TEST_CASE("who is woken in vain waits since the first sleep", "[deadlock]") {
  TraceMaker t;
  t.task(1).at(1000);
  for (unsigned n = 0; n < 12; ++n) t.alloc(4096);
  t.task(2).at(2'000'000).alloc(4096);
  t.task(3).at(3'000'000).alloc(4096);
  t.task(1).at(4'000'000).free(3);  // wakes both; there is room for the first
  const Judged j = judged(t, small);
  CHECK(j.run.report.asleep_at_end == 1);
  REQUIRE(j.run.sleeps.size() == 3);
  REQUIRE(j.run.report.wait_graph.waiters.size() == 1);
  const WaitGraph::Waiter& w = j.run.report.wait_graph.waiters[0];
  CHECK(w.event == 13);
  CHECK(w.woken_in_vain == 1);
  CHECK(w.since_tick == j.run.sleeps[1].tick);
  CHECK(j.run.sleeps[2].tick > 4'000'000);
}

}  // namespace kmemlab::test
