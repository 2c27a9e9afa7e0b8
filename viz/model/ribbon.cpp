#include "viz/model/ribbon.h"

#include <algorithm>
#include <bit>

namespace kmemlab::viz {

namespace {

bool woven(Weave weave, int x, int y, int grain) {
  const int step = 4 * grain;
  if (weave == Weave::dots) return x % step < grain && y % step < grain;
  const bool falls = (x + y) % (step + grain) < grain;
  if (weave == Weave::cross) return falls || ((x - y) % (step + grain) + step + grain) % (step + grain) < grain;
  return weave == Weave::hatch && falls;
}

/// With a least height the values share what is above it: 1 of 1,000 is seen, and more is still higher.
int height_of(std::uint64_t value, std::uint64_t top, int height, const RibbonStyle& style) {
  if (value == 0) return 0;
  const int least = height * static_cast<int>(style.least_percent) / 100;
  return least + pixels_of(value, top, height - least);
}

template <class T>
const T& at_column(std::span<const T> all, int column, int width) {
  return all[static_cast<std::size_t>(column) * all.size() / static_cast<std::size_t>(width)];
}

}  // namespace

int pixels_of(std::uint64_t value, std::uint64_t top, int height) {
  if (top == 0) return 0;
  return static_cast<int>(static_cast<u128>(std::min(value, top)) * static_cast<unsigned>(height) / top);
}

Plot track_plot(int row, int width, int height, int gap, int separator) {
  return {0, height * row + gap, width, std::max(0, height - gap - separator)};
}

void paint_ribbon(Pixels& picture, const Plot& plot, std::span<const sim::Band> bands, std::uint64_t top,
                  const RibbonStyle& style) {
  if (bands.empty() || plot.width <= 0 || plot.height <= 0) return;
  for (int i = 0; i < plot.width; ++i) {
    const sim::Band& b = at_column(bands, i, plot.width);
    const int x = plot.x + i, bottom = plot.y + plot.height;
    const int low = height_of(b.min, top, plot.height, style);
    const int high =
        b.max == 0 ? 0 : std::max(height_of(b.max, top, plot.height, style), std::min(style.line, plot.height));
    for (int y = bottom - low; y < bottom; ++y)
      picture.at(x, y) = woven(style.weave, x, y, style.line) ? style.ink : style.area;
    const int under = std::min(low, std::max(high - style.line, 0));
    for (int y = bottom - high; y < bottom - under; ++y) picture.at(x, y) = style.ribbon;
  }
}

void paint_marks(Pixels& picture, const Plot& plot, std::span<const std::uint32_t> counts, const RibbonStyle& style) {
  if (counts.empty() || plot.width <= 0) return;
  for (int i = 0; i < plot.width; ++i) {
    if (at_column(counts, i, plot.width) == 0) continue;
    for (int w = 0; w < style.line && i + w < plot.width; ++w) {
      for (int y = plot.y; y < plot.y + plot.height; ++y)
        picture.at(plot.x + i + w, y) = woven(style.weave, i, y, style.line) ? style.ink : style.area;
    }
  }
}

std::uint64_t scale_top(std::uint64_t value, bool bytes) {
  if (value <= 1) return 1;
  if (bytes) {
    const std::uint64_t quarter = std::max<std::uint64_t>(std::bit_floor(value) / 4, 1);
    return (value + quarter - 1) / quarter * quarter;
  }
  std::uint64_t unit = 1;
  while (value / unit >= 10) unit *= 10;
  for (const std::uint64_t times : {1U, 2U, 5U}) {
    if (value <= times * unit) return times * unit;
  }
  return 10 * unit;
}

}  // namespace kmemlab::viz
