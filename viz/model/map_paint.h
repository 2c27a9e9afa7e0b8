// Paints the page map, a part of its rows, pixel by pixel: what the texture of the map panel is made of. Pure. Each
// kind of memory has its fill and its second cue; what is too small for a cue is told by the legend and the inspector.
#pragma once

#include "sim/observe/snapshot.h"
#include "viz/model/page_layout.h"
#include "viz/ui/palette.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

struct MapPart {
  std::size_t first_row = 0;  ///< of the layout
  int y_offset = 0;           ///< device pixels of the first row that are scrolled away
  int width = 0, height = 0;  ///< device pixels
  int scale = 1;              ///< device pixels for one pixel of the layout's cells
};

/// Below this share of live bytes (an eighth), a page's blocks are called pins: little keeps it.
inline constexpr std::uint64_t pin_share = 8;
bool nearly_free(const sim::HeldPage& page, std::uint64_t page_bytes);

/// What a whole page is, for cells too small for its blocks.
Fill fill_of(const sim::Snapshot& now, const sim::HeldPage& page);

Pixels paint_map(const sim::Snapshot& now, const PageLayout& layout, const Palette& colours, const MapPart& part);

}  // namespace kmemlab::viz
