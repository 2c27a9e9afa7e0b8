// The worked example of the report contract (docs/report.md), to the last figure.
#include "tests/sim/traces.h"

namespace kmemlab::test {

TEST_CASE("the worked example comes out to the last figure", "[replay][report]") {
  const Replayed run =
      replay(worked_example(), {"bsd386:mode=faithful,types=temp", "i386", 0, std::uint64_t{1} << 20, {}});
  const sim::Report& r = run.report;

  const std::uint64_t offset[] = {0xf80, 0xf00, 0x1000, 0xf80, 0xf80, 0x2000, 0x1000, 0x1000, 0x2000, 0x2000};
  const std::uint64_t granted[] = {128, 128, 4096, 128, 128, 8192, 4096, 4096, 8192, 12288};
  REQUIRE(run.completions.size() == 10);
  for (unsigned i = 0; i < 10; ++i) {
    INFO("event " << i);
    CHECK(run.completions[i].event == i);
    CHECK(run.completions[i].address == run.base + offset[i]);
    CHECK(run.completions[i].granted == granted[i]);
  }
  CHECK(r.requests == 7);
  CHECK(r.granted == 7);
  CHECK(r.failed == 0);
  CHECK(r.refused == 0);
  CHECK(r.frees == 3);
  CHECK(r.bytes.requested == 21424);
  CHECK(r.bytes.granted == 29056);
  CHECK(r.bytes.peak_requested == 13324);
  CHECK(r.bytes.peak_granted == 16640);
  CHECK(r.pages.mapped == 7);
  CHECK(r.pages.returned == 2);
  CHECK(r.pages.peak == 5);
  CHECK(r.pages.end == 5);
  CHECK(r.peak_event == 9);
  CHECK(r.at_peak.held == 20480);
  CHECK(r.at_peak.requested == 13324);
  CHECK(r.at_peak.internal == 3316);
  CHECK(r.at_peak.cached == 3840);
  CHECK(r.at_peak.metadata == 0);
  CHECK(r.largest_free_run == 3840);
  CHECK(r.external_permille == 0);
  CHECK(r.blocking.sleeps == 0);
  CHECK_FALSE(r.counterfactual_from);
}

TEST_CASE("byte-ticks integrate each part over simulated time", "[replay][report]") {
  TraceMaker t;
  t.task(1).at(1000);
  const auto a = t.alloc(100);
  t.at(2'000'000);
  t.free(a);
  t.at(5'000'000);
  t.alloc(16);
  const Replayed run = replay(t);
  const std::uint64_t t0 = run.completions[0].tick;
  const std::uint64_t t1 = run.completions[1].tick;
  const std::uint64_t t2 = run.completions[2].tick;
  const auto& sum = run.report.byte_ticks;
  CHECK(sum.requested == u128{100} * (t1 - t0));
  CHECK(sum.internal == u128{28} * (t1 - t0));
  CHECK(sum.held == u128{4096} * (t2 - t0));
  CHECK(sum.cached == sum.held - u128{128} * (t1 - t0));
  CHECK(sum.metadata == 0);
}

TEST_CASE("external fragmentation and unusable frames at the peak, by hand", "[replay][report]") {
  // Two pages of 2048-byte blocks; then the lower block of the first and the upper one of the second are freed, and a
  // third page of 4096 makes the peak: 4096 cached bytes in two runs of 2048.
  TraceMaker t;
  t.task(1).at(1000);
  t.alloc(2048);                     // page 0, upper half
  const auto low0 = t.alloc(2048);   // page 0, lower half
  const auto high1 = t.alloc(2048);  // page 1, upper half
  t.alloc(2048);                     // page 1, lower half
  t.at(2'000'000);
  t.free(low0);
  t.free(high1);
  t.alloc(4096);
  const Replayed run = replay(t, {"bsd386", "x86-64", 16 * 4096, 0, {}});
  CHECK(run.report.at_peak.held == 3 * 4096);
  CHECK(run.report.at_peak.cached == 4096);
  CHECK(run.report.largest_free_run == 2048);
  CHECK(run.report.external_permille == 500);
  // 13 of 16 frames are free, in one run of 13: unusable only for orders whose run is longer.
  CHECK(run.report.unusable_permille[0] == 0);
  CHECK(run.report.unusable_permille[3] == 0);
  CHECK(run.report.unusable_permille[4] == 1000);
}

}  // namespace kmemlab::test
