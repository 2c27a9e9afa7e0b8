// Paints time by address: any window of a kymograph's picture, of as many pixels as there are. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/observe/kymograph.h"
#include "viz/ui/palette.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

/// Pages of the arena [first, first + pages), counted from the arena's base.
struct PageWindow {
  std::uint64_t first = 0, pages = 1;
  bool operator==(const PageWindow&) const = default;
};

enum class KymographColour : std::uint8_t { live, churn };

struct KymographPart {
  sim::EventRange events;
  PageWindow pages;
  int width = 0, height = 0;   ///< pixels; the lowest address is the lowest row
  std::uint64_t prepared = 0;  ///< columns from this event on are left empty
  Addr arena_base{};
  KymographColour colour = KymographColour::live;
  Vision vision = Vision::normal;
  int grain = 1;  ///< pixels of a dot: what is held with nothing live is dotted too
};

/// What a rectangle of the picture is: the columns of these events, the rows of these pages.
struct KymographCell {
  sim::EventRange events;  ///< of the columns
  AddrRange range{};       ///< of the rows
  std::uint64_t pages = 0;
  std::uint64_t held_pages = 0, live_bytes = 0;  ///< when the last of the columns ended
  std::uint64_t churn = 0;                       ///< in all of them
};
/// None: the picture has nothing there.
std::optional<KymographCell> kymograph_cell(const sim::KymographPicture& picture, sim::EventRange events,
                                            AddrRange range);

/// 0 to 255 along the scale: live bytes of held ones; or pages that came and went, for each page.
unsigned kymograph_shade(const KymographCell& cell, KymographColour colour, std::uint64_t page_bytes);

Pixels paint_kymograph(const sim::KymographPicture& picture, const Palette& colours, const KymographPart& part);

/// All pages that the picture has rows for.
PageWindow all_pages(const sim::KymographPicture& picture, Addr arena_base);
/// `steps` > 0: nearer; the page at the share `at` of the window, from its lower end, stays. Between 4 pages and all.
PageWindow zoomed(PageWindow window, PageWindow all, double at, int steps);
PageWindow moved(PageWindow window, PageWindow all, double pages);

}  // namespace kmemlab::viz
