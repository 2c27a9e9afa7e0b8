// What a frame is drawn with: the palette, the fonts at this scale, and sizes in em. Panels take every colour and size
// from here.
#pragma once

#include <imgui.h>

#include "viz/ui/palette.h"

namespace kmemlab::viz {

struct Theme {
  Palette colours = palette(Shade::dark);
  Shade shade = Shade::dark;
  Vision vision = Vision::normal;
  ImFont* text = nullptr;
  ImFont* bold = nullptr;
  ImFont* mono = nullptr;
  float em = 14;  ///< pixels: the height of the text's font

  /// Sizes are given in em, and lie on whole pixels.
  float px(float ems) const { return static_cast<float>(static_cast<int>(ems * em + 0.5F)); }
  float hairline() const { return em < 22 ? 1.0F : 2.0F; }
};

/// The height of text at scale 1, in pixels.
inline constexpr float text_pixels = 14;

/// Loads the fonts into ImGui's atlas at text_pixels * scale, and sets ImGui's style. DejaVu (fonts-dejavu-core) where
/// it is installed, else ImGui's own font. The atlas must not be in use by a frame.
Theme make_theme(float scale, Shade shade, Vision vision);
/// Colours only: the fonts stay.
void recolour(Theme& theme, Shade shade, Vision vision);

}  // namespace kmemlab::viz
