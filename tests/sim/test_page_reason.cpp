// Why a page is still held: for each system a page with a pin and a wholly free page that is kept, computed by hand
// from the rule of its core; and what freeing would bring, tried in copies.
#include "core/aix/aix.h"
#include "sim/observe/page_reason.h"
#include "sim/replay/aix_page_rule.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {

namespace {

using sim::PageCode;

/// Blocks of 1024 bytes, four to a page; tick 1000, 2000, ...
struct Blocks {
  TraceMaker t;
  std::vector<traces::BlockId> id;
  std::uint64_t tick = 0;

  explicit Blocks(unsigned n, std::uint64_t size = 1000) {
    t.task(1);
    for (unsigned i = 0; i < n; ++i) {
      t.at(tick += 1'000'000);
      id.push_back(t.alloc(size));
    }
  }
  Blocks& free(std::size_t block, std::uint64_t later = 1'000'000) {
    t.at(tick += later).free(id[block]);
    return *this;
  }
};

/// About the page of block `block` of a trace, which was granted by event `block`.
sim::WhyHeld why_block(sim::Timeline& timeline, std::uint64_t event, std::uint64_t block) {
  const auto granted = timeline.next(block, sim::set_of(sim::Happened::granted),
                                     [&](const sim::Happening& h) { return h.event == block; });
  if (!granted || !*granted) FAIL("the block was not granted");
  auto why = sim::why_held(timeline, {event, 0}, (*granted)->address);
  if (!why) FAIL(why.error().text());
  return *why;
}

sim::WhyHeld why_of(const Blocks& blocks, const std::string& core, std::uint64_t event, std::uint64_t block) {
  auto reader = blocks.t.reader();
  auto timeline = timeline_of(reader, {core, 0});
  REQUIRE(timeline.prepare());
  return why_block(timeline, event, block);
}

std::vector<std::uint64_t> numbers(const sim::WhyHeld& why) {
  std::vector<std::uint64_t> all;
  for (const auto& n : why.rule.numbers) {
    if (!n.name.empty()) all.push_back(n.value);
  }
  return all;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("386BSD: a pin, a page kept below the mark, one that is no candidate any more", "[page_reason]") {
  Blocks blocks(28);  // seven pages
  for (const std::size_t b : {0, 1, 2}) blocks.free(b);
  const auto pinned = why_of(blocks, "bsd386", 31, 3);
  CHECK(pinned.rule.code == PageCode::live_blocks);
  CHECK(numbers(pinned) == Numbers{3, 4, 1024});
  CHECK(sim::sentence_of(pinned.rule) ==
        "1 of its 4 blocks of 1,024 bytes lives (ku_freecnt). Only when all are free may it go back, and if its bucket "
        "has a surplus then.");
  REQUIRE(pinned.pins.size() == 1);
  CHECK(pinned.pins[0].block.event == 3);
  CHECK(pinned.pins[0].block.requested == 1000);
  CHECK(pinned.pins[0].age_events == 31 - 3);
  CHECK(pinned.pins[0].age_ticks >= (31 - 4) * 1'000'000);
  CHECK(pinned.pins[0].tried);
  CHECK(pinned.pins[0].alone.pages.empty());  // four free blocks are no surplus over twenty

  blocks.free(3);
  const auto kept = why_of(blocks, "bsd386", 32, 3);
  CHECK(kept.rule.code == PageCode::no_surplus);
  CHECK(numbers(kept) == Numbers{4, 20, 1024});
  CHECK(kept.pins.empty());
  CHECK(kept.free_since == 31);  // the free of block 3
  CHECK(kept.free_ticks < 10'000);
  CHECK(pinned.free_since == sim::no_event);

  for (std::size_t page = 1; page < 7; ++page) {  // three of each other page: 22 are free
    for (const std::size_t b : {0, 1, 2}) blocks.free(4 * page + b);
  }
  const auto passed = why_of(blocks, "bsd386", 50, 3);
  CHECK(passed.rule.code == PageCode::no_candidate);
  CHECK(numbers(passed) == Numbers{22, 20, 1024});
  CHECK(passed.free_since == 31);
  CHECK(passed.free_ticks / 1'000'000 == 50 - 32);
  const auto last = why_of(blocks, "bsd386", 50, 7);
  CHECK(last.rule.code == PageCode::live_blocks);
  CHECK(last.pins[0].alone.this_page);  // a surplus, and the page of the block that is freed
  CHECK(last.pins[0].alone.pages == std::vector<Addr>{last.page});
  CHECK(last.all_freed.this_page);
}

TEST_CASE("386BSD: a page of a large block", "[page_reason]") {
  auto reader = Blocks(1, 9000).t.reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto first = why_block(timeline, 1, 0);
  const auto third = *sim::why_held(timeline, {1, 0}, first.page + 2 * 4096 + 17);
  CHECK(third.page == first.page + 2 * 4096);
  CHECK(third.rule.code == PageCode::large_block);
  CHECK(numbers(third) == Numbers{3, 2});
  CHECK(sim::sentence_of(third.rule) ==
        "It is page 3 of 3 of one live block of whole pages (maxallocsave). They all go back when it is freed.");
  CHECK(third.pins[0].alone.pages.size() == 3);
  CHECK(sim::why_held(timeline, {1, 0}, first.page + 3 * 4096)->rule.code == PageCode::not_held);
  CHECK(sim::why_held(timeline, {0, 2}, first.page)->rule.code == PageCode::in_the_middle);
  CHECK(!sim::why_held(timeline, {3, 0}, first.page));
}

TEST_CASE("OSF/1: free() gives nothing back; the thread does, from what is over the mark", "[page_reason]") {
  Blocks blocks(28);
  for (const std::size_t b : {0, 1, 2}) blocks.free(b);
  const auto pinned = why_of(blocks, "osf1", 31, 3);
  CHECK(pinned.rule.code == PageCode::live_blocks);
  CHECK(numbers(pinned) == Numbers{3, 4, 1024});
  blocks.free(3);
  const auto kept = why_of(blocks, "osf1", 32, 3);
  CHECK(kept.rule.code == PageCode::no_surplus);
  CHECK(numbers(kept) == Numbers{4, 20, 1024});

  Blocks slowly(28);  // the 21st free block wakes the thread, which runs before the next event
  for (std::size_t b = 0; b < 21; ++b) slowly.free(b);
  const auto due = why_of(slowly, "osf1", 49, 0);
  CHECK(due.rule.code == PageCode::thread_due);
  CHECK(numbers(due) == Numbers{21, 20, 1});

  Blocks at_once(28);  // the thread cannot run before the last of them
  for (std::size_t b = 0; b < 28; ++b) at_once.free(b, b == 0 ? 1'000'000 : 1);
  at_once.t.at(at_once.tick += 1'000'000).alloc(60);
  const auto done = why_of(at_once, "osf1", 57, 27);
  CHECK(done.rule.code == PageCode::thread_done);
  CHECK(numbers(done) == Numbers{24, 20, 1});
}

TEST_CASE("AIX: a fragment page goes with its last fragment; records stay; a pin keeps a free page", "[page_reason]") {
  Blocks blocks(5);
  for (const std::size_t b : {0, 1, 2}) blocks.free(b);
  auto reader = blocks.t.reader();
  auto timeline = timeline_of(reader, {"aix", 0});
  const auto pinned = why_block(timeline, 8, 3);
  CHECK(pinned.rule.code == PageCode::live_blocks);
  CHECK(numbers(pinned) == Numbers{3, 4, 1024});
  CHECK(pinned.pins[0].alone.this_page);
  const auto records = *sim::why_held(timeline, {8, 0}, (*timeline.at(8))->kernel().arena().base);
  CHECK(records.rule.code == PageCode::records);
  CHECK(records.pins.empty());

  auto run = Blocks(1, 9000).t.reader();
  auto runs = timeline_of(run, {"aix", 0});
  const auto first = why_block(runs, 1, 0);
  CHECK(numbers(first) == Numbers{3, 0});
  CHECK(numbers(*sim::why_held(runs, {1, 0}, first.page + 8192)) == Numbers{3, 2});

  auto kernel = sim::Kernel::create(*sim::find_profile("x86-64"), {}).value();
  aix::State s;
  aix::aixinit(kernel, s, {});
  aix::XmallocCall call;
  call.size = 2048;
  call.align = 11;
  call.heap = s.kernel_heap;
  REQUIRE(aix::xmalloc(kernel, s, call) == Outcome::done);
  REQUIRE(aix::pin(kernel, s, call.address, 10) == 0);
  REQUIRE(aix::xmfree(kernel, s, call.address, s.kernel_heap) == 0);
  const Addr page{round_down(call.address.v, 4096)};
  CHECK(sim::page_rule(kernel, s, page).code == PageCode::pinned);
  CHECK(sim::page_rule(kernel, s, page).numbers[0] == sim::PageRule::Number{"pins", 1});
  Addr region{};
  REQUIRE(aix::vm_galloc(kernel, s, aix::V_WORKING, 12288, &region) == 0);
  CHECK(sim::page_rule(kernel, s, region + 4096).numbers[1] == sim::PageRule::Number{"page_of_it", 1});
}

TEST_CASE("BeOS: a page belongs to its area, whatever lives on it", "[page_reason]") {
  Blocks blocks(3);
  blocks.free(0).free(1).free(2);
  blocks.t.at(blocks.tick += 1'000'000).alloc(9000);
  blocks.t.at(blocks.tick += 1'000'000).alloc(10);
  auto reader = blocks.t.reader();
  auto timeline = timeline_of(reader, {"beos", 0});
  const auto two = why_block(timeline, 5, 0);
  CHECK(two.rule.code == PageCode::area);
  CHECK(two.rule.term == "B_LAZY_LOCK");
  CHECK(numbers(two)[0] == 1);
  CHECK(two.pins.size() == 2);  // the free of one is under way: done in the pool's tables, but its call has not ended
  CHECK(two.cannot_be_freed == 1);
  CHECK(two.all_freed.pages.empty());
  const auto none = why_block(timeline, 7, 0);  // the frees are over by now; the run of three pages lies here
  CHECK(none.rule.code == PageCode::area);
  const auto metadata = *sim::take_snapshot(timeline, {7, 0});
  CHECK(sim::why_held(timeline, {7, 0}, metadata->metadata[0].base)->rule.code == PageCode::records);
  const auto locked = why_of(blocks, "beos:lock=full", 7, 0);
  CHECK(locked.rule.code == PageCode::locked_area);
  CHECK(locked.rule.term == "B_FULL_LOCK");
}

TEST_CASE("only so many blocks get a copy of their own, and it can be stopped", "[page_reason]") {
  auto reader = Blocks(100, 16).t.reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto why = why_block(timeline, 100, 0);
  CHECK(why.pins.size() == 100);
  CHECK(why.not_tried == 36);
  CHECK(!why.pins[64].tried);
  CHECK(why.all_freed.pages.empty());  // no surplus
  const auto stopped = *sim::why_held(timeline, {100, 0}, why.page, [] { return true; });
  CHECK(stopped.stopped);
  CHECK(stopped.not_tried == 100);
}

TEST_CASE("the rule of every page of a busy run: known, and never in the middle of anything", "[page_reason]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 6, .events = 1500}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 256});
  const auto s = *sim::take_snapshot(timeline, {1200, 0});
  const sim::Session& session = **timeline.at(1200);
  for (const sim::HeldPage& page : s->map.pages()) {
    const sim::PageRule rule = session.page_rule(page.page);
    INFO(sim::page_code_names[static_cast<unsigned>(rule.code)]);
    CHECK(rule.code != PageCode::not_held);
    if (setup.core != "beos") {  // there calls last, and one may be under way
      CHECK(rule.code != PageCode::in_the_middle);
      const bool lives = rule.code == PageCode::live_blocks || rule.code == PageCode::large_block;
      CHECK(lives == (page.blocks != 0));
    }
    CHECK(sim::sentence_of(rule).ends_with("."));
  }
}

}  // namespace kmemlab::test
