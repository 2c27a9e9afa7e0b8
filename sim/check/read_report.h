// The metrics of a report that another program wrote (kmemlab.report/1, docs/report.md).
#pragma once

#include <string_view>

#include "core/base/error.h"
#include "sim/check/keep_expr.h"

namespace kmemlab::check {

/// Those of the report's only run. What the report leaves out because it is 0 is 0; what it does not know, as another
/// build may not, is unknown_value. Errors: no report, or several runs.
Fallible<MetricValues> read_report_metrics(std::string_view json);

/// Some metrics stand in no report.
bool in_reports(const Metric& metric);

}  // namespace kmemlab::check
