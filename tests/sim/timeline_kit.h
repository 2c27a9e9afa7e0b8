// What the tests of Timeline compare it with: the same run played straight through, with everything written down.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/base/ints.h"
#include "sim/observe/happenings.h"
#include "sim/observe/timeline.h"
#include "tests/sim/traces.h"

namespace kmemlab::test {

struct TimelineSetup {
  std::string core;
  std::uint64_t ram_bytes = 0;
};

/// Roomy, and so tight that requests sleep or fail.
inline std::vector<TimelineSetup> timeline_setups() {
  return {{"bsd386", 0},      {"bsd386", 384 << 10},  {"osf1", 512 << 10},
          {"aix", 512 << 10}, {"aix:frees=defer", 0}, {"beos", 512 << 10}};
}

inline std::unique_ptr<sim::Session> session_of(traces::KmtReader& trace, const TimelineSetup& setup) {
  const auto cores = sim::parse_core_specs({setup.core});
  return sim::open_session(trace.view(), cores.value()[0], {*sim::find_profile("x86-64"), setup.ram_bytes, 0}, {})
      .value();
}

inline sim::Timeline timeline_of(traces::KmtReader& trace, const TimelineSetup& setup,
                                 const sim::TimelineOptions& options = {}) {
  const auto cores = sim::parse_core_specs({setup.core});
  return sim::Timeline::open(trace.view(), cores.value()[0], {*sim::find_profile("x86-64"), setup.ram_bytes, 0}, {},
                             options)
      .value();
}

inline std::uint64_t held_pages(const sim::Session& session) {
  std::uint64_t pages = 0;
  session.kernel().for_each_held_page([&](Addr) { ++pages; });
  return pages;
}

struct BlockSums {
  std::uint64_t pages = 0, requested = 0, granted = 0, metadata = 0;
  bool operator==(const BlockSums&) const = default;
};

/// What the session says of itself.
inline BlockSums sums_of(const sim::Session& session) {
  BlockSums sums{held_pages(session), 0, 0, session.metadata_bytes()};
  session.for_each_block([&](const sim::HeldBlock& b) {
    sums.requested += b.requested;
    sums.granted += b.granted;
  });
  return sums;
}

struct Straight {
  std::vector<std::uint64_t> digest;  ///< before each event, and at the end
  std::vector<BlockSums> sums;        ///< what a ledger says there
};

inline Straight straight_run(traces::KmtReader& trace, const TimelineSetup& setup) {
  Straight run;
  sim::Ledger ledger;
  const auto session = session_of(trace, setup);
  for (std::uint64_t event = 0; event <= trace.events(); ++event) {
    if (!session->play(event, ledger, {})) FAIL("a damaged trace");
    run.digest.push_back(session->digest());
    const auto now = ledger.now();
    run.sums.push_back({ledger.held_pages(), now.requested, now.requested + now.internal, session->metadata_bytes()});
  }
  return run;
}

/// Every happening of a run, in order.
inline std::vector<sim::Happening> everything(traces::KmtReader& trace, const TimelineSetup& setup) {
  sim::HappeningList list([](const sim::Happening&) { return true; }, ~std::size_t{0});
  if (!session_of(trace, setup)->play(trace.events(), list, {})) FAIL("a damaged trace");
  return list.list();
}

inline std::optional<sim::Happening> first_of(const std::vector<sim::Happening>& all, std::uint64_t from,
                                              sim::HappenedSet kinds) {
  for (const sim::Happening& h : all) {
    if (h.during >= from && (kinds & sim::set_of(h.kind)) != 0) return h;
  }
  return std::nullopt;
}
inline std::optional<sim::Happening> last_of(const std::vector<sim::Happening>& all, std::uint64_t before,
                                             sim::HappenedSet kinds) {
  std::optional<sim::Happening> last;
  for (const sim::Happening& h : all) {
    if (h.during < before && (kinds & sim::set_of(h.kind)) != 0) last = h;
  }
  return last;
}

/// The first grant of this block.
inline sim::Happening granted_of(const std::vector<sim::Happening>& all, std::uint64_t id) {
  for (const sim::Happening& h : all) {
    if (h.kind == sim::Happened::granted && h.id == id) return h;
  }
  return {};
}

/// All about the block that `granted` speaks of: by its name, and its requests' sleeps.
inline std::vector<sim::Happening> about_block(const std::vector<sim::Happening>& all, const sim::Happening& granted) {
  std::set<std::uint64_t> events = {granted.event};
  for (const sim::Happening& h : all) {
    if (h.kind == sim::Happened::freed && h.id == granted.id) events.insert(h.event);
  }
  std::vector<sim::Happening> list;
  for (const sim::Happening& h : all) {
    const bool sleep = h.kind == sim::Happened::slept || h.kind == sim::Happened::woke;
    const bool of_page = is_in(h.kind, sim::of_pages | sim::of_frames);
    if (sleep ? events.count(h.event) != 0 : !of_page && h.id == granted.id) list.push_back(h);
  }
  return list;
}
inline std::vector<sim::Happening> about_range(const std::vector<sim::Happening>& all, AddrRange range) {
  std::vector<sim::Happening> list;
  for (const sim::Happening& h : all) {
    const std::uint64_t bytes = std::max<std::uint64_t>(h.granted, 1);
    if (h.address.v != 0 && h.address.v < range.end().v && range.base.v < h.address.v + bytes) list.push_back(h);
  }
  return list;
}

inline void same_report(const sim::Report& a, const sim::Report& b) {
  CHECK(a.requests == b.requests);
  CHECK(a.granted == b.granted);
  CHECK(a.slept == b.slept);
  CHECK(a.failed_by == b.failed_by);
  CHECK(a.violations == b.violations);
  CHECK(a.asleep_at_end == b.asleep_at_end);
  CHECK(a.frees == b.frees);
  CHECK(a.skipped_frees == b.skipped_frees);
  CHECK(a.refused_frees == b.refused_frees);
  CHECK(a.deferred_frees == b.deferred_frees);
  CHECK(a.thread_runs == b.thread_runs);
  CHECK(a.unmatched_frees == b.unmatched_frees);
  CHECK(a.bytes.peak_requested == b.bytes.peak_requested);
  CHECK(a.bytes.peak_granted == b.bytes.peak_granted);
  CHECK(a.bytes.leaked == b.bytes.leaked);
  CHECK(a.pages.mapped == b.pages.mapped);
  CHECK(a.pages.returned == b.pages.returned);
  CHECK(a.pages.peak == b.pages.peak);
  CHECK(a.pages.end == b.pages.end);
  CHECK(a.at_peak.held == b.at_peak.held);
  CHECK(a.at_peak.requested == b.at_peak.requested);
  CHECK(a.at_peak.cached == b.at_peak.cached);
  CHECK(a.peak_event == b.peak_event);
  CHECK(a.peak_tick == b.peak_tick);
  CHECK((a.byte_ticks.held == b.byte_ticks.held));
  CHECK((a.byte_ticks.requested == b.byte_ticks.requested));
  CHECK((a.byte_ticks.internal == b.byte_ticks.internal));
  CHECK((a.byte_ticks.cached == b.byte_ticks.cached));
  CHECK((a.byte_ticks.metadata == b.byte_ticks.metadata));
  CHECK((a.leaked_ticks.granted == b.leaked_ticks.granted));
  CHECK((a.kept == b.kept));
  CHECK((a.fill_at_peak == b.fill_at_peak));
  CHECK((a.fill_at_end == b.fill_at_end));
  CHECK(a.failed_nowait == b.failed_nowait);
  CHECK(a.largest_free_run == b.largest_free_run);
  CHECK(a.unusable_permille == b.unusable_permille);
  CHECK(a.blocking.sleeps == b.blocking.sleeps);
  CHECK(a.blocking.ticks_total == b.blocking.ticks_total);
  CHECK(a.blocking.histogram == b.blocking.histogram);
  CHECK(a.interrupts_off.ticks == b.interrupts_off.ticks);
  CHECK(a.interrupts_off.ticks_max == b.interrupts_off.ticks_max);
  CHECK(a.lock_ticks == b.lock_ticks);
  CHECK(a.call_ticks == b.call_ticks);
  CHECK(a.accesses.loads == b.accesses.loads);
  CHECK(a.accesses.tlb_misses == b.accesses.tlb_misses);
  CHECK(a.lag_ticks_max == b.lag_ticks_max);
  CHECK(a.counterfactual_from == b.counterfactual_from);
  CHECK(a.digest == b.digest);
  CHECK(a.stopped == b.stopped);
}

}  // namespace kmemlab::test
