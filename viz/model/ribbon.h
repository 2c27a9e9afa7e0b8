// Paints counters along a time axis: the area below the least value of each column, and a ribbon from the least to the
// greatest, so that no peak is lost however many events share a column. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "sim/observe/event_course.h"
#include "viz/ui/colour.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

/// How an area is filled: a second cue beside the colour.
enum class Weave : std::uint8_t { solid, dots, hatch, cross };

struct RibbonStyle {
  Rgba area = 0;    ///< below the least value
  Rgba ribbon = 0;  ///< from the least to the greatest; at least `line` pixels
  Rgba ink = 0;     ///< of the weave
  Weave weave = Weave::solid;
  int line = 1;
  unsigned least_percent = 0;  ///< of the plot's height: what a value of 1 has at least, however high the top is
};

/// A part of a picture: pixels [x, x + width) by [y, y + height).
struct Plot {
  int x = 0, y = 0, width = 0, height = 0;
};

/// How far above the lower edge of a plot a value lies.
int pixels_of(std::uint64_t value, std::uint64_t top, int height);

/// One of several tracks of equal height that stand below each other: below a gap, and above the line that separates
/// it from the next, which would cover the lowest row and with it every value that is small.
Plot track_plot(int row, int width, int height, int gap, int separator);

/// Column n of the plot shows bands[n * bands / width]; `top` is the value of the upper edge.
void paint_ribbon(Pixels& picture, const Plot& plot, std::span<const sim::Band> bands, std::uint64_t top,
                  const RibbonStyle& style);
/// A tick where a count is not 0: the lower `height` pixels of the plot, crossed by a hatch if the style says so.
void paint_marks(Pixels& picture, const Plot& plot, std::span<const std::uint32_t> counts, const RibbonStyle& style);

/// A round number at or above the value: 1, 2 or 5 times a power of ten; of bytes: a power of two times 1, 1.25, 1.5
/// or 1.75. At least 1.
std::uint64_t scale_top(std::uint64_t value, bool bytes);

}  // namespace kmemlab::viz
