#include "viz/panels/overview.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/format.h"
#include "viz/model/overview_paint.h"
#include "viz/ui/time_axis_view.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

std::uint64_t version_of(const Look& look, const OverviewPart& part) {
  Digest d{look.whole->prepared};
  for (const std::uint64_t v :
       {part.whole.to, static_cast<std::uint64_t>(part.width), static_cast<std::uint64_t>(part.height),
        static_cast<std::uint64_t>(look.theme.shade), static_cast<std::uint64_t>(look.theme.vision)}) {
    d.add(v);
  }
  return d.value();
}

// What the other time axes show: the rest of the strip is darker, and the edges have a line.
void draw_shown_range(const Look& look, const TimeAxis& axis, const Rect& r) {
  const TimeAxis shown = axis_of(look, axis.width);
  if (shown.range == axis.range) return;
  const Theme& t = look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float from = r.min.x + static_cast<float>(axis.x_of(shown.range.from));
  const float to = std::max(r.min.x + static_cast<float>(axis.x_of(shown.range.to)), from + 2 * t.hairline());
  const Rgba veil = with_alpha(t.colours.background, 150);
  list.AddRectFilled(r.min, {from, r.max.y}, veil);
  list.AddRectFilled({to, r.min.y}, r.max, veil);
  list.AddRect({from, r.min.y}, {to, r.max.y}, t.colours.accent, 0, 0, t.hairline());
}

void tip_of(const Look& look, const TimeAxis& axis, double x) {
  const EventRange events = axis.events_at(x);
  const auto columns = look.whole->course.columns(events, 1);
  if (columns.empty() || events.from >= look.whole->prepared) return;
  const sim::CourseBucket& b = columns.front();
  ImGui::BeginTooltip();
  ImGui::Text("events %s to %s", grouped(events.from).c_str(), grouped(events.to - 1).c_str());
  ImGui::Text("held up to %s, live up to %s", bytes_text(b.held.max).c_str(), bytes_text(b.requested.max).c_str());
  ImGui::Text("%s failed or refused, %s fell asleep, %s went back", grouped(b.failed + b.refused).c_str(),
              grouped(b.sleeps).c_str(), counted(b.returned, "page", "pages").c_str());
  dim_text(look.theme, "click: go there   wheel: zoom the time axes   drag: move them");
  ImGui::EndTooltip();
}

// A legend in one line; the marks stand in its order, from the upper line to the lower.
void draw_legend(const Look& look, std::uint64_t peak) {
  const Theme& t = look.theme;
  ImGui::SetCursorPos({t.px(0.5F), t.px(0.1F)});
  dim_text(t, "whole run");
  legend_entry(t, Fill::cached, "held, up to " + short_bytes(peak));
  legend_entry(t, Fill::live, "live");
  const struct {
    Rgba colour;
    const char* words;
  } marks[] = {{t.colours.alarm, "failed"}, {t.colours.asleep, "fell asleep"}, {t.colours.changed, "pages returned"}};
  for (const auto& mark : marks) legend_entry(t, mark.colour, mark.words);
}

// The axis of the strip is the whole run; zooming and moving are of the other axes'.
void answer_mouse(Look& look, const Canvas& c, const TimeAxis& axis) {
  const TimeAxis shown = axis_of(look, axis.width);
  const auto at = static_cast<double>(c.mouse.x);
  const ImGuiIO& io = ImGui::GetIO();
  if (c.hovered && io.MouseWheel != 0) {
    const double share = std::clamp(
        (at - axis.x_of(shown.range.from)) / std::max(1.0, axis.x_of(shown.range.to) - axis.x_of(shown.range.from)),
        0.0, 1.0);
    look.wishes.show = zoomed(shown.range, axis.range, share, io.MouseWheel > 0 ? 1 : -1);
  }
  if (c.active) look.go(axis.place_at(at));  // pressed or dragged
  if (c.hovered && look.whole != nullptr && !c.active) tip_of(look, axis, at);
}

}  // namespace

void draw_overview(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr) {
    say_nothing(t, "A lesson has no course.");
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float words = ImGui::GetTextLineHeight() + t.px(0.15F);
  const std::uint64_t peak = [&] {
    std::uint64_t most = 0;
    if (look.whole != nullptr) {
      const auto all = look.whole->course.columns(whole_range(look), 1);
      if (!all.empty()) most = all.front().held.max;
    }
    return most;
  }();
  draw_legend(look, peak);
  ImGui::SetCursorPos({0, words});
  const Canvas c = canvas(look, "overview" + look.key, {room.x, std::max(t.px(1), room.y - words)});
  const TimeAxis axis{whole_range(look), static_cast<double>(c.rect.width())};
  if (look.whole != nullptr) {
    OverviewPart part;
    part.whole = axis.range;
    part.width = static_cast<int>(c.rect.width()), part.height = static_cast<int>(c.rect.height());
    part.line = static_cast<int>(t.hairline()), part.mark_height = static_cast<int>(t.px(0.27F));
    const ImTextureID texture = look.textures.get("overview" + look.key, version_of(look, part),
                                                  [&] { return paint_overview(look.whole->course, t.colours, part); });
    ImGui::GetWindowDrawList()->AddImage(texture, c.rect.min, c.rect.max);
  }
  draw_unprepared(look, axis, c.rect);
  draw_shown_range(look, axis, c.rect);
  draw_cursor(look, axis, c.rect);
  answer_mouse(look, c, axis);
}

}  // namespace kmemlab::viz
