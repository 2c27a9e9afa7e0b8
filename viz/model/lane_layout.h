// The swim lanes: in which order they stand, which sleeps of a lane can be seen, and the picture of their calls. Pure,
// but for what is sorted once for each result of the preparing pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/observe/lane_book.h"
#include "viz/model/time_axis.h"
#include "viz/ui/palette.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

/// Interrupt contexts first, then tasks that slept, most sleeps first, then the others, most calls first.
struct LaneOrder {
  std::vector<std::uint32_t> lanes;                   ///< [row]
  std::vector<std::uint32_t> row_of;                  ///< [lane]
  std::vector<std::vector<std::uint32_t>> sleeps_of;  ///< [lane]: indices in Lanes::sleeps, in order of from_event
};
LaneOrder lane_order(const sim::Lanes& lanes);

/// One bar: a sleep, or several that lie too close to be told apart.
struct SleepBar {
  double x0 = 0, x1 = 0;    ///< pixels on the axis
  std::uint32_t first = 0;  ///< index in Lanes::sleeps
  std::uint32_t more = 0;   ///< how many others it stands for, at least
  bool ends = false;        ///< the (last) sleep's wake-up is on the axis
};
/// O(pixels): neighbours closer than two pixels are one bar. Sleeps that are not over last until `prepared`.
std::vector<SleepBar> visible_sleeps(const sim::Lanes& lanes, const std::vector<std::uint32_t>& of_lane,
                                     const TimeAxis& axis, std::uint64_t prepared);

/// Calls of the rows [first, first + rows), each `row_height` pixels high, on a logarithmic scale: full height is the
/// most of any column. The row behind the last lane is that of all lanes that were summed.
struct LanePart {
  std::size_t first = 0, rows = 0;
  int width = 0, row_height = 0, gap = 1;
  std::uint64_t prepared = 0;
};
Pixels paint_lanes(const sim::Lanes& lanes, const LaneOrder& order, const TimeAxis& axis, const Palette& colours,
                   const LanePart& part);

/// "softirq, CPU 0"; a task's name comes from the trace.
std::string interrupt_name(const sim::LaneName& name);
/// What a sleeper waits for, in a word or two: "page frames".
std::string_view cause_words(SleepCause cause);

}  // namespace kmemlab::viz
