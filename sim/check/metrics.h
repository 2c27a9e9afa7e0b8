// The metrics of a report by name: one table from the dotted name that the report's JSON has ("at_peak.held") to an
// integer. What is no number there becomes one here:
//   digest               its 64 bits; shown as 16 hexadecimal digits
//   blocking.deadlock    0 or 1
//   stopped              1 if a panic or fault ended the run
//   counterfactual_from  the event; 2^64 - 1 if the run never departed from what was recorded
// Left out: events_per_second, which is the host's and part of no check.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/ints.h"
#include "sim/observe/report.h"

namespace kmemlab::check {

struct Metric {
  std::string name;
  bool hexadecimal = false;  ///< a digest: equal or not; differences mean nothing
  unsigned index = 0;        ///< which element, of a metric that is one of several
  u128 (*read)(const sim::Report&, unsigned index) = nullptr;

  u128 of(const sim::Report& report) const { return read(report, index); }
  /// The value for a reader: thousands separated, or 16 hexadecimal digits.
  std::string shown(u128 value) const;
};

/// All, in the order of the report.
const std::vector<Metric>& all_metrics();
/// Null if there is none of that name.
const Metric* find_metric(std::string_view name);
/// The name that differs least, or empty.
std::string nearest_metric(std::string_view name);

}  // namespace kmemlab::check
