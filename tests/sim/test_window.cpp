// Metrics of a part of a trace: the run is the same run, and the parts of a partition add up to the whole.
#include "tests/sim/host_proof_traces.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {
namespace {

sim::Report report_of(traces::KmtReader& trace, ReplaySetup setup, std::uint64_t from, std::uint64_t to) {
  setup.policy.window = {from, to};
  return replay(trace, setup).report;
}

struct Sums {
  std::vector<u128> values;
  explicit Sums(const sim::Report& r) {
    for (const u128 v : {u128{r.requests},
                         u128{r.granted},
                         u128{r.slept},
                         u128{r.failed},
                         u128{r.refused},
                         u128{r.asleep_at_end},
                         u128{r.frees},
                         u128{r.skipped_frees},
                         u128{r.refused_frees},
                         u128{r.implied_frees},
                         u128{r.unmatched_frees},
                         u128{r.deferred_frees},
                         u128{r.thread_runs},
                         u128{r.bytes.requested},
                         u128{r.bytes.granted},
                         u128{r.bytes.failed},
                         u128{r.bytes.refused},
                         u128{r.bytes.asleep},
                         u128{r.bytes.leaked},
                         u128{r.pages.mapped},
                         u128{r.pages.returned},
                         r.byte_ticks.held,
                         r.byte_ticks.requested,
                         r.byte_ticks.internal,
                         r.byte_ticks.cached,
                         r.byte_ticks.metadata,
                         r.leaked_ticks.granted,
                         r.kept.page_ticks,
                         u128{r.blocking.sleeps},
                         u128{r.blocking.ticks_total},
                         u128{r.interrupts_off.ticks},
                         u128{r.lock_ticks},
                         u128{r.call_ticks},
                         u128{r.accesses.loads},
                         u128{r.accesses.stores},
                         u128{r.accesses.tlb_misses},
                         u128{r.accesses.table_reads}}) {
      values.push_back(v);
    }
  }
  Sums& operator+=(const Sums& other) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
    return *this;
  }
};

void parts_add_up(traces::KmtReader& trace, const ReplaySetup& setup) {
  INFO(setup.core << ", RAM " << setup.ram_bytes);
  const std::uint64_t end = trace.events();
  const std::uint64_t cuts[] = {0, end / 5, end / 5 + 1, end / 2 + 77, sim::MetricsWindow::no_end};
  const sim::Report whole = report_of(trace, setup, 0, sim::MetricsWindow::no_end);
  std::vector<sim::Report> parts;
  for (std::size_t i = 0; i + 1 < std::size(cuts); ++i) parts.push_back(report_of(trace, setup, cuts[i], cuts[i + 1]));
  Sums sum(parts[0]);
  std::uint64_t peak = 0, peak_granted = 0, raised_max = 0, lag_max = 0, slept_max = 0;
  for (const sim::Report& r : parts) {
    if (&r != &parts[0]) sum += Sums(r);
    CHECK(r.digest == whole.digest);
    CHECK(r.counterfactual_from == whole.counterfactual_from);
    CHECK(r.at_peak.held == r.at_peak.requested + r.at_peak.internal + r.at_peak.cached + r.at_peak.metadata);
    peak = std::max(peak, r.pages.peak);
    peak_granted = std::max(peak_granted, r.bytes.peak_granted);
    raised_max = std::max(raised_max, r.interrupts_off.ticks_max);
    lag_max = std::max(lag_max, r.lag_ticks_max);
    slept_max = std::max(slept_max, r.blocking.ticks_max);
  }
  const Sums expected(whole);
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    INFO("sum " << i);
    CHECK(static_cast<std::uint64_t>(sum.values[i] >> 64) == static_cast<std::uint64_t>(expected.values[i] >> 64));
    CHECK(static_cast<std::uint64_t>(sum.values[i]) == static_cast<std::uint64_t>(expected.values[i]));
  }
  CHECK(peak == whole.pages.peak);
  CHECK(peak_granted == whole.bytes.peak_granted);
  CHECK(raised_max == whole.interrupts_off.ticks_max);
  CHECK(lag_max == whole.lag_ticks_max);
  CHECK(slept_max == whole.blocking.ticks_max);
  CHECK(parts.back().pages.end == whole.pages.end);
}

}  // namespace

TEST_CASE("the parts of a partition add up to the whole, and the run stays the same", "[replay][window]") {
  traces::KmtReader trace = shipped_recording();
  const std::uint64_t mib = 1 << 20;
  parts_add_up(trace, {"bsd386", "x86-64", 0, 0, {}});
  parts_add_up(trace, {"bsd386", "x86-64", 2 * mib, 0, {}});
  parts_add_up(trace, {"osf1", "x86-64", 2 * mib, 0, {}});
  parts_add_up(trace, {"aix:frees=defer", "x86-64", 0, 0, {}});
  parts_add_up(trace, {"beos", "x86-64", 4 * mib, 0, {}});
}

TEST_CASE("the worked example from event 4 to event 8", "[replay][window]") {
  traces::KmtReader trace = worked_example().reader();
  const sim::Report r =
      report_of(trace, {"bsd386:mode=faithful,types=temp", "i386", 0, std::uint64_t{1} << 20, {}}, 4, 8);
  CHECK(r.requests == 3);
  CHECK(r.granted == 3);
  CHECK(r.frees == 1);
  CHECK(r.bytes.requested == 128 + 5000 + 4096);
  CHECK(r.bytes.granted == 128 + 8192 + 4096);
  CHECK(r.bytes.peak_requested == 9324);
  CHECK(r.bytes.peak_granted == 12544);
  CHECK(r.pages.mapped == 2);
  CHECK(r.pages.returned == 0);
  CHECK(r.pages.peak == 4);
  CHECK(r.pages.end == 4);
  CHECK(r.peak_event == 5);
  CHECK(r.at_peak.requested == 8228);
  // Four seconds: two pages held for one of them, four for three, but for the few ticks that calls take.
  const u128 second = 1'000'000'000;
  CHECK(r.byte_ticks.held / second == 4096 * (2 + 4 * 3) - 1);
}

TEST_CASE("a request that sleeps past the window's end belongs to the part that it came in", "[replay][window]") {
  TraceMaker t;  // one page of memory: the second request waits for the first one's free
  t.task(1).at(1000);
  const auto a = t.alloc(4096);
  t.task(2).at(2000);
  t.alloc(4096);
  t.task(1).at(50'000'000);
  t.free(a);
  traces::KmtReader trace = t.reader();
  const ReplaySetup setup{"bsd386", "i386", 0, 4096, {}};
  const sim::Report first = report_of(trace, setup, 0, 2);
  REQUIRE(first.blocking.sleeps == 1);
  CHECK(first.granted == 2);
  CHECK(first.slept == 1);
  CHECK(first.blocking.ticks_total > 40'000'000);
  CHECK(first.pages.end == 1);
  const sim::Report second = report_of(trace, setup, 2, 3);
  CHECK(second.requests == 0);
  CHECK(second.frees == 1);
  CHECK(second.blocking.sleeps == 0);
}

}  // namespace kmemlab::test
