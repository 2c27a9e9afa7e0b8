// Swim lanes: their order, the bars of sleeps at every zoom, and the picture of calls.
#include "tests/catch.h"
#include "viz/model/lane_layout.h"

namespace kmemlab::test {
namespace {

sim::Lane lane(sim::LaneKind kind, std::uint32_t number, std::uint64_t calls, std::uint64_t sleeps,
               std::uint32_t activity) {
  sim::Lane l;
  l.name = {kind, number}, l.calls = calls, l.sleeps = sleeps, l.activity = activity;
  return l;
}

sim::LaneSleep sleep(std::uint32_t of, std::uint64_t from, std::uint64_t to) {
  sim::LaneSleep s;
  s.lane = of, s.event = s.from_event = from, s.to_event = to;
  return s;
}

sim::Lanes lanes() {
  using K = sim::LaneKind;
  sim::Lanes l;
  l.axis = sim::EventAxis(4, {0, 40});
  l.lanes = {lane(K::task, 0, 5, 0, 0), lane(K::task, 1, 9, 0, sim::Lane::summed), lane(K::softirq, 1, 1, 0, 1),
             lane(K::task, 2, 1, 3, 2), lane(K::hardirq, 0, 1, 0, sim::Lane::summed)};
  l.activity = {{5, 0, 0, 0}, {0, 1}, {0, 0, 1}};
  l.others = {0, 0, 0, 10};
  l.sleeps = {sleep(3, 4, 9), sleep(3, 20, 21), sleep(3, 30, sim::LaneSleep::open)};
  return l;
}

}  // namespace

TEST_CASE("lanes stand in the order in which they matter", "[lanes]") {
  const viz::LaneOrder order = viz::lane_order(lanes());
  CHECK(order.lanes == std::vector<std::uint32_t>{4, 2, 3, 1, 0});  // hardirq, softirq, who sleeps, the busiest
  CHECK(order.row_of == std::vector<std::uint32_t>{4, 3, 1, 2, 0});
  CHECK(order.sleeps_of[3] == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(order.sleeps_of[0].empty());
  CHECK(viz::interrupt_name({sim::LaneKind::softirq, 1}) == "softirq, CPU 1");
}

TEST_CASE("sleeps are bars, and one bar where they are too close", "[lanes]") {
  const sim::Lanes l = lanes();
  const viz::LaneOrder order = viz::lane_order(l);
  const auto& of_lane = order.sleeps_of[3];
  const auto near = viz::visible_sleeps(l, of_lane, {{0, 40}, 400}, 36);
  REQUIRE(near.size() == 3);
  CHECK(near[0].x0 == 40);
  CHECK(near[0].x1 == 100);  // it wakes during event 9
  CHECK(near[0].ends);
  CHECK(near[2].x1 == 360);  // as far as is prepared
  CHECK_FALSE(near[2].ends);
  const auto inside = viz::visible_sleeps(l, of_lane, {{6, 8}, 100}, 36);  // it began before and ends behind
  REQUIRE(inside.size() == 1);
  CHECK(inside[0].x0 == 0);
  CHECK(inside[0].x1 == 100);
  CHECK_FALSE(inside[0].ends);
  CHECK(viz::visible_sleeps(l, of_lane, {{12, 18}, 100}, 36).empty());
  const auto far = viz::visible_sleeps(l, of_lane, {{0, 40'000}, 10}, 36);
  REQUIRE(far.size() == 1);
  CHECK(far[0].more == 2);
}

TEST_CASE("many sleeps cost as much as there are pixels, and are all counted", "[lanes]") {
  sim::Lanes l = lanes();
  l.sleeps.clear();
  for (std::uint64_t i = 0; i < 50'000; ++i) l.sleeps.push_back(sleep(0, 10 * i, 10 * i + 5));
  const auto bars = viz::visible_sleeps(l, viz::lane_order(l).sleeps_of[0], {{0, 500'000}, 800}, 500'000);
  std::uint64_t all = 0;
  for (const auto& bar : bars) all += bar.more + 1;
  CHECK(all == 50'000);
  CHECK(bars.size() <= 400);
}

TEST_CASE("calls are columns on a logarithmic scale", "[lanes]") {
  const sim::Lanes l = lanes();
  const viz::LaneOrder order = viz::lane_order(l);
  const viz::Palette c = viz::palette(viz::Shade::dark);
  const viz::Pixels p = viz::paint_lanes(l, order, {{0, 40}, 4}, c, {0, 6, 4, 10, 1, 40});
  const auto height = [&](int row, int x) {
    int high = 0;
    for (int y = row * 10; y < row * 10 + 10; ++y) high += p.at(x, y) != c.panel;
    return high;
  };
  CHECK(height(4, 0) == 6);  // five calls of at most ten: three of four doublings
  CHECK(height(4, 1) == 0);
  CHECK(height(5, 3) == 8);           // the others: ten calls, the full height
  CHECK(p.at(1, 18) == c.interrupt);  // softirq
  CHECK(p.at(0, 48) == c.of(viz::Fill::live));
  CHECK(height(0, 0) == 0);  // its calls are among the others'
}

}  // namespace kmemlab::test
