// repeat, slice and copy on traces small enough to be worked out by hand.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"
#include "traces/edit/copy.h"
#include "traces/edit/repeat.h"
#include "traces/edit/slice.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

struct List final : EventSink {
  std::vector<Event> events;
  void append(const Event& e) override { events.push_back(e); }
  void learn_cache(std::uint64_t, Index) override {}
};

Event event(Op op, std::uint64_t tick, BlockId id, Slot slot, Index name, Index task) {
  Event e;
  e.op = op, e.tick = tick, e.id = id, e.slot = slot, e.name = name, e.task = task;
  e.cpu = static_cast<std::uint16_t>(task + 1);
  if (op == Op::free) e.free_kind = slot == no_slot ? FreeKind::before_trace : FreeKind::matched;
  if (op == Op::alloc) e.requested = 100, e.granted = 128;
  return e;
}

// Two blocks stay live: 1 (kmalloc) and 3 (kmem_cache_alloc, in the slot that block 0 left).
std::vector<Event> six() {
  std::vector<Event> list = {event(Op::alloc, 100, 0, 0, 0, 0), event(Op::alloc, 110, 1, 1, 0, 1),
                             event(Op::free, 120, 0, 0, 2, 0),  event(Op::free, 130, 2, no_slot, 2, 0),
                             event(Op::alloc, 140, 3, 0, 1, 2), event(Op::mark, 150, no_block, no_slot, 5, 0)};
  list[4].cache = 7;
  return list;
}

KmtReader reader_of(const std::vector<Event>& events) {
  Fallible<KmtReader> r = KmtReader::from_bytes(samples::write(events));
  if (!r) FAIL(r.error().text());
  return std::move(*r);
}

}  // namespace

TEST_CASE("repeat: six events, three times", "[kmt][edit]") {
  KmtReader in = reader_of(six());
  List out;
  const Fallible<Edited> edited = repeat(in, 3, out);
  REQUIRE(edited);
  REQUIRE(out.events.size() == 3 * (6 + 2));
  CHECK(edited.value().events == 24);
  CHECK(edited.value().slab_events == 3 * (5 + 2));
  for (std::uint64_t round = 0; round < 3; ++round) {
    INFO(round);
    for (std::size_t i = 0; i < 6; ++i) {
      Event expected = six()[i];
      expected.tick += round * 51;  // 150 - 100 + 1
      if (expected.id != no_block) expected.id += round * 4;
      CHECK(out.events[8 * round + i] == expected);
    }
    Event one = event(Op::free, 150 + round * 51, 1 + round * 4, 1, 2, 1);    // "kfree"
    Event three = event(Op::free, 150 + round * 51, 3 + round * 4, 0, 3, 2);  // "kmem_cache_free"
    three.cache = 7;
    CHECK(out.events[8 * round + 6] == one);
    CHECK(out.events[8 * round + 7] == three);
  }
  CHECK(edited.value().quality.lost_events == 21);
  CHECK(edited.value().quality.live_at_end == 0);
  CHECK(edited.value().tables == samples::tables());

  KmtWriter w = KmtWriter::to_memory();
  for (const Event& e : out.events) w.append(e);
  CHECK(w.facts().max_slots == 2);
  CHECK(w.facts().blocks == 12);
  CHECK(w.facts().peak_live_blocks == 2);
}

