// Size by lifetime: classes, moments, ranges, what lives at the end; and the table of ids below it.
#include <map>

#include "sim/observe/lifetimes.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {
namespace {

sim::Completion told(std::uint64_t event, std::uint64_t tick, std::uint64_t id, std::uint64_t bytes,
                     sim::Action action) {
  sim::Completion c;
  c.event = event, c.tick = tick, c.id = id, c.requested = bytes, c.action = action;
  return c;
}

std::uint64_t blocks_in(const sim::LifetimeGrid& grid) {
  std::uint64_t sum = 0;
  for (const auto& cell : grid.cells) sum += cell.blocks;
  return sum;
}

}  // namespace

TEST_CASE("a table of ids does what a map does", "[id_map]") {
  sim::IdMap<std::uint64_t> table;
  std::map<std::uint64_t, std::uint64_t> map;
  std::uint64_t state = 3;
  CHECK_FALSE(table.take(5));
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    const std::uint64_t id = mix64(state++) % 3000 * 16;  // every group has one: the worst ids
    if (mix64(state++) % 3 == 0) {
      const auto taken = table.take(id);
      const auto it = map.find(id);
      REQUIRE(taken.has_value() == (it != map.end()));
      if (taken) {
        CHECK(*taken == it->second);
        map.erase(it);
      }
    } else {
      table[id] = map[id] = n;
    }
  }
  CHECK(table.size() == map.size());
  for (const auto& [id, value] : map) {
    REQUIRE(table.find(id) != nullptr);
    CHECK(*table.find(id) == value);
  }
  std::uint64_t sum = 0, want = 0;
  table.for_each([&](std::uint64_t id, std::uint64_t value) { sum += id ^ value; });
  for (const auto& [id, value] : map) want += id ^ value;
  CHECK(sum == want);
}

TEST_CASE("sizes and lifetimes fall into classes of powers of two", "[lifetimes]") {
  using G = sim::LifetimeGrid;
  CHECK((G::size_class(0) == 0 && G::size_class(1) == 0 && G::size_class(2) == 1 && G::size_class(3) == 2));
  CHECK((G::size_class(128) == 7 && G::size_class(129) == 8 && G::size_class(~std::uint64_t{0}) == 63));
  CHECK((G::lifetime_class(0) == 0 && G::lifetime_class(1) == 0 && G::lifetime_class(2) == 1));
  CHECK((G::lifetime_class(1023) == 9 && G::lifetime_class(1024) == 10 && G::lifetime_class(~std::uint64_t{0}) == 63));
}

TEST_CASE("lifetimes by hand, of the whole run and of a part", "[lifetimes]") {
  sim::Lifetimes lifetimes({0, 128});  // two events a moment
  lifetimes.on_completion(told(0, 1000, 1, 100, sim::Action::alloc));
  lifetimes.on_completion(told(1, 1500, 2, 3000, sim::Action::alloc));
  lifetimes.on_completion(told(2, 2024, 1, 100, sim::Action::free));  // 1024 ticks
  lifetimes.on_completion(told(6, 2500, 3, 100, sim::Action::alloc));
  lifetimes.on_completion(told(7, 2600, 3, 100, sim::Action::free));  // 100 ticks
  sim::Completion refused = told(8, 2700, 2, 3000, sim::Action::free);
  refused.ending = sim::Ending::refused;
  lifetimes.on_completion(refused);
  lifetimes.on_end(3548);
  const sim::LifetimeTable table = lifetimes.result();
  CHECK(table.axis.width() == 2);
  REQUIRE(table.freed.size() == 5);
  CHECK(blocks_in(table.freed[0]) == 0);
  CHECK(blocks_in(table.freed[1]) == 1);
  CHECK(blocks_in(table.freed[4]) == 2);
  CHECK(table.freed[4].at(7, 10) == sim::LifetimeGrid::Cell{1, 100});
  CHECK(table.freed[4].at(7, 6) == sim::LifetimeGrid::Cell{1, 100});
  CHECK(blocks_in(table.live) == 1);
  CHECK(table.live.at(12, 11) == sim::LifetimeGrid::Cell{1, 3000});  // 3548 - 1500 = 2048 ticks
  const auto part = table.part({5, 8});
  CHECK(part.events == sim::EventRange{4, 8});
  CHECK(blocks_in(part.grid) == 1);
  CHECK(part.grid.at(7, 6).blocks == 1);
  CHECK(blocks_in(table.part({0, 128}).grid) == 2);
  CHECK(blocks_in(table.part({100, 128}).grid) == 0);
  CHECK(blocks_in(sim::LifetimeTable().part({0, 5}).grid) == 0);
}

TEST_CASE("lifetimes of whole runs: every block that was granted is freed or lives", "[lifetimes]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 8, .events = 3000}).reader();
  auto timeline = timeline_of(reader, setup);
  sim::Lifetimes folded, known({0, 3000});
  timeline.watch(folded);
  timeline.watch(known);
  REQUIRE(timeline.prepare());
  const sim::Report& report = *timeline.report();
  if (!report.blocking.deadlock) CHECK(folded.result().axis.width() == 64);  // a deadlock ends a run
  CHECK(known.result().axis.width() == 47);
  for (const sim::LifetimeTable& table : {folded.result(), known.result()}) {
    CHECK(blocks_in(table.freed.back()) == report.frees + report.implied_frees);
    CHECK(blocks_in(table.freed.back()) + blocks_in(table.live) == report.granted);
    const auto early = table.part({0, 1000}), late = table.part({early.events.to, 3000});
    CHECK(blocks_in(early.grid) + blocks_in(late.grid) == blocks_in(table.freed.back()));
  }
  CHECK(folded.result().freed.back() == known.result().freed.back());
}

}  // namespace kmemlab::test
