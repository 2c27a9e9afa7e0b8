// Timeline: the run at any event is the run that a replay passes through, whatever way leads there.
#include <memory>

#include "sim/observe/happenings.h"
#include "sim/observe/timeline.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

TEST_CASE("a place in a run is the same from every side", "[timeline]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 2, .events = 6000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 512});
  const Straight straight = straight_run(reader, setup);
  std::uint64_t state = 7;
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t event = mix64(state++) % (reader.events() + 1);
    for (const std::uint64_t at : {event, event == 0 ? 0 : event - 1}) {
      INFO("event " << at);
      auto here = timeline.at(at);
      REQUIRE(here);
      CHECK((*here)->next_event() == at);
      const auto copy = (*here)->copy();
      CHECK(copy->digest() == straight.digest[at]);
      CHECK(sums_of(**here) == straight.sums[at]);
    }
  }
  CHECK(timeline.prepare());
  CHECK(timeline.report()->digest == replay(reader, {setup.core, "x86-64", setup.ram_bytes, 0, {}}).report.digest);
  CHECK(timeline.verify());
}

TEST_CASE("checkpoints stay in their budget, and nothing else changes", "[timeline]") {
  auto reader = busy_day({.seed = 5, .events = 6000}).reader();
  const TimelineSetup setup{"bsd386", 0};
  auto timeline = timeline_of(reader, setup, {.budget_bytes = std::size_t{1} << 20, .interval = 64});
  REQUIRE(timeline.prepare());
  CHECK(timeline.checkpoint_bytes() <= std::size_t{1} << 20);
  CHECK(timeline.interval() > 64);
  CHECK(timeline.checkpoints().size() == (reader.events() - 1) / timeline.interval() + 1);
  CHECK(timeline.intervals().size() == timeline.checkpoints().size());
  for (std::size_t i = 0; i < timeline.checkpoints().size(); ++i) {
    CHECK(timeline.checkpoints()[i].event == i * timeline.interval());
  }
  CHECK(timeline.verify());
  const Straight straight = straight_run(reader, setup);
  for (const std::uint64_t event : {5999U, 1U, 3000U, 2999U, 0U, 6000U}) {
    INFO("event " << event);
    auto here = timeline.at(event);
    REQUIRE(here);
    CHECK((*here)->copy()->digest() == straight.digest[event]);
  }
}

TEST_CASE("an event that the run has not is an error that names the run's", "[timeline]") {
  auto reader = worked_example().reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  CHECK(timeline.at(10));
  const auto none = timeline.at(11);
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "the run has no event 11; expected 0 to 10");
}

TEST_CASE("the metrics of a part are those of a replay with a window", "[timeline]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 2, .events = 4000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 300});
  REQUIRE(timeline.prepare());
  for (const sim::MetricsWindow window : {sim::MetricsWindow{},
                                          {0, 1000},
                                          {1000, 2500},
                                          {1200, 1200 + 1},
                                          {3999, sim::MetricsWindow::no_end},
                                          {77, 4000}}) {
    INFO("events " << window.from << " to " << window.to);
    ReplaySetup whole{setup.core, "x86-64", setup.ram_bytes, 0, {}};
    whole.policy.window = window;
    const auto part = timeline.metrics(window);
    if (window.from > timeline.report()->wait_graph.stopped_at) {  // a deadlock ended the run before
      CHECK_FALSE(part);
      continue;
    }
    REQUIRE(part);
    same_report(*part, replay(reader, whole).report);
  }
}

TEST_CASE("searches find what a whole run shows", "[timeline]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 2, .events = 4000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 256});
  const std::vector<sim::Happening> all = everything(reader, setup);
  for (unsigned k = 0; k < sim::happened_kinds; ++k) {
    const sim::HappenedSet kinds = 1U << k;
    INFO(sim::happened_names[k]);
    for (const std::uint64_t from : {0U, 1U, 255U, 256U, 1999U, 3990U}) {
      INFO("from " << from);
      CHECK(timeline.next(from, kinds).value() == first_of(all, from, kinds));
      CHECK(timeline.previous(from, kinds).value() == last_of(all, from, kinds));
    }
  }
}

TEST_CASE("a search for what a predicate says", "[timeline]") {
  auto reader = busy_day({.seed = 6, .events = 2000}).reader();
  const TimelineSetup setup{"osf1", 0};
  auto timeline = timeline_of(reader, setup, {.interval = 128});
  const std::vector<sim::Happening> all = everything(reader, setup);
  const auto large = [](const sim::Happening& h) { return h.requested >= 16384; };
  std::vector<sim::Happening> hits;
  for (const sim::Happening& h : all) {
    if (h.kind == sim::Happened::granted && large(h)) hits.push_back(h);
  }
  REQUIRE(hits.size() > 3);
  const sim::HappenedSet granted = sim::set_of(sim::Happened::granted);
  CHECK(timeline.next(0, granted, large).value() == hits[0]);
  CHECK(timeline.next(hits[0].during + 1, granted, large).value() == hits[1]);
  CHECK(timeline.previous(hits[2].during, granted, large).value() == hits[1]);
  CHECK(timeline.previous(hits[0].during, granted, large).value() == std::nullopt);
}

TEST_CASE("a search that goes ahead of the preparation misses nothing when checkpoints are thinned", "[timeline]") {
  auto reader = busy_day({.seed = 6, .events = 6000}).reader();
  const TimelineSetup setup{"bsd386", 0};
  const std::vector<sim::Happening> all = everything(reader, setup);
  for (std::uint64_t from = 0; from < 6000; from += 457) {
    auto timeline = timeline_of(reader, setup, {.budget_bytes = std::size_t{1} << 20, .interval = 64});
    const sim::HappenedSet returned = sim::set_of(sim::Happened::page_returned);
    INFO("from " << from);
    CHECK(timeline.next(from, returned).value() == first_of(all, from, returned));
  }
}

