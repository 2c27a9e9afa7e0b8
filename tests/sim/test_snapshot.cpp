// What is seen of one place of a run: by hand, against what the session says of itself, and that looking changes
// nothing.
#include "sim/observe/guest_bytes.h"
#include "sim/observe/snapshot.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {

namespace {

std::shared_ptr<const sim::Snapshot> snapshot_at(sim::Timeline& timeline, sim::Place place) {
  auto snapshot = sim::take_snapshot(timeline, place);
  if (!snapshot) FAIL(snapshot.error().text());
  return *snapshot;
}

std::uint64_t cell(const sim::PublishedTables& tables, std::string_view table, std::size_t row,
                   std::string_view column) {
  const sim::PublishedTable* t = tables.find(table);
  REQUIRE(t != nullptr);
  REQUIRE(row < t->rows.size());
  REQUIRE(t->column(column) < t->columns.size());
  return t->rows[row].values[t->column(column)];
}

TraceMaker three_blocks() {
  TraceMaker t;
  t.at(1000).task(7);
  const auto first = t.alloc(1000);
  t.at(2000).task(8).alloc(1000);
  t.at(3000).alloc(5000);  // 386BSD: pages of its own
  t.at(4000).free(first);
  return t;
}

}  // namespace

TEST_CASE("snapshots of a small run, by hand", "[snapshot]") {
  auto reader = three_blocks().reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto start = snapshot_at(timeline, {0, 0});
  CHECK(start->sums == sim::Sums{});
  CHECK(start->story.happenings.empty());
  CHECK(start->frames_free == start->frames_total);

  // A page of two blocks of 1024 bytes was cut in four; two pages are the large block's.
  const auto three = snapshot_at(timeline, {3, 0});
  CHECK(three->sums == sim::Sums{7000, 2048 + 8192, 3 * 4096, 0, 0, 3});
  CHECK(three->frames_free == three->frames_total - 3);
  CHECK(cell(three->tables, "kmembuckets", 0, "size") == 1024);
  CHECK(cell(three->tables, "kmembuckets", 0, "totalfree") == 2);
  CHECK(three->tables.list_of("kb_next").size() == 2);
  CHECK(three->tables.find("kmembuckets")->columns[0] == sim::PublishedTable::Column{"size", "bytes"});
  REQUIRE(three->story.happenings.size() == 3);
  CHECK(three->story.happenings[0].kind == sim::Happened::page_mapped);
  CHECK(three->story.happenings[2].event == 2);
  std::vector<std::uint64_t> births;
  for (const sim::HeldBlock& b : three->map.blocks()) births.push_back(b.event);
  CHECK(births == std::vector<std::uint64_t>{1, 0, 2});  // lists of a new page begin at its end
  CHECK(three->map.blocks()[1].task == 0);
  CHECK(three->map.blocks()[2].task == 1);
  CHECK(three->map.blocks()[0].call_site == traces::no_index);

  const auto freed = snapshot_at(timeline, {4, 0});
  CHECK(freed->sums.live_blocks == 2);
  CHECK(cell(freed->tables, "kmembuckets", 0, "totalfree") == 3);
  CHECK(freed->story.happenings[0].kind == sim::Happened::freed);
  CHECK(freed->place == sim::Place{4, 0});
}

TEST_CASE("inside an event pages and tables are the guest's, blocks are those before it", "[snapshot]") {
  auto reader = three_blocks().reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto first = snapshot_at(timeline, {0, 1});  // the list is empty
  const auto second = snapshot_at(timeline, {0, 2});  // a page was obtained
  CHECK(first->map.pages().empty());
  CHECK(second->map.pages().size() == 1);
  CHECK(second->map.blocks().empty());
  CHECK(second->frames_free == first->frames_free - 1);
  CHECK(second->story.steps.size() == 4);
  CHECK(second->stopped.empty());
  CHECK(snapshot_at(timeline, {0, 3})->tables.find("kmemusage")->rows.size() == 1);
  CHECK(sim::take_snapshot(timeline, {0, 5}).error().text() == "event 0 has no step 5; it has 4");
  CHECK(!sim::take_snapshot(timeline, {9, 0}));
}

