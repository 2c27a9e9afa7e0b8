// The page map's layout, differences of two maps, call sites and view lines, against what a hand works out.
#include <cstdint>
#include <vector>

#include "tests/catch.h"
#include "viz/app/view_line.h"
#include "viz/model/difference.h"
#include "viz/model/page_layout.h"
#include "viz/work/site_table.h"

using namespace kmemlab;

namespace {

constexpr Addr base{0x10000};
constexpr std::uint64_t page_size = 4096;
constexpr int page_level = 5;  // a page is a cell of at least 8 pixels

Addr nth(std::uint64_t page) {
  return base + page * page_size;
}

sim::PageMap map_of(const std::vector<std::uint64_t>& pages, std::vector<sim::HeldBlock> blocks = {}) {
  sim::PageMapParts parts;
  parts.arena = {base, 64 * page_size};
  for (const std::uint64_t p : pages) parts.pages.push_back(nth(p));
  parts.blocks = std::move(blocks);
  return sim::PageMap(std::move(parts));
}

sim::HeldBlock block(Addr at, std::uint64_t requested, std::uint64_t granted, std::uint32_t site) {
  sim::HeldBlock b;
  b.address = at, b.requested = requested, b.granted = granted, b.call_site = site, b.event = site;
  return b;
}

}  // namespace

TEST_CASE("rows hold a power of two pages; a long stretch without frames is one row that says so", "[viz][map]") {
  // 40 pixels: four cells of 10. Pages 0, 1 and 30: rows 0..3, then pages 4 to 27 folded, then 28..31.
  const viz::PageLayout layout(map_of({0, 1, 30}), page_level, 40);
  CHECK(layout.cells_per_row() == 4);
  CHECK(layout.cell_width() == 10);
  REQUIRE(layout.rows().size() == 3);
  CHECK(layout.rows()[0].first_page == 0);
  CHECK(layout.rows()[1].fold);
  CHECK(layout.rows()[1].first_page == 4);
  CHECK(layout.rows()[1].pages == 24);
  CHECK(layout.rows()[2].first_page == 28);
  CHECK(layout.pages_behind() == 32);
}

TEST_CASE("what is hit at a place is what is drawn there", "[viz][map]") {
  const viz::PageLayout layout(map_of({0, 1, 30}), page_level, 40);
  CHECK(layout.row_of(nth(30)) == 2);
  CHECK(layout.x_of(nth(30)) == 20);
  const auto hit = layout.hit(2, 25);  // the middle of the third cell
  REQUIRE(hit);
  CHECK(hit->page == nth(30));
  CHECK(hit->address == nth(30) + page_size / 2);
  CHECK(layout.hit(1, 0)->fold);
  CHECK(layout.hit(1, 0)->pages == 24);
  CHECK_FALSE(layout.hit(2, 40));  // behind the last cell
  CHECK_FALSE(layout.hit(3, 0));
  CHECK(layout.row_of(nth(40)) == layout.rows().size());
}

TEST_CASE("pages that only one of two holds are counted for it", "[viz][compare]") {
  const viz::DifferenceCount n = viz::count_difference(map_of({0, 1, 2, 9}), map_of({1, 2, 3}));
  CHECK(n.both == 2);
  CHECK(n.only_a == 2);
  CHECK(n.only_b == 1);
  sim::Snapshot a, b;
  a.map = map_of({0, 9});
  b.map = map_of({3});
  CHECK(viz::union_of({&a, &b}).pages().size() == 3);
}

TEST_CASE("a call site holds a page alone if all of its blocks are that site's", "[viz][sites]") {
  sim::Snapshot now;
  now.map = map_of({0, 1}, {block(nth(0), 100, 128, 7), block(nth(0) + 128, 50, 64, 7), block(nth(1), 10, 16, 7),
                            block(nth(1) + 16, 300, 512, 8)});
  const auto by_waste = viz::site_table(now, viz::SiteOrder::waste);
  REQUIRE(by_waste.size() == 2);
  CHECK(by_waste[0].site == 8);  // 212 bytes against 48
  CHECK(by_waste[1].blocks == 3);
  CHECK(by_waste[1].requested == 160);
  CHECK(by_waste[1].granted == 208);
  CHECK(by_waste[1].pinned_pages == 1);
  CHECK(by_waste[0].pinned_pages == 0);
  CHECK(viz::site_table(now, viz::SiteOrder::blocks)[0].site == 7);
}

TEST_CASE("a view line keeps everything, and says which word is wrong", "[viz][view_line]") {
  viz::ViewLine view;
  view.trace = "my \"odd\" trace\\1.kmt";
  view.digest = "0123";
  view.cores = {"bsd386:mode=faithful,types=temp", "osf1"};
  view.machine = "machine=alpha ram=64M";
  view.event = 4711, view.steps = 2, view.from = 10, view.to = 5000;
  view.panels = {"map", "why"};
  view.map_level = 7;
  view.page = 0xffff888000010000, view.address = 0xffff888000010040;
  const auto again = viz::parse_view_line(viz::text_of(view));
  REQUIRE(again);
  CHECK(*again == view);
  CHECK_FALSE(viz::parse_view_line("event=1"));
  const auto unknown = viz::parse_view_line("kmemlab-view/1 evnt=1");
  REQUIRE(!unknown);
  CHECK(unknown.error().what.find("evnt") != std::string::npos);
  CHECK_FALSE(viz::parse_view_line("kmemlab-view/1 event=many"));
  CHECK_FALSE(viz::parse_view_line("kmemlab-view/1 trace=\"no end"));
}
