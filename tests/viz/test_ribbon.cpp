// Ribbons and marks, pixel by pixel; scales; and the tracks of the counters panel.
#include "tests/catch.h"
#include "viz/model/counter_tracks.h"
#include "viz/model/overview_paint.h"
#include "viz/model/ribbon.h"

namespace kmemlab::test {

using viz::Pixels;

namespace {

constexpr viz::Rgba paper = viz::rgba(0x101010), area = viz::rgba(0x0000ff), edge = viz::rgba(0x00ff00),
                    ink = viz::rgba(0xff0000);

std::string column(const Pixels& p, int x) {  // from the top: '.', 'a'rea, 'e'dge, 'i'nk
  std::string s;
  for (int y = 0; y < p.height; ++y) {
    const viz::Rgba c = p.at(x, y);
    s += c == area ? 'a' : c == edge ? 'e' : c == ink ? 'i' : '.';
  }
  return s;
}

}  // namespace

TEST_CASE("a ribbon has an area below the least and an edge up to the greatest value", "[ribbon]") {
  Pixels p(4, 8, paper);
  const std::vector<sim::Band> bands = {{0, 0, 0}, {4, 8, 8}, {4, 4, 4}, {0, 1, 0}};
  viz::paint_ribbon(p, {0, 0, 4, 8}, bands, 8, {area, edge, ink, viz::Weave::solid, 1});
  CHECK(column(p, 0) == "........");
  CHECK(column(p, 1) == "eeeeaaaa");
  CHECK(column(p, 2) == "....eaaa");
  CHECK(column(p, 3) == ".......e");
  Pixels none(4, 8, paper);
  viz::paint_ribbon(none, {0, 0, 4, 8}, {}, 8, {area, edge, ink, viz::Weave::solid, 1});
  CHECK(column(none, 1) == "........");
  Pixels small(2, 4, paper);  // a value that is too small for a pixel is a line all the same; one above the top is cut
  const std::vector<sim::Band> extremes = {{0, 1, 1}, {0, 5000, 0}};
  viz::paint_ribbon(small, {0, 0, 2, 4}, extremes, 1000, {area, edge, ink, viz::Weave::solid, 1});
  CHECK(column(small, 0) == "...e");
  CHECK(column(small, 1) == "eeee");
}

TEST_CASE("one event of a thousand is seen above the line under its track", "[ribbon]") {
  constexpr int height = 12, separator = 1;
  Pixels p(3, 2 * height, paper);
  const std::vector<sim::Band> counts = {{1, 1, 1}, {0, 0, 0}, {1000, 1000, 1000}};
  const viz::RibbonStyle style{area, edge, ink, viz::Weave::solid, 1, 20};
  for (int row = 0; row < 2; ++row)
    viz::paint_ribbon(p, viz::track_plot(row, 3, height, 1, separator), counts, 1000, style);
  CHECK(column(p, 0) == ".........ea..........ea.");
  CHECK(column(p, 1) == std::string(24, '.'));
  CHECK(column(p, 2) == ".eaaaaaaaaa..eaaaaaaaaa.");
}

TEST_CASE("weaves are a second cue", "[ribbon]") {
  Pixels p(10, 10, paper);
  const std::vector<sim::Band> full = {{10, 10, 10}};
  viz::paint_ribbon(p, {0, 0, 10, 10}, full, 10, {area, area, ink, viz::Weave::dots, 1});
  Pixels hatched(10, 10, paper);
  viz::paint_ribbon(hatched, {0, 0, 10, 10}, full, 10, {area, area, ink, viz::Weave::hatch, 1});
  const auto inked = [](const Pixels& q) { return std::count(q.data.begin(), q.data.end(), ink); };
  CHECK(inked(p) >= 4);
  CHECK(inked(hatched) >= 10);
}

TEST_CASE("marks stand where something happened, however rare", "[ribbon]") {
  Pixels p(5, 3, paper);
  const std::vector<std::uint32_t> counts = {0, 0, 1, 0, 0};
  viz::paint_marks(p, {0, 1, 5, 2}, counts, {area, 0, ink, viz::Weave::solid, 1});
  CHECK(column(p, 2) == ".aa");
  CHECK(column(p, 1) == "...");
}

TEST_CASE("scales end at round numbers", "[ribbon]") {
  CHECK(viz::scale_top(0, true) == 1);
  CHECK(viz::scale_top(1, false) == 1);
  CHECK(viz::scale_top(4096, true) == 4096);
  CHECK(viz::scale_top(4097, true) == 5120);
  CHECK(viz::scale_top(7, false) == 10);
  CHECK(viz::scale_top(11, false) == 20);
  CHECK(viz::scale_top(180, false) == 200);
  CHECK(viz::scale_top(501, false) == 1000);
}

namespace {

sim::Prepared three_events() {
  std::vector<sim::CourseBucket> buckets(3);
  for (std::uint64_t i = 0; i < 3; ++i) {
    sim::CourseBucket& b = buckets[i];
    const auto band = [](std::uint64_t from, std::uint64_t to) {
      return sim::Band{std::min(from, to), std::max(from, to), to};
    };
    b.held = band(i * 4096, (i + 1) * 4096);
    b.requested = band(i * 1024, (i + 1) * 1024);
    b.waste = band(i * 3072, (i + 1) * 3072);
    b.sparse_pages = 1;
    b.failed = i == 2;
  }
  sim::Prepared p;
  p.run = {0, 4};
  p.prepared = 3;
  p.course = sim::CourseResult(sim::EventAxis(16, {0, 4}), buckets, {{0, 100, 0, 0}, {2, 100, 400, 0}}, 4096);
  return p;
}

}  // namespace

TEST_CASE("tracks: values at places, bands of ranges, indices with their formulas", "[counters]") {
  const sim::Prepared p = three_events();
  const auto& all = viz::all_counter_tracks();
  const auto track = [&](std::string_view name) {
    for (unsigned i = 0; i < all.size(); ++i) {
      if (all[i].name == name) return i;
    }
    FAIL("no track " << name);
    return 0U;
  };
  CHECK(viz::track_value(p, track("footprint"), 0) == 0U);
  CHECK(viz::track_value(p, track("footprint"), 1) == 4096U);
  CHECK(viz::track_value(p, track("footprint"), 3) == 12288U);
  CHECK_FALSE(viz::track_value(p, track("footprint"), 4));  // not prepared
  CHECK(viz::track_value(p, track("waste share"), 2) == 750U);
  CHECK(viz::track_value(p, track("sparse pages"), 2) == 500U);
  CHECK(viz::track_value(p, track("external"), 2) == 0U);
  CHECK(viz::track_value(p, track("external"), 3) == 400U);
  const auto bands = viz::track_bands(p, track("footprint"), {0, 4}, 4);
  REQUIRE(bands.size() == 4);
  CHECK(bands[1] == sim::Band{4096, 8192, 8192});
  CHECK(bands[3] == sim::Band{});
  CHECK(viz::track_bands(p, track("external"), {0, 3}, 3)[2].last == 400);
  CHECK(viz::track_bands(p, track("live"), {3, 4}, 4).empty());
  CHECK(viz::track_text(viz::TrackUnit::permille, 375) == "37.5 %");
  CHECK(viz::track_text(viz::TrackUnit::bytes, 12288) == "12,288");
  CHECK(viz::track_top_text(p, track("footprint"), 12288, 12000) == "12 KiB");
  CHECK(viz::track_top_text(p, track("tables"), 1, 0) == "none");
  CHECK(viz::track_top_text(p, track("external"), 1000, 400) == "100 %");
}

TEST_CASE("the overview: footprint behind live, marks below", "[overview]") {
  const viz::Palette c = viz::palette(viz::Shade::dark);
  const viz::Pixels p = viz::paint_overview(three_events().course, c, {{0, 3}, 30, 26, 1, 2});
  CHECK(p.at(25, 18) == c.of(viz::Fill::live));
  CHECK(p.at(20, 21) == c.alarm);  // where the third event begins: it failed
  CHECK(p.at(5, 21) == c.panel);
  CHECK(p.at(25, 23) == c.panel);  // nobody slept
  CHECK(viz::paint_overview({}, c, {{0, 3}, 30, 26, 1, 2}).at(5, 5) == c.panel);
}

}  // namespace kmemlab::test
