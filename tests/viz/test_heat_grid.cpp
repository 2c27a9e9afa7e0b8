// Sizes by lifetimes: what is shown, shades, and the words at the edges.
#include "tests/catch.h"
#include "viz/model/heat_grid.h"

namespace kmemlab::test {

TEST_CASE("the window holds every cell that is not empty", "[sizes]") {
  sim::LifetimeGrid grid;
  CHECK(viz::heat_window(grid, viz::HeatMeasure::blocks).blocks == 0);
  grid.count(100, 5000);
  grid.count(100, 5000);
  grid.count(3000, 2'000'000);
  const viz::HeatWindow w = viz::heat_window(grid, viz::HeatMeasure::blocks);
  CHECK(w.size_first <= 7);
  CHECK(w.size_end >= 13);
  CHECK(w.life_first == 12);
  CHECK(w.life_end == 21);
  CHECK(w.most == 2);
  CHECK(w.blocks == 3);
  CHECK(w.bytes == 3200);
  CHECK(viz::heat_window(grid, viz::HeatMeasure::bytes).most == 3000);
  sim::LifetimeGrid one;
  one.count(~std::uint64_t{0}, ~std::uint64_t{0});
  const viz::HeatWindow corner = viz::heat_window(one, viz::HeatMeasure::blocks);
  CHECK(corner.size_end == 64);
  CHECK(corner.size_end - corner.size_first == 4);
}

TEST_CASE("shades grow with the logarithm", "[sizes]") {
  CHECK(viz::heat_shade(0, 100) == 0);
  CHECK(viz::heat_shade(1, 1024) == 0);
  CHECK(viz::heat_shade(32, 1024) == 127);
  CHECK(viz::heat_shade(1024, 1024) == 255);
  CHECK(viz::heat_shade(5000, 1024) == 255);
  for (std::uint64_t v = 1; v < 2000; ++v) CHECK(viz::heat_shade(v, 2000) <= viz::heat_shade(v + 1, 2000));
}

TEST_CASE("edges of classes in words", "[sizes]") {
  CHECK(viz::size_edge(7) == "128");
  CHECK(viz::size_edge(12) == "4 KiB");
  CHECK(viz::size_words(0) == "0 or 1 byte");
  CHECK(viz::size_words(1) == "2 bytes");
  CHECK(viz::size_words(7) == "65 to 128 bytes");
  CHECK(viz::life_edge(0) == "0 ns");
  CHECK(viz::life_edge(10) == "1.0 µs");
  CHECK(viz::life_edge(25) == "33 ms");
  CHECK(viz::life_edge(63) == "9,223,372,036 s");
  CHECK(viz::life_words(10) == "1.024 µs to 2.047 µs");
}

}  // namespace kmemlab::test