TEST_CASE("repeat: missing free names are added, empty traces stay empty, time has an end", "[kmt][edit]") {
  Event e = event(Op::alloc, 5, 0, 0, 0, no_index);
  e.cpu = 0;
  Tables tables;
  tables.names = {"kmalloc_node"};
  const auto make = [&](std::uint64_t tick) {
    KmtWriter w = KmtWriter::to_memory();
    e.tick = tick;
    w.append(e);
    REQUIRE(w.finish(tables, {}, {}));
    return KmtReader::from_bytes(w.take_bytes());
  };
  Fallible<KmtReader> in = make(5);
  REQUIRE(in);
  List out;
  const Fallible<Edited> edited = repeat(*in, 1, out);
  REQUIRE(edited);
  CHECK(edited.value().tables.names == std::vector<std::string>{"kmalloc_node", "kfree"});
  CHECK(out.events[1].name == 1);

  List none;
  CHECK(repeat(*in, 0, none));
  KmtReader empty = reader_of({});
  CHECK(repeat(empty, 1'000'000'000, none));
  CHECK(repeat_events(empty, 0, none));
  CHECK_FALSE(repeat_events(empty, 1, none));
  CHECK(none.events.empty());

  Fallible<KmtReader> late = make(~std::uint64_t{0} - 1);
  REQUIRE(late);
  CHECK(repeat(*late, 2, out));
  CHECK_FALSE(repeat(*late, 3, out));
}

TEST_CASE("repeat_events: whole rounds until enough slab events", "[kmt][edit]") {
  KmtReader in = reader_of(six());
  for (const auto& [target, rounds] : {std::pair{1, 1}, {7, 1}, {8, 2}, {21, 3}, {22, 4}}) {
    List out;
    const Fallible<Edited> edited = repeat_events(in, static_cast<std::uint64_t>(target), out);
    REQUIRE(edited);
    CHECK(edited.value().rounds == static_cast<std::uint64_t>(rounds));
  }
  KmtReader marks = reader_of({Event{}});
  List out;
  CHECK_FALSE(repeat_events(marks, 1, out));
}

TEST_CASE("repeat: live memory of a long trace does not grow with rounds", "[kmt][edit]") {
  KmtReader in = reader_of(samples::realistic(21, 70'000));
  KmtWriter w = KmtWriter::to_memory();
  const Fallible<Edited> edited = repeat(in, 3, w);
  REQUIRE(edited);
  REQUIRE(w.finish(edited.value().tables, edited.value().quality, edited.value().source));
  Fallible<KmtReader> out = KmtReader::from_bytes(w.take_bytes());
  REQUIRE(out);
  CHECK(out->max_slots() == in.max_slots());
  CHECK(out->peak_granted_bytes() == in.peak_granted_bytes());
  CHECK(out->facts().blocks == 3 * in.facts().blocks);
  std::uint64_t next = 0, before = 0, wrong = 0;
  std::vector<BlockId> live(out->max_slots(), no_block);
  REQUIRE(out->for_each(all_columns, [&](std::uint64_t, const Event& e) {
    wrong += e.tick < before;
    before = e.tick;
    if (e.id != no_block && e.id >= next) wrong += e.id != next++;
    if (e.op == Op::alloc) wrong += std::exchange(live[e.slot], e.id) != no_block;
    if (e.free_kind == FreeKind::matched) wrong += std::exchange(live[e.slot], no_block) != e.id;
  }));
  CHECK(wrong == 0);
  CHECK(std::count(live.begin(), live.end(), no_block) == static_cast<std::ptrdiff_t>(live.size()));
}

TEST_CASE("slice: older blocks become before_trace, ids and slots are dense again", "[kmt][edit]") {
  KmtReader in = reader_of(six());
  List out;
  const Fallible<Edited> edited = slice(in, 1, 5, out);
  REQUIRE(edited);
  REQUIRE(out.events.size() == 4);
  CHECK(out.events[0].id == 0);
  CHECK(out.events[0].slot == 0);
  CHECK(out.events[1].free_kind == FreeKind::before_trace);  // block 0, allocated before the part
  CHECK(out.events[1].id == 1);
  CHECK(out.events[1].slot == no_slot);
  CHECK(out.events[2].id == 2);
  CHECK(out.events[3].id == 3);
  CHECK(out.events[3].slot == 1);
  CHECK(out.events[3].tick == 140);
  CHECK(edited.value().quality.before_trace == 2);
  CHECK(edited.value().quality.live_at_end == 2);
  CHECK(edited.value().slab_events == 4);
  List rest;
  CHECK(slice(in, 5, ~std::uint64_t{0}, rest));
  CHECK(rest.events.size() == 1);
  CHECK(slice(in, 6, 9, rest));
  CHECK(rest.events.size() == 1);
}

TEST_CASE("slice: the parts of a trace hold all of its events and no slot that is not theirs", "[kmt][edit]") {
  KmtReader in = reader_of(samples::realistic(22, 10'000));
  std::uint64_t total = 0;
  for (std::uint64_t from = 0; from < 10'000; from += 1500) {
    KmtWriter w = KmtWriter::to_memory();
    const Fallible<Edited> edited = slice(in, from, from + 1500, w);
    REQUIRE(edited);
    total += w.facts().events;
    CHECK(w.facts().max_slots == w.facts().peak_live_blocks);
    REQUIRE(w.finish(edited.value().tables, edited.value().quality, edited.value().source));
  }
  CHECK(total == 10'000);
}

TEST_CASE("copy: the same events, and the same file", "[kmt][edit]") {
  const std::vector<Event> events = samples::realistic(23, 70'000);
  const ByteVector bytes = samples::write(events);
  Fallible<KmtReader> in = KmtReader::from_bytes(bytes);
  REQUIRE(in);
  KmtWriter w = KmtWriter::to_memory();
  REQUIRE(copy(*in, w));
  REQUIRE(w.finish(in->tables(), in->quality(), in->source()));
  CHECK(w.take_bytes() == bytes);
}
