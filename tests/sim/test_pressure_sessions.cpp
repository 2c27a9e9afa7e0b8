// Sessions under pressure: copies play on as their originals do, on every system, with open and closed loop; and a
// recording's own page events, held against what an import counted of them.
#include "sim/observe/happenings.h"
#include "sim/observe/ledger.h"
#include "sim/replay/observer_list.h"
#include "tests/sim/deadlock_checker.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

namespace {

/// Blocks of three tasks and interrupts among the pages of others, which come and go.
TraceMaker pressed_day(unsigned events) {
  TraceMaker t;
  std::vector<traces::BlockId> blocks;
  std::vector<std::pair<std::uint64_t, unsigned>> pages;
  std::uint64_t state = 9, tick = 1000, pfn = 4096;
  const auto draw = [&](std::uint64_t below) { return mix64(state += 0x9e3779b97f4a7c15ULL) % below; };
  const auto take = [&](auto& list) {
    const std::size_t i = draw(list.size());
    const auto what = list[i];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    return what;
  };
  for (unsigned n = 0; n < events; ++n) {
    const auto who = static_cast<unsigned>(draw(3));
    const bool interrupt = draw(8) == 0;
    t.at(tick += 1000 + draw(20'000)).task(static_cast<int>(who) + 1).cpu(who % 2);
    t.context(interrupt ? traces::Context::softirq : traces::Context::task);
    const std::uint64_t kind = draw(100);
    if (kind < 25) {
      const auto order = static_cast<unsigned>(draw(3));
      t.page_alloc(pfn, order, static_cast<unsigned>(draw(3)));
      pages.push_back({pfn, order});
      pfn += 8;
    } else if (kind < 45 && !pages.empty()) {
      const auto [first, order] = take(pages);
      t.page_free(first, order);
    } else if (kind < 70 && blocks.size() > 4) {
      t.free(take(blocks));
    } else {
      blocks.push_back(t.alloc(1 + draw(20'000), interrupt ? TraceMaker::atomic : TraceMaker::kernel));
    }
  }
  return t;
}

}  // namespace

TEST_CASE("copies under pressure play on as their originals do", "[pressure][timeline]") {
  auto reader = pressed_day(2000).reader();
  const std::string core = GENERATE("bsd386", "osf1", "aix", "beos");
  const bool closed = GENERATE(false, true);
  INFO(core << (closed ? ", closed loop" : ""));
  sim::ReplayPolicy policy;
  policy.pressure = {sim::PageEvents::pressure, {}, 50'000};
  policy.closed_loop = closed;
  const auto cores = sim::parse_core_specs({core});
  const auto open = [&] {
    return sim::open_session(reader.view(), cores.value()[0], {*sim::find_profile("x86-64"), 1 << 20, 0}, policy)
        .value();
  };
  sim::Observer nobody;
  std::vector<std::uint64_t> digests;
  const auto straight = open();
  for (std::uint64_t event = 0; event <= reader.events(); ++event) {
    REQUIRE(straight->play(event, nobody, {}));
    digests.push_back(straight->digest());
  }
  const sim::RunFacts facts = straight->finish(nobody);
  CHECK(facts.frames.daemon.reclaimed > 0);
  CHECK(facts.frames.other_taken > 0);

  const auto run = open();
  for (const std::uint64_t at : {311U, 702U, 1500U}) {
    REQUIRE(run->play(at, nobody, {}));
    const auto kept = run->copy();
    CHECK(kept->digest() == digests[at]);
    const auto away = kept->copy();
    REQUIRE(away->play(at + 137, nobody, {}));
    CHECK(away->digest() == digests[at + 137]);
    away->become(*kept);
    REQUIRE(away->play(at + 400, nobody, {}));
    CHECK(away->digest() == digests[at + 400]);
  }
  REQUIRE(run->play(reader.events(), nobody, {}));
  const sim::RunFacts again = run->finish(nobody);
  CHECK(again.digest == facts.digest);
  CHECK(again.frames == facts.frames);
}

TEST_CASE("the page events of a recording, as its import counted them", "[pressure]") {
  const auto input = traces::Input::open(std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/pages.dat.zst");
  REQUIRE(input);
  traces::KmtWriter writer = traces::KmtWriter::to_memory();
  const auto imported = traces::import_trace(*input, writer);
  REQUIRE(imported);
  writer.set_page_verdicts(imported->page_verdicts);
  REQUIRE(writer.finish(imported->tables, imported->quality, imported->source));
  auto reader = traces::KmtReader::from_bytes(writer.take_bytes()).value();
  const traces::PageTotals& pages = imported->totals.pages;

  ReplaySetup setup;
  setup.policy.pressure = {sim::PageEvents::pressure, {}, 1'000'000};
  const sim::FrameFacts f = replay(reader, setup).report.frames;
  CHECK(f.events_other == pages.use.other);
  CHECK(f.events_slab == pages.use.slab + pages.use.large);
  CHECK(f.events_undecided == pages.use.undecided);
  CHECK(f.events_failed == pages.failed);
  CHECK(f.events_other + f.events_slab + f.events_undecided + f.events_failed == pages.allocs);

  std::uint64_t wanted = 0, n = 0;
  REQUIRE(reader.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) {
    if (e.op != traces::Op::page_alloc) return;
    if (reader.view()->page_verdicts().at(n++) == traces::PageVerdict::other) wanted += std::uint64_t{1} << e.order;
  }));
  CHECK(f.other_taken + f.shortfall == wanted);
  CHECK(wanted > 0);
}

TEST_CASE("what frames do is told event by event, and adds up to the report", "[pressure][timeline]") {
  auto reader = pressed_day(2000).reader();
  const std::string core = GENERATE("bsd386", "beos");  // one call at a time, and overlapping
  INFO(core);
  sim::ReplayPolicy policy;
  policy.pressure = {sim::PageEvents::pressure, {}, 50'000};
  const auto cores = sim::parse_core_specs({core});
  auto session =
      sim::open_session(reader.view(), cores.value()[0], {*sim::find_profile("x86-64"), 1 << 20, 0}, policy).value();
  sim::Ledger ledger;
  sim::HappeningList list([](const sim::Happening& h) { return is_in(h.kind, sim::of_frames); }, ~std::size_t{0});
  sim::ObserverList both;
  both.add(ledger), both.add(list);
  REQUIRE(session->play(reader.events(), both, {}));
  const sim::FrameFacts f = ledger.finish(session->finish(both)).frames;
  const auto events = all_events(reader);
  std::uint64_t taken = 0, shortfall = 0, given = 0, missing = 0, reclaimed = 0, runs = 0, starved = 0;
  for (const sim::Happening& h : list.list()) {
    if (h.kind == sim::Happened::frames_reclaimed) {
      reclaimed += h.frames, ++runs;
      starved += h.missing != 0 ? 1 : 0;
      continue;
    }
    const bool takes = h.kind == sim::Happened::frames_taken;
    REQUIRE(h.event < events.size());
    CHECK(events[h.event].op == (takes ? traces::Op::page_alloc : traces::Op::page_free));
    (takes ? taken : given) += h.frames;
    (takes ? shortfall : missing) += h.missing;
  }
  CHECK(taken == f.other_taken);
  CHECK(shortfall == f.shortfall);
  CHECK(missing == f.debt + f.already_reclaimed);
  CHECK(runs == f.daemon.runs);
  CHECK(reclaimed == f.daemon.reclaimed);
  CHECK(starved == f.daemon.starved);
  CHECK(taken - given - reclaimed == f.other_end);
  CHECK(shortfall > 0);
  CHECK(reclaimed > 0);
}
}  // namespace kmemlab::test
