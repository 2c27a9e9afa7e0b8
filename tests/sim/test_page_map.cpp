// Who lies where: by hand on one page, and against the strips that an observer of the whole run keeps.
#include "sim/observe/page_map.h"
#include "sim/replay/observer_list.h"
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/timeline_kit.h"

namespace kmemlab::test {

TEST_CASE("blocks and pages of a small run, by hand", "[page_map]") {
  TraceMaker t;
  t.at(1000).task(1);
  const auto first = t.alloc(1000);
  t.at(2000).alloc(1000);
  t.at(3000).alloc(5000);  // 386BSD: pages of its own
  t.at(4000).free(first);
  auto reader = t.reader();
  const auto session = session_of(reader, {"bsd386", 0});
  sim::Observer nobody;
  REQUIRE(session->play(3, nobody, {}));
  const sim::PageMap three(*session);
  REQUIRE(three.blocks().size() == 3);
  REQUIRE(three.pages().size() == 3);
  CHECK(three.pages()[0].live_bytes == 2048);
  CHECK(three.pages()[0].blocks == 2);
  CHECK(three.pages()[1].live_bytes == 4096);
  CHECK(three.pages()[2].blocks == 1);
  CHECK(three.blocks_of(three.pages()[2])[0].requested == 5000);
  const Addr page = three.pages()[0].page;
  CHECK(three.page_of(page + 4095) == &three.pages()[0]);
  CHECK(three.page_of(three.pages()[2].page + 4096) == nullptr);
  CHECK(three.block_at(three.blocks()[1].address + 1023) == &three.blocks()[1]);
  CHECK(three.block_at(page) == nullptr);  // the list of a new page begins at its end

  REQUIRE(session->play(4, nobody, {}));
  const sim::PageMap two(*session);
  CHECK(two.blocks().size() == 2);
  CHECK(two.pages()[0].live_bytes == 1024);
  CHECK(two.strip().cells == std::vector<sim::StripCell>{{1, 1024}, {1, 4096}, {1, 4096}});
  CHECK(two.strip(2).cells == std::vector<sim::StripCell>{{2, 5120}, {1, 4096}});
}

TEST_CASE("the map of a run's end is the strip that an observer kept", "[page_map]") {
  const TimelineSetup setup = GENERATE(from_range(timeline_setups()));
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  auto reader = busy_day({.seed = 4, .events = 3000}).reader();
  const auto session = session_of(reader, setup);
  sim::Strips strips({}, 65536);
  REQUIRE(session->play(reader.events(), strips, {}));
  static_cast<void>(session->finish(strips));
  const sim::PageMap map(*session);
  std::vector<sim::StripCell> cells = strips.end().cells;  // may end in pages that nobody holds any more
  while (!cells.empty() && cells.back() == sim::StripCell{}) cells.pop_back();
  CHECK(map.strip(65536).cells == cells);
  std::uint64_t granted = 0;
  for (const sim::HeldPage& p : map.pages()) granted += p.live_bytes;
  CHECK(granted == sums_of(*session).granted);
}

}  // namespace kmemlab::test
