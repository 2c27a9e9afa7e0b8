// The twin of a trace: the same sizes to the block, lifetimes within the stated distance, and nothing else of it.
#include "tests/traces/gen_kit.h"
#include "tests/traces/kmt_samples.h"
#include "traces/gen/twin.h"

namespace kmemlab::traces::gen {

namespace {

Made twin_of(KmtReader& trace, std::uint64_t seed) {
  EventList list;
  auto made = make_twin(trace, seed, list);
  if (!made) FAIL(made.error().text());
  return {std::move(list.events), std::move(*made)};
}

}  // namespace

TEST_CASE("lifetimes fall into classes without gaps", "[gen]") {
  for (std::uint32_t c = 1; c < 60; ++c) {
    CHECK(LifeClass::of(LifeClass::least(c)) == c);
    CHECK(LifeClass::of(LifeClass::most(c)) == c);
    CHECK(LifeClass::most(c) + 1 == LifeClass::least(c + 1));
  }
  CHECK(LifeClass::of(~std::uint64_t{0}) < LifeClass::never);
}

TEST_CASE("shape: lifetimes count allocations; what is never freed is a class of its own", "[gen]") {
  const Made made = make("checkerboard", {1, 150, {}});  // 100 blocks, every other one freed after the last
  KmtReader trace = stored(made);
  const auto shape = shape_of(trace);
  REQUIRE(shape);
  CHECK(shape->blocks == 100);
  CHECK(shape->peak_blocks == 100);
  CHECK(shape->peak_bytes == 12'800);
  std::uint64_t never = 0, sum = 0;
  for (const Shape::Pairs& part : shape->parts) {
    for (const auto& [pair, count] : part) {
      CHECK(pair.first == 128);
      sum += count;
      if (pair.second == LifeClass::never) never += count;
    }
  }
  CHECK(sum == 100);
  CHECK(never == 50);
}

TEST_CASE("a twin has the sizes of its trace exactly, and its lifetimes closely", "[gen]") {
  for (const char* name : {"steady", "ramp", "sawtooth", "netrx", "checkerboard", "forkstorm"}) {
    INFO(name);
    const Made made = make(name, {1, 60'000, {}});
    KmtReader trace = stored(made);
    const Made twin = twin_of(trace, 9);
    CHECK(broken(twin.events) == 0);
    CHECK_FALSE(twin.with.quality.defective());
    CHECK(twin.with.tables.call_sites.empty());
    CHECK(twin.with.tables.tasks.size() == 1);
    CHECK(twin.with.totals.allocs == made.with.totals.allocs);
    CHECK(twin.with.totals.bytes.requested == made.with.totals.bytes.requested);
    CHECK(twin.with.totals.live_at_end == made.with.totals.live_at_end);
    KmtReader again = stored(twin);
    const auto from = shape_of(trace), to = shape_of(again);
    REQUIRE((from && to));
    CHECK(distance(*from, *from).lifetimes == 0);
    const Distance d = distance(*from, *to);
    CHECK(d.sizes == 0);
    CHECK(d.lifetimes * 40 <= from->blocks);  // one in forty
    // Bursts of netrx are shorter than a part, and a twin smooths them.
    CHECK(to->peak_blocks * 10 >= from->peak_blocks * (name == std::string("netrx") ? 6 : 8));
    CHECK(to->peak_blocks * 10 <= from->peak_blocks * 11);
    const std::string all = std::to_string(from->blocks);
    CHECK(twin.with.notes.at(0) == "sizes: blocks whose size differs: 0 of " + all + " (0 permille)");
    CHECK(twin.with.notes.at(1).find(std::to_string(d.lifetimes) + " of " + all) != std::string::npos);
  }
}

TEST_CASE("a twin depends on its seed alone; lost frees and foreign frees do no harm; no blocks, no twin", "[gen]") {
  const std::vector<Event> events = samples::realistic(4, 20'000);
  KmtReader trace = KmtReader::from_bytes(samples::write(events)).value();
  const Made a = twin_of(trace, 1), b = twin_of(trace, 1), c = twin_of(trace, 2);
  CHECK(a.with.totals == b.with.totals);
  CHECK(a.with.totals.digest != c.with.totals.digest);
  CHECK(broken(a.events) == 0);
  CHECK(a.events.front().tick + trace.last_tick() - trace.first_tick() >= a.events.back().tick);
  KmtReader marks = KmtReader::from_bytes(samples::write({Event{}})).value();
  EventList list;
  const auto none = make_twin(marks, 1, list);
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "the trace has no slab allocations; expected at least one");
}

}  // namespace kmemlab::traces::gen
