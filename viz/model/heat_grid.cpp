#include "viz/model/heat_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

void widen(unsigned& first, unsigned& end) {
  while (end - first < 4) {
    if (end < sim::lifetime_classes) ++end;
    if (end - first < 4 && first > 0) --first;
  }
}

// 16 steps a doubling.
unsigned log_of(std::uint64_t value) {
  const unsigned whole = floor_log2(value);
  const std::uint64_t below = value - (std::uint64_t{1} << whole);
  return whole * 16 + static_cast<unsigned>(whole >= 4 ? below >> (whole - 4) : below << (4 - whole));
}

}  // namespace

std::uint64_t heat_value(const sim::LifetimeGrid::Cell& cell, HeatMeasure measure) {
  return measure == HeatMeasure::blocks ? cell.blocks : cell.bytes;
}

HeatWindow heat_window(const sim::LifetimeGrid& grid, HeatMeasure measure) {
  HeatWindow w;
  unsigned size_first = sim::lifetime_classes, size_end = 0, life_first = sim::lifetime_classes, life_end = 0;
  for (unsigned size = 0; size < sim::lifetime_classes; ++size) {
    for (unsigned life = 0; life < sim::lifetime_classes; ++life) {
      const auto& cell = grid.at(size, life);
      if (cell.blocks == 0) continue;
      size_first = std::min(size_first, size), size_end = std::max(size_end, size + 1);
      life_first = std::min(life_first, life), life_end = std::max(life_end, life + 1);
      w.most = std::max(w.most, heat_value(cell, measure));
      w.blocks += cell.blocks, w.bytes += cell.bytes;
    }
  }
  if (size_end == 0) return w;
  widen(size_first, size_end), widen(life_first, life_end);
  w.size_first = size_first, w.size_end = size_end, w.life_first = life_first, w.life_end = life_end;
  return w;
}

unsigned heat_shade(std::uint64_t value, std::uint64_t most) {
  if (value == 0) return 0;
  const unsigned all = log_of(std::max<std::uint64_t>(most, 2));
  return std::min(log_of(std::min(value, most)) * 255 / all, 255U);
}

std::string size_edge(unsigned size_class) {
  return short_bytes(std::uint64_t{1} << std::min(size_class, 63U));
}

std::string life_edge(unsigned life_class) {
  static constexpr std::array<const char*, 4> units = {"ns", "µs", "ms", "s"};
  std::uint64_t value = life_class == 0 ? 0 : std::uint64_t{1} << std::min(life_class, 63U);
  unsigned unit = 0;
  std::uint64_t tenths = 0;
  while (value >= 1000 && unit + 1 < units.size()) {
    tenths = value % 1000 / 100;
    value /= 1000;
    ++unit;
  }
  if (unit == 0 || value >= 10) return fmt::format("{} {}", grouped(value), units[unit]);
  return fmt::format("{}.{} {}", value, tenths, units[unit]);
}

std::string size_words(unsigned size_class) {
  if (size_class == 0) return "0 or 1 byte";
  const std::uint64_t high = std::uint64_t{1} << std::min(size_class, 63U);
  return high == 2 ? "2 bytes" : grouped(high / 2 + 1) + " to " + bytes_text(high);
}

std::string life_words(unsigned life_class) {
  const std::uint64_t low = std::uint64_t{1} << std::min(life_class, 63U);
  return time_text(life_class == 0 ? 0 : low) + " to " + time_text(low + (low - 1));
}

}  // namespace kmemlab::viz
