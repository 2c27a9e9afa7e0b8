// What goes into a `.kmt` trace comes out again: every field, every column set, patches, sizes around chunk borders.
#include <cstdio>
#include <string>

#include "tests/catch.h"
#include "tests/traces/kmt_samples.h"

using namespace kmemlab;
using namespace kmemlab::traces;

namespace {

void require_same(ByteVector bytes, const std::vector<Event>& events) {
  REQUIRE_FALSE(bytes.empty());
  Fallible<KmtReader> r = KmtReader::from_bytes(std::move(bytes));
  if (!r) FAIL(r.error().text());
  REQUIRE(r->events() == events.size());
  CHECK(r->tables() == samples::tables());
  CHECK(r->quality() == samples::quality());
  CHECK(r->source() == samples::source());
  std::uint64_t seen = 0, wrong = 0;
  const Fallible<void> all =
      r->for_each(all_columns, [&](std::uint64_t i, const Event& e) { wrong += i != seen++ || !(e == events[i]); });
  if (!all) FAIL(all.error().text());
  CHECK(seen == events.size());
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("kmt: events of several chunks round-trip", "[kmt]") {
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    require_same(samples::write(samples::realistic(1, 150'000), c), samples::realistic(1, 150'000));
    require_same(samples::write(samples::extreme(2, 140'000), c), samples::extreme(2, 140'000));
  }
}

TEST_CASE("kmt: sizes around block and chunk borders", "[kmt]") {
  const std::vector<Event> events = samples::realistic(3, 131'073);
  for (const std::size_t n : {0, 1, 2, 1023, 1024, 1025, 65535, 65536, 65537, 131072, 131073}) {
    INFO(n);
    const std::vector<Event> part(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n));
    require_same(samples::write(part), part);
    if (n < 1100) require_same(samples::write(part, KmtCompression::zstd), part);
  }
}

TEST_CASE("kmt: one event at the extremes of every field", "[kmt]") {
  Event e;
  e.tick = e.requested = e.granted = e.pfn = ~std::uint64_t{0};
  e.cpu = 65535, e.node = -32768, e.order = e.migratetype = 255;
  e.op = Op::mark, e.free_kind = FreeKind::null_free, e.context = Context::nmi, e.accounted = Tri::yes;
  e.cpu_state = {Tri::yes, Tri::yes};
  require_same(samples::write({e}), {e});
  require_same(samples::write({Event{}}), {Event{}});
  Event second = e;
  second.tick = 0, second.requested = 0, second.node = 32767, second.cpu = 0;
  require_same(samples::write({e, second, e}), {e, second, e});  // ticks that run backwards come back as they were
}

TEST_CASE("kmt: a block holds exactly the columns asked for", "[kmt]") {
  const std::vector<Event> events = samples::realistic(4, 70'000);
  Fallible<KmtReader> r = KmtReader::from_bytes(samples::write(events, KmtCompression::zstd));
  REQUIRE(r);
  const auto b = std::make_unique<EventBlock>();
  b->granted.fill(42);
  for (const std::uint64_t at : {69'999, 0, 1023, 1024, 65'535, 65'536, 40'000}) {
    INFO(at);
    Fallible<std::uint32_t> rows = r->block(at, Column::tick | Column::requested, *b);
    REQUIRE(rows);
    CHECK(b->first_event == at / 1024 * 1024);
    CHECK(*rows == std::min<std::uint64_t>(1024, (at < 65'536 ? 65'536 : 70'000) - b->first_event));
    CHECK(b->tick[at % 1024] == events[at].tick);
    CHECK(b->requested[at % 1024] == events[at].requested);
    CHECK(b->granted[at % 1024] == 42);
    CHECK(b->event(at % 1024).id == no_block);  // not asked for: unknown
    Fallible<Event> one = r->event(at);
    REQUIRE(one);
    CHECK(*one == events[at]);
  }
  CHECK_FALSE(r->block(70'000, all_columns, *b));
  CHECK_FALSE(r->event(~std::uint64_t{0}));
}

TEST_CASE("kmt: caches learned later are seen at the allocation", "[kmt]") {
  std::vector<Event> events = samples::realistic(5, 200'000);
  for (const KmtCompression c : {KmtCompression::none, KmtCompression::zstd}) {
    KmtWriter w = KmtWriter::to_memory({c, 3});
    samples::Random random(6);
    std::vector<Event> expected = events;
    for (std::size_t i = 0; i < events.size(); ++i) {
      w.append(events[i]);
      if (i % 7 != 0) continue;
      const std::size_t target = random.below(i + 1);
      expected[target].cache = static_cast<Index>(random.below(60));
      w.learn_cache(target, expected[target].cache);
    }
    w.learn_cache(events.size(), 1);  // there is no such event
    REQUIRE(w.finish(samples::tables(), samples::quality(), samples::source()));
    require_same(w.take_bytes(), expected);
  }
}

TEST_CASE("kmt: facts about the whole trace", "[kmt]") {
  const auto make = [](Op op, std::uint64_t tick, BlockId id, Slot slot, std::uint64_t requested,
                       std::uint64_t granted) {
    Event e;
    e.op = op, e.tick = tick, e.id = id, e.slot = slot, e.requested = requested, e.granted = granted;
    if (op == Op::free) e.free_kind = FreeKind::matched;
    return e;
  };
  KmtWriter w = KmtWriter::to_memory();
  w.append(make(Op::alloc, 10, 0, 0, 100, 128));
  w.append(make(Op::alloc, 11, 1, 1, 10, 1000));
  w.append(make(Op::free, 12, 1, 1, 0, 0));
  w.append(make(Op::alloc, 13, 2, 1, 500, 512));  // requested peaks here: 600
  w.append(make(Op::alloc, 14, 3, 1, 1, 8));      // the free of block 2 was lost
  w.append(make(Op::mark, 15, no_block, no_slot, 0, 0));
  w.append(make(Op::realloc, 16, 0, 0, 90, 96));
  REQUIRE(w.finish({}, {}, {}));
  Fallible<KmtReader> r = KmtReader::from_bytes(w.take_bytes());
  REQUIRE(r);
  CHECK(r->facts() == TraceFacts{7, 6, 4, 2, 2, 600, 1128, 10, 16});
  CHECK(r->first_tick() == 10);
  CHECK(r->max_slots() == 2);
}

TEST_CASE("kmt: seek by tick", "[kmt]") {
  const std::vector<Event> events = samples::realistic(7, 140'000);
  Fallible<KmtReader> r = KmtReader::from_bytes(samples::write(events));
  REQUIRE(r);
  CHECK(r->seek_tick(0).value() == 0);
  for (const std::size_t i : {1, 1024, 65'535, 65'536, 139'999})
    CHECK(events[r->seek_tick(events[i].tick).value()].tick == events[i].tick);
  CHECK(r->seek_tick(events[70'000].tick + 1).value() == 70'001);
  CHECK(r->seek_tick(events.back().tick + 1).value() == 140'000);
}

TEST_CASE("kmt: a writer refuses what no reader would take", "[kmt]") {
  Event e;
  e.task = 30;
  KmtWriter unknown_task = KmtWriter::to_memory();
  unknown_task.append(e);
  CHECK_FALSE(unknown_task.finish(samples::tables(), {}, {}));
  e = Event{};
  e.slot = no_slot - 1;
  KmtWriter sparse = KmtWriter::to_memory();
  sparse.append(e);
  CHECK_FALSE(sparse.finish({}, {}, {}));
}

TEST_CASE("kmt: files are written beside and renamed", "[kmt]") {
  const std::string path = "kmt_round_trip_test.kmt";
  std::remove(path.c_str());
  const std::vector<Event> events = samples::realistic(8, 3000);
  const auto exists = [](const std::string& p) {
    FILE* f = std::fopen(p.c_str(), "rb");
    return f != nullptr && std::fclose(f) == 0;
  };
  {
    Fallible<KmtWriter> dropped = KmtWriter::create(path);
    REQUIRE(dropped);
    for (const Event& e : events) dropped->append(e);
    CHECK(exists(path + ".part"));
  }
  CHECK_FALSE(exists(path + ".part"));
  CHECK_FALSE(exists(path));
  Fallible<KmtWriter> w = KmtWriter::create(path, {KmtCompression::zstd, 3});
  REQUIRE(w);
  for (const Event& e : events) w->append(e);
  REQUIRE(w->finish(samples::tables(), samples::quality(), samples::source()));
  Fallible<KmtReader> r = KmtReader::open(path);
  REQUIRE(r);
  CHECK(r->compressed());
  CHECK(r->format() == "kmt 1.1");
  CHECK(r->event(2999).value() == events[2999]);
  CHECK(r->verify_all());
  std::remove(path.c_str());
  CHECK_FALSE(KmtReader::open(path));
  CHECK_FALSE(KmtWriter::create("no-such-folder/x.kmt"));
  CHECK_FALSE(KmtWriter::create("/dev/null"));
}
