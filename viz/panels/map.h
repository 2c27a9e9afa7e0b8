// The page map: what every page of the arena holds at the cursor, from the whole arena down to single bytes.
#pragma once

#include <memory>

#include "viz/model/page_layout.h"
#include "viz/ui/look.h"

namespace kmemlab::viz {

/// The map's camera: the same for all maps that are compared.
struct MapCamera {
  int level = -1;             ///< -1: what fits, however many pages there are
  int shown = 0;              ///< the level that is drawn
  std::optional<Addr> go_to;  ///< scroll there in the next frame
  std::uint64_t top = 0;      ///< first byte of the arena that is shown, from its base
  bool operator==(const MapCamera&) const = default;
};
MapCamera& map_camera(Memory& memory);
/// One level nearer (+1) or farther (-1), around what is picked.
void zoom_map(Look& look, int by);

void draw_map(Look& look);
/// Only the legend of the fills, in the flow of the text.
void draw_map_legend(Look& look);

}  // namespace kmemlab::viz
