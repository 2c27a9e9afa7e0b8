#include "viz/ui/widgets.h"

#include <algorithm>
#include <cmath>

namespace kmemlab::viz {

bool button(Look& look, const char* label, const std::string& id, const char* tip) {
  ImGui::PushID(id.c_str());
  const bool pressed = ImGui::Button(label);
  ImGui::PopID();
  look.ids.put_item(id);
  if (tip != nullptr && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tip);
  return pressed;
}

void draw_hatch(ImDrawList& list, const Rect& r, Rgba colour, float distance, float thick) {
  list.PushClipRect(r.min, r.max, true);
  const float high = r.height();
  for (float x = r.min.x - high; x < r.max.x; x += distance) {
    list.AddLine({x, r.max.y}, {x + high, r.min.y}, colour, thick);
  }
  list.PopClipRect();
}

void draw_fill(ImDrawList& list, const Theme& theme, const Rect& r, Fill fill) {
  const Rgba colour = theme.colours.of(fill);
  const Rgba ink = mixed(colour, theme.colours.background, 150);
  const float line = theme.hairline(), step = theme.px(0.4F);
  list.AddRectFilled(r.min, r.max, colour);
  if (r.width() < step || r.height() < step) return;
  switch (fill) {
    case Fill::live:
      break;
    case Fill::waste:
      draw_hatch(list, r, ink, step, line);
      break;
    case Fill::cached:
      for (float y = r.min.y + step / 2; y < r.max.y - line; y += step) {
        for (float x = r.min.x + step / 2; x < r.max.x - line; x += step) {
          list.AddRectFilled({x, y}, {x + 2 * line, y + 2 * line}, ink);
        }
      }
      break;
    case Fill::metadata:
      for (float x = r.min.x + step / 2; x < r.max.x; x += step) {
        list.AddRectFilled({x, r.min.y}, {x + line, r.max.y}, ink);
      }
      break;
    case Fill::pin:
      list.AddCircleFilled(r.centre(), std::min({r.width(), r.height(), theme.em}) * 0.25F, theme.colours.changed, 12);
      break;
    case Fill::unmapped:
      list.AddRect(r.min, r.max, theme.colours.line);
      break;
  }
}

void legend_box(const Theme& theme, Fill fill) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = theme.px(0.85F), down = (ImGui::GetTextLineHeight() - side) / 2;
  draw_fill(*ImGui::GetWindowDrawList(), theme, {{at.x, at.y + down}, {at.x + side, at.y + down + side}}, fill);
  ImGui::Dummy({side, ImGui::GetTextLineHeight()});
}

namespace {

// On this line if it fits, else on the next.
void flow(const Theme& theme, std::string_view words) {
  const float wide =
      theme.px(0.85F) + theme.px(0.3F) + ImGui::CalcTextSize(words.data(), words.data() + words.size()).x;
  const float end = ImGui::GetItemRectMax().x + theme.px(0.9F) + wide;
  if (end < ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x) ImGui::SameLine(0, theme.px(0.9F));
}

void words_of(const Theme& theme, std::string_view words) {
  ImGui::SameLine(0, theme.px(0.3F));
  ImGui::PushStyleColor(ImGuiCol_Text, im(theme.colours.dim));
  ImGui::TextUnformatted(words.data(), words.data() + words.size());
  ImGui::PopStyleColor();
}

}  // namespace

void legend_entry(const Theme& theme, Fill fill, std::string_view words) {
  flow(theme, words);
  legend_box(theme, fill);
  words_of(theme, words);
}

void legend_entry(const Theme& theme, Rgba colour, std::string_view words) {
  flow(theme, words);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = theme.px(0.85F), down = (ImGui::GetTextLineHeight() - side) / 2;
  ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + down}, {at.x + side, at.y + down + side}, colour);
  ImGui::Dummy({side, ImGui::GetTextLineHeight()});
  words_of(theme, words);
}

std::string fitted(std::string_view text, float width) {
  const auto wide = [](std::string_view t) { return ImGui::CalcTextSize(t.data(), t.data() + t.size()).x; };
  if (wide(text) <= width) return std::string(text);
  static constexpr std::string_view dots = "\u2026";
  std::size_t low = 0, high = text.size();
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (wide(text.substr(0, middle)) + wide(dots) <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  while (low > 0 && (static_cast<unsigned char>(text[low]) & 0xc0U) == 0x80U) --low;  // not inside a character
  return std::string(text.substr(0, low)) + std::string(dots);
}

void fitted_text(const Theme& theme, std::string_view text, float width, Rgba colour) {
  const std::string shown = fitted(text, width);
  ImGui::PushStyleColor(ImGuiCol_Text, im(colour));
  ImGui::TextUnformatted(shown.c_str());
  ImGui::PopStyleColor();
  if (shown != text && ImGui::IsItemHovered()) ImGui::SetTooltip("%.*s", static_cast<int>(text.size()), text.data());
  static_cast<void>(theme);
}

void label_value(const Theme& theme, const char* label, const std::string& value) {
  dim_text(theme, label);
  ImGui::SameLine(theme.px(9));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(value.c_str());
  ImGui::PopTextWrapPos();
}

void dim_text(const Theme& theme, const std::string& text) {
  ImGui::PushStyleColor(ImGuiCol_Text, im(theme.colours.dim));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void say_nothing(const Theme& theme, const char* why) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const ImVec2 size = ImGui::CalcTextSize(why, nullptr, false, room.x);
  const ImVec2 at = ImGui::GetCursorPos();
  ImGui::SetCursorPos({at.x + std::max(0.0F, (room.x - size.x) / 2), at.y + std::max(0.0F, (room.y - size.y) / 2)});
  dim_text(theme, why);
}

Canvas canvas(Look& look, const std::string& id, ImVec2 size) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  if (size.x <= 0) size.x = room.x;
  if (size.y <= 0) size.y = room.y;
  size.x = std::max(1.0F, std::floor(size.x)), size.y = std::max(1.0F, std::floor(size.y));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Canvas c;
  c.clicked = ImGui::InvisibleButton(id.c_str(), size);
  c.hovered = ImGui::IsItemHovered();
  c.active = ImGui::IsItemActive();
  c.rect = {at, {at.x + size.x, at.y + size.y}};
  const ImVec2 mouse = ImGui::GetMousePos();
  c.mouse = {mouse.x - at.x, mouse.y - at.y};
  look.ids.put(id, c.rect);
  return c;
}

}  // namespace kmemlab::viz
