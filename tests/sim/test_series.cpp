// The course of a run over time: values by hand, folding when time outgrows the buckets, windows, and sums that are the
// ledger's.
#include "sim/observe/series.h"
#include "tests/sim/worked_example.h"

namespace kmemlab::test {
namespace {

sim::Completion completion(sim::Action action, std::uint64_t tick, std::uint64_t requested, std::uint64_t granted) {
  sim::Completion c;
  c.action = action;
  c.tick = tick;
  c.requested = requested;
  c.granted = granted;
  return c;
}

}  // namespace

TEST_CASE("a series keeps the least, the greatest and the last value of each bucket", "[series]") {
  sim::Series series(100, {}, 4);
  series.on_completion(completion(sim::Action::alloc, 100, 10, 16));
  series.on_completion(completion(sim::Action::alloc, 101, 20, 32));
  series.on_completion(completion(sim::Action::free, 101, 10, 16));
  series.page_mapped(Addr{4096});
  series.on_completion(completion(sim::Action::alloc, 103, 1, 8));
  REQUIRE(series.bucket_ticks() == 1);
  REQUIRE(series.buckets().size() == 4);
  CHECK(series.buckets()[0].requested == sim::Band{0, 10, 10});
  CHECK(series.buckets()[1].requested == sim::Band{10, 30, 20});
  CHECK(series.buckets()[1].granted == sim::Band{16, 48, 32});
  CHECK(series.buckets()[2].requested == sim::Band{20, 20, 20});  // nothing happened: the value lasts
  CHECK(series.buckets()[2].held == sim::Band{0, 0, 0});
  CHECK(series.buckets()[3].held == sim::Band{0, 4096, 4096});  // counts from the end of the call on
  CHECK(series.buckets()[3].mapped == 1);

  series.page_unmapped(Addr{4096});
  series.on_end(109);  // tick 9 of 4 buckets: folded twice, 4 ticks each
  CHECK(series.bucket_ticks() == 4);
  REQUIRE(series.buckets().size() == 3);
  CHECK(series.buckets()[0].requested == sim::Band{0, 30, 21});
  CHECK(series.buckets()[0].mapped == 1);
  CHECK(series.buckets()[1].held == sim::Band{4096, 4096, 4096});
  CHECK(series.buckets()[2].held == sim::Band{0, 4096, 0});
  CHECK(series.buckets()[2].returned == 1);
  CHECK(series.last_tick() == 109);
}

TEST_CASE("a series notes failures, refusals and sleeps, and the first of each", "[series]") {
  sim::Series series(0, {}, 4);
  sim::Completion c = completion(sim::Action::alloc, 1, 10, 0);
  c.ending = sim::Ending::failed;
  c.event = 7;
  series.on_completion(c);
  c.event = 8;
  series.on_completion(c);
  c.ending = sim::Ending::refused;
  c.event = 9;
  series.on_completion(c);
  series.on_sleep({11, 2, 0, {}, {}, 0});
  series.on_sleep({12, 2, 0, {}, {}, 0});
  series.on_wake({11, 3, 1, {}, {}, 0});
  REQUIRE(series.buckets().size() == 4);
  CHECK(series.buckets()[1].failed == 2);
  CHECK(series.buckets()[1].refused == 1);
  CHECK(series.buckets()[1].requested == sim::Band{0, 0, 0});
  CHECK(series.buckets()[2].asleep == sim::Band{0, 2, 2});
  CHECK(series.buckets()[2].sleeps == 2);
  CHECK(series.buckets()[3].asleep == sim::Band{1, 2, 1});
  CHECK(series.first_failure()->event == 7);
  CHECK(series.first_refusal()->event == 9);
  CHECK(series.first_sleep()->event == 11);
}

TEST_CASE("time that outgrows everything costs a few foldings, no memory", "[series]") {
  sim::Series series(0, {}, 4);
  series.on_completion(completion(sim::Action::alloc, 1, 10, 16));
  series.on_end(~std::uint64_t{0});
  REQUIRE(series.buckets().size() == 4);
  CHECK(series.bucket_ticks() == std::uint64_t{1} << 62);
  CHECK(series.buckets()[0].requested == sim::Band{0, 10, 10});
  CHECK(series.buckets()[3].requested == sim::Band{10, 10, 10});
}

TEST_CASE("a series of a window shows the window's time only, with what lived before", "[series][window]") {
  sim::Series series(0, {2, 3}, 4);
  series.on_completion(completion(sim::Action::alloc, 5, 10, 16));
  CHECK(series.buckets().empty());
  series.on_window_open(2, 10, {});
  series.on_completion(completion(sim::Action::alloc, 11, 5, 8));
  series.on_window_close(12, {});
  series.on_completion(completion(sim::Action::alloc, 30, 1000, 1024));
  series.on_end(40);
  CHECK(series.first_tick() == 10);
  CHECK(series.last_tick() == 12);
  REQUIRE(series.buckets().size() == 3);
  CHECK(series.buckets()[0].requested == sim::Band{10, 10, 10});
  CHECK(series.buckets()[2].requested == sim::Band{15, 15, 15});
}

TEST_CASE("page traffic of a series is the ledger's", "[series]") {
  sim::Series series(worked_example().reader().first_tick());
  const sim::Report report = play_worked_example(series);
  std::uint64_t mapped = 0, returned = 0, held = 0, requested = 0;
  for (const sim::SeriesBucket& b : series.buckets()) {
    mapped += b.mapped, returned += b.returned;
    held = std::max(held, b.held.max), requested = std::max(requested, b.requested.max);
  }
  CHECK(mapped == report.pages.mapped);
  CHECK(returned == report.pages.returned);
  CHECK(returned == 2);
  CHECK(held == 20480);
  CHECK(held == report.at_peak.held);
  CHECK(requested == report.bytes.peak_requested);
  CHECK(series.buckets().size() > 256);
  CHECK(series.buckets().size() <= sim::Series::default_buckets);
}

}  // namespace kmemlab::test
