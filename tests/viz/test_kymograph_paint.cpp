// Windows of a kymograph: sums of texels, shades, zooming, and pixels.
#include "tests/catch.h"
#include "viz/model/kymograph_paint.h"

namespace kmemlab::test {

using viz::PageWindow;

namespace {

/// Four columns of ten events, three rows of two pages.
sim::KymographPicture picture() {
  sim::KymographPicture p;
  p.axis = sim::EventAxis(4, {0, 40});
  p.columns = 4, p.rows = 3;
  p.base = Addr{0x10000};
  p.row_pages = 2;
  p.texels.resize(12);
  p.texels[0] = {4096, 2, 2};    // column 0, row 0: half live
  p.texels[3] = {8192, 2, 0};    // column 1, row 0: full
  p.texels[4] = {0, 1, 1};       // column 1, row 1: held, nothing live
  p.texels[9] = {8192, 2, 300};  // column 3
  return p;
}

}  // namespace

TEST_CASE("a rectangle of a kymograph is the state at its last column, and all that came and went", "[kymograph]") {
  const auto p = picture();
  const auto one = viz::kymograph_cell(p, {3, 5}, {Addr{0x10000}, 4096});
  REQUIRE(one);
  CHECK(one->events == sim::EventRange{0, 10});
  CHECK(one->range.base == Addr{0x10000});
  CHECK(one->range.bytes == 8192);
  CHECK(one->pages == 2);
  CHECK(one->held_pages == 2);
  CHECK(one->live_bytes == 4096);
  const auto two = viz::kymograph_cell(p, {5, 15}, {Addr{0x10000}, 4 * 4096});
  REQUIRE(two);
  CHECK(two->held_pages == 3);
  CHECK(two->live_bytes == 8192);
  CHECK(two->churn == 3);
  CHECK_FALSE(viz::kymograph_cell(p, {40, 50}, {Addr{0x10000}, 4096}));
  CHECK_FALSE(viz::kymograph_cell(p, {0, 10}, {Addr{0x10000 + 6 * 4096}, 4096}));
  CHECK_FALSE(viz::kymograph_cell(p, {0, 10}, {Addr{0x1000}, 4096}));
  CHECK(viz::kymograph_shade(*one, viz::KymographColour::live, 4096) == 127);
  CHECK(viz::kymograph_shade(*one, viz::KymographColour::churn, 4096) == 115);
  CHECK(viz::kymograph_shade({{}, {}, 2, 0, 0, 0}, viz::KymographColour::churn, 4096) == 0);
  CHECK(viz::kymograph_shade({{}, {}, 2, 0, 0, 5000}, viz::KymographColour::churn, 4096) == 255);
}

TEST_CASE("the pixels of a kymograph: the lowest address is the lowest row", "[kymograph]") {
  const viz::Palette c = viz::palette(viz::Shade::dark);
  const auto p = picture();
  const viz::PageWindow all = viz::all_pages(p, p.base);
  CHECK(all == PageWindow{0, 6});
  viz::KymographPart part{{0, 40}, all, 4, 3, 30, p.base, viz::KymographColour::live, viz::Vision::normal, 1};
  const viz::Pixels live = viz::paint_kymograph(p, c, part);
  CHECK(live.at(0, 2) == viz::cividis(127));
  CHECK(live.at(1, 2) == viz::cividis(255));
  CHECK(live.at(1, 1) == c.of(viz::Fill::cached));
  CHECK(live.at(0, 0) == c.of(viz::Fill::unmapped));
  CHECK(live.at(3, 2) == c.panel);  // not prepared yet
  part.prepared = 40, part.colour = viz::KymographColour::churn;
  const viz::Pixels churn = viz::paint_kymograph(p, c, part);
  CHECK(churn.at(3, 2) == viz::cividis(255));
  CHECK(churn.at(1, 2) == c.of(viz::Fill::unmapped));
  part.events = {10, 20}, part.pages = {2, 2}, part.colour = viz::KymographColour::live;
  const viz::Pixels near = viz::paint_kymograph(p, c, part);
  for (const viz::Rgba pixel : near.data)
    CHECK((pixel == c.of(viz::Fill::cached) || pixel == viz::mixed(c.of(viz::Fill::cached), c.background, 150)));
}

TEST_CASE("windows of pages stay inside the arena's", "[kymograph]") {
  const PageWindow all{0, 1000};
  CHECK(viz::zoomed(all, all, 0.5, 1) == PageWindow{125, 750});
  CHECK(viz::zoomed({125, 750}, all, 0.5, -1) == all);
  CHECK(viz::zoomed({0, 100}, all, 1, 100).pages == 4);
  CHECK(viz::moved({100, 100}, all, -500) == PageWindow{0, 100});
  CHECK(viz::moved({100, 100}, all, 5000) == PageWindow{900, 100});
}

}  // namespace kmemlab::test
