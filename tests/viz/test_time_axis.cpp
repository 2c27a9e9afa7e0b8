// Events along pixels: there and back, zoomed, moved, and the numbers below.
#include "tests/catch.h"
#include "viz/model/time_axis.h"

namespace kmemlab::test {

using viz::TimeAxis;

TEST_CASE("places and events of a time axis", "[time_axis]") {
  const TimeAxis axis{{100, 200}, 1000};  // ten pixels an event
  CHECK(axis.x_of(100) == 0);
  CHECK(axis.x_of(150) == 500);
  CHECK(axis.x_of(200) == 1000);
  CHECK(axis.event_at(0) == 100);
  CHECK(axis.event_at(9.9) == 100);
  CHECK(axis.event_at(10) == 101);
  CHECK(axis.event_at(5000) == 199);
  CHECK(axis.event_at(-3) == 100);
  CHECK(axis.place_at(4) == 100);
  CHECK(axis.place_at(6) == 101);
  CHECK(axis.place_at(1000) == 200);
  CHECK(axis.events_at(500) == sim::EventRange{150, 151});
  const TimeAxis far{{0, 100'000}, 100};  // a thousand events a pixel
  CHECK(far.events_at(3) == sim::EventRange{3000, 4000});
  CHECK(TimeAxis{{7, 7}, 50}.event_at(20) == 7);
}

TEST_CASE("zooming keeps what is under the pointer, and stays inside the run", "[time_axis]") {
  const sim::EventRange whole{0, 10'000};
  const sim::EventRange near = viz::zoomed(whole, whole, 0.5, 1);
  CHECK(near == sim::EventRange{1250, 8750});
  CHECK(viz::zoomed(whole, whole, 0, 1) == sim::EventRange{0, 7500});
  CHECK(viz::zoomed(near, whole, 0.5, -1) == whole);
  CHECK(viz::zoomed({0, 100}, whole, 0.5, -100) == whole);
  const sim::EventRange closest = viz::zoomed({5000, 5010}, whole, 0.5, 50);
  CHECK(closest.to - closest.from == 8);
  CHECK(viz::zoomed({0, 3}, {0, 3}, 0.5, 5) == sim::EventRange{0, 3});
  CHECK(viz::moved({100, 200}, whole, 50) == sim::EventRange{150, 250});
  CHECK(viz::moved({100, 200}, whole, -500) == sim::EventRange{0, 100});
  CHECK(viz::moved({100, 200}, whole, 1e9) == sim::EventRange{9900, 10'000});
}

TEST_CASE("ticks lie at round numbers", "[time_axis]") {
  CHECK(viz::tick_distance(10, 10) == 1);
  CHECK(viz::tick_distance(11, 10) == 2);
  CHECK(viz::tick_distance(30, 10) == 5);
  CHECK(viz::tick_distance(90, 10) == 10);
  CHECK(viz::tick_distance(1'000'000, 8) == 200'000);
  CHECK(viz::tick_distance(1'000, 0) == 1);
}

}  // namespace kmemlab::test
