// Small things that all panels draw alike.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

#include "viz/ui/look.h"

namespace kmemlab::viz {

/// A button with its name in Ids; `tip` is shown under the mouse.
bool button(Look& look, const char* label, const std::string& id, const char* tip = nullptr);

/// A rectangle with a fill and its second cue; the cue only where there is room for it.
void draw_fill(ImDrawList& list, const Theme& theme, const Rect& r, Fill fill);
/// Hatch lines from the lower left to the upper right, cut to the rectangle.
void draw_hatch(ImDrawList& list, const Rect& r, Rgba colour, float distance, float thick);

/// One entry of a legend: a box of this fill and its words, in the flow of the text (wraps).
void legend_entry(const Theme& theme, Fill fill, std::string_view words);
void legend_entry(const Theme& theme, Rgba colour, std::string_view words);
/// Box only: 1 em.
void legend_box(const Theme& theme, Fill fill);

/// Text cut with an ellipsis to a width; a tip shows the whole of it under the mouse.
void fitted_text(const Theme& theme, std::string_view text, float width, Rgba colour);
/// What fits into `width` with the current font, with an ellipsis if it was cut.
std::string fitted(std::string_view text, float width);

/// Dim label and value in one line of a two-column list.
void label_value(const Theme& theme, const char* label, const std::string& value);
void dim_text(const Theme& theme, const std::string& text);
/// A sentence in the middle of an empty panel.
void say_nothing(const Theme& theme, const char* why);
/// Colours as ImGui wants them.
inline ImU32 im(Rgba c) {
  return c;
}
inline ImVec4 im4(Rgba c) {
  return ImGui::ColorConvertU32ToFloat4(c);
}

/// An invisible button over all that is left of the window (or `size`), under this name: for panels that draw
/// themselves. True: hovered.
struct Canvas {
  Rect rect;
  bool hovered = false, clicked = false, active = false;
  ImVec2 mouse{};  ///< from the canvas's corner
};
Canvas canvas(Look& look, const std::string& id, ImVec2 size = {0, 0});

}  // namespace kmemlab::viz
