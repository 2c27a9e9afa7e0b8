// The pieces of the X-ray panel: bars, chains of a list, strips of pages.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/machine/step.h"
#include "viz/model/xray_layout.h"
#include "viz/ui/look.h"

namespace kmemlab::viz {

/// What all pieces of one frame are drawn with. Sizes are pixels.
struct XrayPen {
  Look& look;
  ImDrawList& list;
  std::span<const Step> steps;  ///< what is outlined
  float gap = 0;                ///< between columns
  float bar = 0;                ///< width of a bar
  float room = 0;               ///< what is visible of a line
};

/// Picks what lies at an address: its block if there is one, and its page.
void pick_address(Look& look, Addr a);
void draw_bar(const XrayPen& pen, ImVec2 at, const XrayBar& bar, const std::vector<std::uint64_t>& values);
/// What all of a chain's boxes take.
float chain_width(const XrayPen& pen, const XrayChain& chain);
/// A line of boxes in the list's order; `size`: bytes that each stands for.
void draw_chain(const XrayPen& pen, const XrayChain& chain, std::uint64_t size);
/// A cell for each row, with a legend.
void draw_pages(const XrayPen& pen, const sim::PublishedTable& table, const XrayTable& x);

}  // namespace kmemlab::viz