TEST_CASE("a snapshot is what the session says, and taking it changes nothing", "[snapshot]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 5, .events = 2000}).reader();
  auto timeline = timeline_of(reader, setup, {.interval = 256});
  REQUIRE(timeline.prepare());
  for (const std::uint64_t event : {1U, 700U, 1999U, 2000U}) {
    INFO("event " << event);
    if (event > timeline.report()->wait_graph.stopped_at) continue;  // a deadlock ended the run before
    const auto before = (*timeline.at(event))->copy();
    const BlockSums sums = sums_of(*before);
    const std::uint64_t accesses = before->kernel().machine().accesses();
    const auto s = snapshot_at(timeline, {event, 0});
    CHECK(s->sums.held == sums.pages * 4096);
    CHECK(s->sums.requested == sums.requested);
    CHECK(s->sums.granted == sums.granted);
    CHECK(s->sums.metadata == sums.metadata);
    std::uint64_t metadata = 0;
    for (const AddrRange& range : s->metadata) metadata += range.bytes;
    if (setup.core != "beos") CHECK(metadata == sums.metadata);  // a table's area is held as far as it was touched
    CHECK(!s->tables.tables().empty());
    CHECK(s->tick == before->tick());
    for (const sim::HeldBlock& b : s->map.blocks()) CHECK(b.event < event);
    CHECK((*timeline.at(event))->kernel().machine().accesses() == accesses);
    CHECK((*timeline.at(event))->copy()->digest() == before->digest());
    CHECK(snapshot_at(timeline, {event, 0})->tables == s->tables);
  }
}

TEST_CASE("every system publishes its tables through a session", "[snapshot]") {
  auto reader = three_blocks().reader();
  const auto names = [&](const std::string& core) {
    auto timeline = timeline_of(reader, {core, 0});
    std::string all;
    const auto snapshot = snapshot_at(timeline, {3, 0});
    for (const sim::PublishedTable& t : snapshot->tables.tables()) all += t.name + " ";
    return all;
  };
  CHECK(names("bsd386") == "kmembuckets kmemstats kmemusage ");
  CHECK(names("osf1") == "kmembuckets large pool_thread refused kmem_corrupt_data kmemstats kmemusage ");
  CHECK(names("aix") == "heap fr vm_galloc pin ");
  CHECK(names("beos") == "areas semaphores pools bins area_malloc ");
}

TEST_CASE("a realloc keeps the event and the task of its block", "[snapshot]") {
  TraceMaker t;
  traces::Event e;
  t.at(1000).task(1);
  const auto block = t.alloc(100);
  t.at(2000).alloc(100);
  e.op = traces::Op::realloc;
  e.id = block;
  e.slot = 0;
  e.requested = e.granted = 300;
  t.task(2);
  e.task = 1;
  t.at(3000).other(e);
  e.id = t.new_id();  // of a block that is older than the trace
  e.slot = 5;
  t.at(4000).other(e);
  auto reader = t.reader();
  const std::string core = GENERATE("bsd386", "beos");
  auto timeline = timeline_of(reader, {core, 0});
  REQUIRE(timeline.prepare());
  const auto s = snapshot_at(timeline, {4, 0});
  const auto held = [&](std::uint64_t event) {
    for (const sim::HeldBlock& b : s->map.blocks()) {
      if (b.event == event) return b;
    }
    return sim::HeldBlock{};
  };
  CHECK(held(0).requested == 300);
  CHECK(held(0).task == 0);
  CHECK(held(1).requested == 100);
}

TEST_CASE("bytes of the guest: a link of a free list, and what is not mapped", "[snapshot]") {
  auto reader = three_blocks().reader();
  auto timeline = timeline_of(reader, {"bsd386", 0});
  const auto s = snapshot_at(timeline, {4, 0});
  const std::vector<std::uint64_t> list = s->tables.list_of("kb_next");
  REQUIRE(list.size() == 3);
  const auto link = sim::bytes_at(**timeline.at(4), Addr{list[0]}, 8);
  std::uint64_t next = 0;
  for (const auto& byte : link) next = next >> 8 | std::uint64_t{*byte} << 56;
  CHECK(next == list[1]);
  const Addr end = s->map.pages().back().page + 4096;
  const auto around = sim::bytes_at(**timeline.at(4), end - 4, 8);
  CHECK(around[3].has_value());
  CHECK(!around[4].has_value());
}

TEST_CASE("a page map from plain parts", "[snapshot]") {
  const Addr base{0x10000};
  const sim::PageMap map(sim::PageMapParts{
      {base, 65536}, 12, 5, {base, base + 8192}, {{1, base + 4000, 90, 100}, {2, base, 60, 64}}});
  REQUIRE(map.blocks().size() == 2);
  CHECK(map.blocks()[0].id == 2);
  CHECK(map.pages()[0].live_bytes == 64 + 96);  // the other four bytes lie on a page without a frame
  CHECK(map.pages()[1].blocks == 0);
  CHECK(sim::sums_of(map, {}) == sim::Sums{150, 164, 8192, 0, 0, 2});
}

}  // namespace kmemlab::test
