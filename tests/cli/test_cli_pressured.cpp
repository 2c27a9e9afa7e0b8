// The shipped pressured cases (tests/suites/pressured.json): each is played twice and must come to the same digest;
// those that finish sleep at least 1,000 times, the others deadlock, say why, and a checker that sees only the trace
// and the answers agrees.
#include <set>
#include <string>

#include "sim/check/suite.h"
#include "sim/cli/check_runs.h"
#include "sim/cli/replay_runs.h"
#include "sim/cli/wait_graph_view.h"
#include "tests/cli/command.h"
#include "tests/sim/deadlock_checker.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

struct Played {
  sim::Report report;
  std::vector<sim::Completion> completions;
};

Played play(const cli::OpenTrace& trace, const check::Entry& entry, const sim::CoreSpec& core) {
  cli::WantedRuns wanted;
  wanted.cores = {core};
  wanted.machine = entry.machine;
  wanted.native = entry.native;
  wanted.policy.pressure = entry.pressure;
  wanted.policy.closed_loop = entry.closed_loop;
  Recorder recorder;
  const auto facts =
      sim::replay(trace.reader, core, cli::machine_of(wanted, core), wanted.policy, recorder, sim::ReplayProgress());
  if (!facts) FAIL(facts.error().text());
  return {recorder.ledger.finish(*facts), std::move(recorder.completions)};
}

std::uint64_t on_frames(const sim::Report& report) {
  return report.blocking.by_cause[static_cast<unsigned>(SleepCause::frames)];
}

/// Who waits, for what, since when, and what would have woken it.
void says_why(const sim::WaitGraph& graph) {
  REQUIRE_FALSE(graph.empty());
  const std::string text = cli::wait_graph_text(graph);
  CHECK(text.find(" waits for ") != std::string::npos);
  CHECK(text.find(" since event ") != std::string::npos);
  for (const sim::WaitGraph::Waiter& w : graph.waiters) {
    CHECK_FALSE(w.channel_name.empty());
    CHECK(graph.queue_of(w.task) != nullptr);
  }
}

}  // namespace

TEST_CASE("pressured cases: the same twice; they finish, or deadlock and say why", "[pressured]") {
  const auto suite = cli::open_suite(KMEMLAB_SOURCE_DIR "/tests/suites/pressured.json");
  if (!suite) FAIL(suite.error().text());
  std::set<std::string> frames_finish, deadlock;  // cores that have such a case
  for (const check::Entry& entry : suite->entries) {
    auto trace = cli::open_entry(entry);
    if (!trace) FAIL(trace.error().text());
    const std::vector<traces::Event> events = all_events(trace->reader);
    for (const sim::CoreSpec& core : entry.cores) {
      INFO(entry.name << " " << check::core_label(core));
      const Played first = play(*trace, entry, core);
      const Played second = play(*trace, entry, core);
      CHECK(first.report.digest == second.report.digest);
      CHECK(first.report.wait_graph == second.report.wait_graph);
      const sim::WaitGraph& graph = first.report.wait_graph;
      const bool ends = graph.stopped_at == sim::WaitGraph::nowhere;
      const Judgement judgement = judge(events, ends ? events.size() : graph.stopped_at + 1,
                                        static_cast<std::uint32_t>(trace->reader.tables().tasks.size()),
                                        first.completions, core.name != "beos");
      INFO(judgement.why);
      CHECK(judgement.deadlock == first.report.blocking.deadlock);
      if (entry.name.ends_with("-finishes")) {
        CHECK(first.report.blocking.sleeps >= 1000);
        CHECK(first.report.asleep_at_end == 0);
        CHECK_FALSE(first.report.blocking.deadlock);
        if (on_frames(first.report) >= 1000) frames_finish.insert(core.name);
      } else if (!entry.name.ends_with("-deadlock")) {
        CHECK(first.report.blocking.sleeps >= 1);
        CHECK(first.report.asleep_at_end == 0);
      } else {
        CHECK(first.report.blocking.deadlock);
        says_why(graph);
        if (on_frames(first.report) != 0) deadlock.insert(core.name);
      }
    }
  }
  const std::set<std::string> sleepers = {"beos", "bsd386", "osf1"};  // aix fails instead
  CHECK(frames_finish == sleepers);
  CHECK(deadlock == sleepers);
}

TEST_CASE("a deadlock is exit code 7, with its wait graph in the report", "[pressured]") {
  const Scratch scratch;
  const std::string trace = scratch.file("steady.kmt");
  REQUIRE(kmemlab("gen steady -o " + trace + " --seed 3 --events 20000").exit == 0);
  const std::string json = scratch.file("report.json");
  const Ran ran = kmemlab("replay " + trace + " -a bsd386 --ram 128K --json " + json);
  CHECK(ran.exit == 7);
  CHECK(ran.out.find("DEADLOCK") != std::string::npos);
  CHECK(ran.out.find("stopped after event ") != std::string::npos);
  CHECK(ran.out.find(" waits for frames since event ") != std::string::npos);
  const Ran head =
      kmemlab("replay " + trace + " -a bsd386 --ram 128K --to 100");  // all is fine in the first 100 events
  CHECK(head.exit == 7);
  CHECK(head.out.find("DEADLOCK") != std::string::npos);
  CHECK(head.out.find(" waits for frames since event ") != std::string::npos);
  CHECK(ran.out.find("  steady-100 waits for itself: its frees are queued behind its own sleep\n") !=
        std::string::npos);
  const std::string report = read_file(json);
  for (const char* member : {"\"wait_graph\"", "\"stopped_at\"", "\"waiters\"", "\"woken_by\"", "\"cycle\""}) {
    CHECK(report.find(member) != std::string::npos);
  }
  CHECK(report.find("\"stopped\": \"\"") != std::string::npos);  // no panic
}

TEST_CASE("--frames-needed: the least memory, and what happens with one frame fewer", "[pressured]") {
  const std::string sample = KMEMLAB_SOURCE_DIR "/traces/samples/ten-events.txt";
  const Scratch scratch;
  const Ran ran = kmemlab("replay " + sample + " -a bsd386:types=temp -m i386 --frames-needed --json " +
                          scratch.file("needed.json"));
  CHECK(ran.exit == 0);
  CHECK(ran.out.find("Frames needed") != std::string::npos);
  const std::string json = read_file(scratch.file("needed.json"));
  CHECK(json.find("\"frames\": 5,") != std::string::npos);  // the worked example's peak (docs/report.md)
  CHECK(json.find("\"schema\": \"kmemlab.frames_needed/1\"") != std::string::npos);
  CHECK(kmemlab("replay " + sample + " -a bsd386 --frames-needed --ram 4M").exit == 2);
}

}  // namespace kmemlab::test
