// Events along a width of pixels. A place of the run (so many events done) is a position; event n lies between the
// positions n and n + 1. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/base/ints.h"
#include "sim/observe/event_axis.h"

namespace kmemlab::viz {

struct TimeAxis {
  sim::EventRange range;  ///< what is shown
  double width = 1;       ///< pixels

  std::uint64_t events() const { return range.to > range.from ? range.to - range.from : 1; }
  /// Pixels from the left; outside of [0, width] for places that are not shown.
  double x_of(std::uint64_t place) const {
    const double from = static_cast<double>(range.from);
    return (static_cast<double>(place) - from) * width / static_cast<double>(events());
  }
  /// The event that is drawn at x, one of the range.
  std::uint64_t event_at(double x) const {
    const double n = std::floor(std::clamp(x / width, 0.0, 1.0) * static_cast<double>(events()));
    return range.from + std::min(static_cast<std::uint64_t>(n), events() - 1);
  }
  /// The place nearest to x.
  std::uint64_t place_at(double x) const {
    const double n = std::floor(std::clamp(x / width, 0.0, 1.0) * static_cast<double>(events()) + 0.5);
    return range.from + std::min(static_cast<std::uint64_t>(n), events());
  }
  /// Events that share the pixel column of x: at least one.
  sim::EventRange events_at(double x) const {
    const std::uint64_t first = event_at(x), last = event_at(x + 1);
    return {first, std::max(last, first + 1)};
  }
};

/// `steps` > 0: nearer, by a third each; the place at the share `at` (0 to 1) of the range stays. Not outside `whole`,
/// not fewer than 8 events.
inline sim::EventRange zoomed(sim::EventRange range, sim::EventRange whole, double at, int steps) {
  const std::uint64_t all = whole.to - whole.from;
  double wide = static_cast<double>(std::max<std::uint64_t>(range.to - range.from, 1));
  const double fixed = static_cast<double>(range.from) + wide * at;
  wide = std::clamp(wide * std::pow(0.75, steps), std::min(8.0, static_cast<double>(all)), static_cast<double>(all));
  const double low = static_cast<double>(whole.from), high = static_cast<double>(whole.to) - wide;
  const auto from = static_cast<std::uint64_t>(std::clamp(fixed - wide * at, low, std::max(low, high)) + 0.5);
  return {from, std::min(whole.to, from + static_cast<std::uint64_t>(wide + 0.5))};
}

/// Moved by so many events, not outside `whole`.
inline sim::EventRange moved(sim::EventRange range, sim::EventRange whole, double events) {
  const double wide = static_cast<double>(range.to - range.from);
  const double low = static_cast<double>(whole.from), high = static_cast<double>(whole.to) - wide;
  const double from = std::clamp(static_cast<double>(range.from) + events, low, std::max(low, high));
  const auto at = static_cast<std::uint64_t>(from + 0.5);
  return {at, std::min(whole.to, at + (range.to - range.from))};
}

/// A distance of 1, 2 or 5 times a power of ten, so that at most `most` ticks lie in the range.
inline std::uint64_t tick_distance(std::uint64_t events, std::uint64_t most) {
  std::uint64_t step = 1;
  for (unsigned i = 0; most > 0 && events / step > most; ++i) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  return step;
}

}  // namespace kmemlab::viz
