// Sizes by lifetimes as a grid of shades: which part of the classes is shown, how dark each cell is, what its edges are
// called. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "sim/observe/lifetimes.h"

namespace kmemlab::viz {

enum class HeatMeasure : std::uint8_t { blocks, bytes };

/// Classes [first, end) of both axes: all cells that are not empty, and at least 4 by 4.
struct HeatWindow {
  unsigned size_first = 0, size_end = 4;
  unsigned life_first = 0, life_end = 4;
  std::uint64_t most = 0;               ///< the greatest cell
  std::uint64_t blocks = 0, bytes = 0;  ///< all cells
  bool operator==(const HeatWindow&) const = default;
};
HeatWindow heat_window(const sim::LifetimeGrid& grid, HeatMeasure measure);

std::uint64_t heat_value(const sim::LifetimeGrid::Cell& cell, HeatMeasure measure);
/// 0 to 255 on a logarithmic scale: 255 for `most`; values of 1 are told from nothing by being drawn at all.
unsigned heat_shade(std::uint64_t value, std::uint64_t most);

/// Upper edge of a class of sizes: "128", "4 KiB".
std::string size_edge(unsigned size_class);
/// Lower edge of a class of lifetimes, to two digits: "1.0 µs", "33 ms".
std::string life_edge(unsigned life_class);
/// "65 to 128 bytes", "1.024 µs to 2.047 µs"
std::string size_words(unsigned size_class);
std::string life_words(unsigned life_class);

}  // namespace kmemlab::viz
