// The course of a run as inline SVG: held, granted and requested bytes, page returns as ticks below the axis, sleeping
// requests, and the moments that matter. The drawing has no text: labels stand around it as text of the page, so that
// they keep their size on a phone. All coordinates are integers: the same bytes from every compiler.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/observe/report.h"
#include "sim/observe/series.h"

namespace kmemlab::cli {

/// One scale for all charts of a page, so that cores compare by eye; a chart below a quarter of it has its own.
struct ChartScale {
  std::uint64_t first_tick = 0, last_tick = 0;
  std::uint64_t bytes_max = 0, asleep_max = 0;
  void include(const sim::Series& series);
};

/// `name` is the core's.
std::string chart_html(const std::string& name, const sim::Series& series, const sim::Report& run,
                       const ChartScale& scale);

/// What the shades and lines of a chart mean; once a page.
std::string chart_legend();

}  // namespace kmemlab::cli
