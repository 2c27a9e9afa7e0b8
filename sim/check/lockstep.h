// Two runs of one trace side by side, event by event, without keeping either: what each decided comes from a source,
// and the two are merged by event number.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/ints.h"
#include "sim/observe/decisions.h"
#include "sim/observe/report.h"
#include "sim/observe/waste.h"

namespace kmemlab::check {

/// What is known of a run when it is over.
struct RunEnd {
  std::map<std::string, u128> metrics;  ///< by name (metrics.h)
  std::vector<sim::Waste::Cell> waste;  ///< sorted by site and class
  std::string stopped;                  ///< panic or fault that ended the run; empty = none
};

/// All metrics of a report, by name.
std::map<std::string, u128> metrics_of(const sim::Report& report);

class DecisionSource {
 public:
  virtual ~DecisionSource() = default;
  /// The next event in which anything was decided; false at the end. Events ascend.
  virtual Fallible<bool> next(sim::EventDecisions& group) = 0;
  /// After the end.
  virtual Fallible<RunEnd> finish() = 0;
  virtual std::uint64_t page_bytes() const = 0;
};

/// Null: nothing was decided on that side.
using SeeEvent = std::function<void(std::uint64_t event, const sim::EventDecisions* a, const sim::EventDecisions* b)>;

/// Calls `see` for each event in which either side decided anything, in order.
Fallible<void> lockstep(DecisionSource& a, DecisionSource& b, const SeeEvent& see);

}  // namespace kmemlab::check
