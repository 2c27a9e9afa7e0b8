// The self-test of the gate: a core made worse on purpose (sim/replay/worse.h) is held against the good one by the
// rules of a usual suite, and must be caught, named and explained.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/compare.h"
#include "sim/replay/worse.h"
#include "traces/kmt/reader.h"

namespace kmemlab::check {

/// The first event at which two runs did not do the same, and what each did, in words without addresses.
struct FirstDifference {
  std::uint64_t event = 0;
  std::string good, worse;
};

struct Confession {
  sim::Vice vice{};
  std::vector<Finding> regressed;
  std::optional<FirstDifference> parting;
  std::string stopped;  ///< what ended the worse run
  bool caught() const { return !regressed.empty() && parting.has_value(); }
};

/// The suite: its rules, and the workload that is played.
Suite selftest_suite();
/// `trace` is what the suite's only entry plays.
Fallible<std::vector<Confession>> run_selftest(const Suite& suite, traces::KmtReader& trace);
std::string selftest_text(const Suite& suite, const std::vector<Confession>& confessions);

}  // namespace kmemlab::check
