// Integer coordinates of a chart, and paths made of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/ints.h"
#include "sim/cli/html/chart.h"

namespace kmemlab::cli {

inline constexpr std::uint64_t chart_width = 2000;
inline constexpr std::uint64_t chart_height = 1000;

/// The part of `whole` that `n` is, in `parts`; 0 if there is no whole.
inline std::uint64_t scaled(std::uint64_t n, std::uint64_t whole, std::uint64_t parts) {
  return whole == 0 ? 0 : static_cast<std::uint64_t>(static_cast<u128>(std::min(n, whole)) * parts / whole);
}

inline std::uint64_t x_of(const ChartScale& scale, std::uint64_t tick, std::uint64_t parts = chart_width) {
  return tick <= scale.first_tick ? 0 : scaled(tick - scale.first_tick, scale.last_tick - scale.first_tick, parts);
}

/// Left and right edge of bucket n.
struct Edges {
  std::uint64_t left = 0, right = 0;
};
inline Edges edges_of(const ChartScale& scale, const sim::Series& series, std::size_t n) {
  const auto at = [&](std::size_t i) {
    const u128 tick = series.first_tick() + static_cast<u128>(series.bucket_ticks()) * i;
    return x_of(scale, tick > series.last_tick() ? series.last_tick() : static_cast<std::uint64_t>(tick));
  };
  return {at(n), at(n + 1)};
}

using BandOf = sim::Band sim::SeriesBucket::*;

/// The greatest values, as an area down to zero.
std::string area_path(const ChartScale& scale, const sim::Series& series, BandOf band, std::uint64_t top);
/// A line through every bucket's least, greatest and last value.
std::string line_path(const ChartScale& scale, const sim::Series& series, BandOf band, std::uint64_t top);

}  // namespace kmemlab::cli