TEST_CASE("a fork before the first event is the run again", "[timeline]") {
  auto reader = busy_day({.seed = 3, .events = 500}).reader();
  for (const char* core : {"aix", "beos", "bsd386", "osf1"}) {
    auto timeline = timeline_of(reader, {core, 0});
    auto fork = timeline.fork(0, {});
    REQUIRE(fork);
    REQUIRE(fork->prepare());
    CHECK(fork->report()->digest == replay(reader, {.core = core}).report.digest);
    CHECK(fork->metrics({100, 300})->byte_ticks.held == timeline.metrics({100, 300})->byte_ticks.held);
    CHECK(fork->metrics({0, 300})->granted == timeline.metrics({0, 300})->granted);
  }
}

TEST_CASE("a damaged chunk is an error again when it is asked for again", "[timeline]") {
  auto whole = busy_day({.seed = 3, .events = 3000}).bytes();
  for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 64; ++i) whole[i] ^= 0x55;
  auto reader = traces::KmtReader::from_bytes(std::move(whole));
  REQUIRE(reader);  // columns are checked when they are decoded
  auto timeline = timeline_of(*reader, {"bsd386", 0});
  const auto first = timeline.prepare();
  REQUIRE_FALSE(first);
  const auto again = timeline.prepare();
  REQUIRE_FALSE(again);
  CHECK(first.error().text() == again.error().text());
}

TEST_CASE("histories of a block, a page and a byte are all that concerned them", "[timeline]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 2, .events = 4000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 256});
  const std::vector<sim::Happening> all = everything(reader, setup);
  std::size_t blocks = 0, bytes = 0;
  for (const sim::Happening& h : all) {
    if (h.kind != sim::Happened::granted || h.granted == 0 || h.event % 293 != 0) continue;
    ++blocks;
    CHECK(timeline.history({h.id, {}}).value() == about_block(all, h));
    const AddrRange page{Addr{round_down(h.address.v, 4096)}, 4096};
    CHECK(timeline.history({{}, page}).value() == about_range(all, page));
    const AddrRange byte{h.address + 1, 1};
    bytes += about_range(all, byte).size();
    CHECK(timeline.history({{}, byte}).value() == about_range(all, byte));
  }
  CHECK(timeline.history({0, {}}).value() == about_block(all, granted_of(all, 0)));  // sleeps have no block's number
  CHECK(blocks > 2);
  CHECK(bytes > 2 * blocks);
}

TEST_CASE("inside an event: its steps, and the guest between two of them", "[timeline]") {
  TraceMaker t;
  t.at(1000).task(1);
  t.alloc(100);
  t.at(2000).alloc(100);
  auto reader = t.reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto story = timeline.inside(0);
  REQUIRE(story);
  std::vector<StepKind> kinds;
  for (const Step& s : story->steps) kinds.push_back(s.kind);
  CHECK(kinds == std::vector{StepKind::list_empty, StepKind::pages_obtained, StepKind::carved, StepKind::took_block});
  REQUIRE(story->happenings.size() == 2);
  CHECK(story->happenings[0].kind == sim::Happened::page_mapped);
  CHECK(story->happenings[1].kind == sim::Happened::granted);
  CHECK(timeline.inside(1)->steps.size() == 1);

  const auto before = timeline.inside(0, 1).value();
  const auto after = timeline.inside(0, 2).value();
  CHECK(held_pages(*before) == 0);
  CHECK(held_pages(*after) == 1);
  CHECK(after->stopped() == "looked at inside event 0");
  sim::Observer nobody;
  REQUIRE(after->play(2, nobody, {}));
  CHECK(after->next_event() == 1);  // never played on
  CHECK(held_pages(**timeline.at(0)) == 0);
}

TEST_CASE("what if these blocks were freed: the pages that go back, and the run that follows", "[timeline]") {
  auto reader = busy_day({.seed = 3, .events = 2000}).reader();
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto timeline = timeline_of(reader, setup, {.interval = 256});
  const std::uint64_t digest = (*timeline.at(1500))->copy()->digest();
  sim::Edits edits;
  (*timeline.at(1500))->for_each_block([&](const sim::HeldBlock& b) {
    if (b.holding == sim::Holding::live && edits.free.size() < 150) edits.free.push_back(b.id);
  });
  const std::uint64_t held = held_pages(**timeline.at(1500));
  edits.free.push_back(~std::uint64_t{0} - 1);
  sim::EditOutcome outcome;
  auto fork = timeline.fork(1500, edits, &outcome);
  REQUIRE(fork);
  CHECK(outcome.not_live == std::vector<std::uint64_t>{~std::uint64_t{0} - 1});
  CHECK(fork->first_event() == 1500);
  CHECK(held_pages(**fork->at(1500)) + outcome.returned.size() == held + outcome.taken.size());
  // A page of a BeOS area goes when the area does, and OSF/1 keeps what its pool may hold.
  if (setup.core == "bsd386" || setup.core == "aix") CHECK(!outcome.returned.empty());
  // The trace frees some of them later: skipped. The original run is as it was.
  REQUIRE(fork->prepare());
  CHECK(fork->report()->skipped_frees > timeline.metrics({1500, sim::MetricsWindow::no_end})->skipped_frees);
  CHECK(fork->verify());
  CHECK((*timeline.at(1500))->copy()->digest() == digest);
}

}  // namespace kmemlab::test
