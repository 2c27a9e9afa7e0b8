#include "viz/ui/time_axis_view.h"

#include <algorithm>
#include <cmath>

#include "viz/model/format.h"

namespace kmemlab::viz {

EventRange whole_range(const Look& look) {
  EventRange whole{0, 1};
  if (look.whole != nullptr) {
    whole = look.whole->run;
  } else if (look.names != nullptr) {
    whole.to = look.names->events();
  }
  whole.to = std::max(whole.to, whole.from + 1);
  return whole;
}

TimeAxis axis_of(const Look& look, double width) {
  const EventRange whole = whole_range(look);
  EventRange shown = look.range.to > look.range.from ? look.range : whole;
  shown.from = std::clamp(shown.from, whole.from, whole.to - 1);
  shown.to = std::clamp(shown.to, shown.from + 1, whole.to);
  return {shown, std::max(width, 1.0)};
}

void answer_time_axis(Look& look, const Canvas& c, const TimeAxis& axis, float x) {
  const double at = static_cast<double>(c.mouse.x - x);
  const EventRange whole = whole_range(look);
  if (const float wheel = ImGui::GetIO().MouseWheel; c.hovered && wheel != 0 && !ImGui::GetIO().KeyShift) {
    look.wishes.show = zoomed(axis.range, whole, std::clamp(at / axis.width, 0.0, 1.0), wheel > 0 ? 1 : -1);
  }
  const bool dragging = ImGui::IsMouseDragging(ImGuiMouseButton_Left);
  if (c.active && dragging && ImGui::GetIO().MouseDelta.x != 0) {
    const double events = static_cast<double>(axis.events()) / axis.width;
    look.wishes.show = moved(axis.range, whole, -static_cast<double>(ImGui::GetIO().MouseDelta.x) * events);
  }
  const float still = look.theme.px(0.3F);
  if (c.clicked && at >= 0 && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < still * still) look.go(axis.place_at(at));
}

void draw_cursor(const Look& look, const TimeAxis& axis, const Rect& rect) {
  const double x = axis.x_of(look.cursor.event);
  if (x < 0 || x > axis.width) return;
  const float at = std::floor(rect.min.x + static_cast<float>(x));
  const float wide = 2 * look.theme.hairline();
  const float left = std::clamp(at - wide / 2, rect.min.x, std::max(rect.min.x, rect.max.x - wide));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({left - look.theme.hairline(), rect.min.y}, {left + wide + look.theme.hairline(), rect.max.y},
                     look.theme.colours.background);
  list.AddRectFilled({left, rect.min.y}, {left + wide, rect.max.y}, look.theme.colours.changed);
}

void draw_event_numbers(const Look& look, const TimeAxis& axis, const Rect& rect) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& t = look.theme;
  const float widest = ImGui::CalcTextSize(grouped(axis.range.to).c_str()).x + t.px(1.5F);
  const auto most = static_cast<std::uint64_t>(std::max(1.0, axis.width / static_cast<double>(widest)));
  const std::uint64_t step = tick_distance(axis.events(), most);
  float free_from = rect.min.x;
  for (std::uint64_t at = (axis.range.from + step - 1) / step * step; at <= axis.range.to; at += step) {
    const float x = rect.min.x + static_cast<float>(axis.x_of(at));
    list.AddRectFilled({x, rect.min.y}, {x + t.hairline(), rect.min.y + t.px(0.25F)}, t.colours.line);
    const std::string words = grouped(at);
    const float wide = ImGui::CalcTextSize(words.c_str()).x;
    const float left = std::clamp(x - wide / 2, rect.min.x, std::max(rect.min.x, rect.max.x - wide));
    if (left < free_from) continue;  // at an edge, moved to the side
    list.AddText({left, rect.min.y + t.px(0.2F)}, t.colours.dim, words.c_str());
    free_from = left + wide + t.px(0.8F);
  }
}

void draw_unprepared(const Look& look, const TimeAxis& axis, const Rect& rect) {
  if (look.whole != nullptr && look.whole->done) return;
  const double x = std::clamp(axis.x_of(look.whole == nullptr ? 0 : look.whole->prepared), 0.0, axis.width);
  const Rect rest{{rect.min.x + static_cast<float>(x), rect.min.y}, rect.max};
  if (rest.width() < 1) return;
  draw_hatch(*ImGui::GetWindowDrawList(), rest, look.theme.colours.raised, look.theme.px(0.7F), look.theme.hairline());
}

}  // namespace kmemlab::viz
