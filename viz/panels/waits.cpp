#include "viz/panels/waits.h"

#include <algorithm>
#include <cmath>

#include "viz/model/format.h"
#include "viz/model/wait_layout.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

/// Sizes of the picture, in pixels.
struct Pen {
  Look& look;
  ImDrawList& list;
  ImVec2 origin{};
  float box = 0, gap = 0, row = 0, pad = 0;  ///< width of a box, gap between columns, height of a row, inside a box

  float left(std::size_t column) const { return origin.x + static_cast<float>(column) * (box + gap); }
  Rect rect(std::size_t column, std::size_t i) const {
    const float y = origin.y + static_cast<float>(i) * row;
    return {{left(column), y}, {left(column) + box, y + row - pad}};
  }
};

void draw_box(const Pen& pen, std::size_t column, std::size_t i, const WaitBox& box, const char* kind) {
  const Theme& t = pen.look.theme;
  const Rect r = pen.rect(column, i);
  const bool waits = column == 0;
  pen.list.AddRectFilled(r.min, r.max, waits ? mixed(t.colours.asleep, t.colours.panel, 200) : t.colours.raised);
  if (waits) draw_hatch(pen.list, r, mixed(t.colours.asleep, t.colours.panel, 140), t.px(0.6F), t.hairline());
  pen.list.AddRect(r.min, r.max, box.alarm ? t.colours.alarm : t.colours.line, 0, 0, t.hairline());
  if (box.alarm) {  // a second frame inside the first: not by colour alone
    const float in = 3 * t.hairline();
    pen.list.AddRect({r.min.x + in, r.min.y + in}, {r.max.x - in, r.max.y - in}, t.colours.alarm, 0, 0, t.hairline());
  }
  const float line = t.em * 1.2F, room = r.width() - 2 * pen.pad;
  ImVec2 at{r.min.x + pen.pad, r.min.y + pen.pad * 0.6F};
  const auto write = [&](const std::string& text, Rgba colour) {
    const std::string words = fitted(text, room);
    const ImVec2 size = ImGui::CalcTextSize(words.c_str());
    pen.list.AddRectFilled({at.x - 2, at.y}, {at.x + size.x + 2, at.y + line},
                           waits ? mixed(t.colours.asleep, t.colours.panel, 200) : t.colours.raised);
    pen.list.AddText(at, colour, words.c_str());
    at.y += line;
  };
  write((box.circle != 0 ? std::to_string(box.circle) + "  " : "") + box.name, t.colours.text);
  for (const std::string& words : box.lines) write(words, waits ? t.colours.text : t.colours.dim);
  pen.look.ids.put(kind + std::to_string(i), r);
  if (!ImGui::IsMouseHoveringRect(r.min, r.max) || !ImGui::IsWindowHovered()) return;
  if (box.event == sim::WaitGraph::nowhere) return;
  ImGui::SetTooltip("%s\nclick: go to event %s", box.name.c_str(), grouped(box.event).c_str());
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) pen.look.go(box.event + 1);
}

void draw_line(const Pen& pen, std::size_t column, const WaitLine& line) {
  const Theme& t = pen.look.theme;
  const Rect a = pen.rect(column, line.from), b = pen.rect(column + 1, line.to);
  const ImVec2 from{a.max.x, (a.min.y + a.max.y) / 2}, to{b.min.x, (b.min.y + b.max.y) / 2};
  const float thick = (line.alarm ? 3 : 1) * t.hairline(), bend = pen.gap / 2, head = t.px(0.4F);
  const Rgba colour = line.alarm ? t.colours.alarm : t.colours.dim;
  pen.list.AddBezierCubic(from, {from.x + bend, from.y}, {to.x - bend, to.y}, {to.x - head, to.y}, colour, thick, 24);
  pen.list.AddTriangleFilled({to.x - head, to.y - head / 2}, to, {to.x - head, to.y + head / 2}, colour);
}

void draw_heads(const Pen& pen, const ImVec2& at) {
  static constexpr const char* heads[] = {"who waits", "what for", "who has it queued"};
  for (std::size_t column = 0; column < std::size(heads); ++column)
    pen.list.AddText({pen.left(column), at.y}, pen.look.theme.colours.dim, heads[column]);
}

void draw_graph(Look& look, const WaitLayout& layout) {
  const Theme& t = look.theme;
  ImGui::BeginChild("graph", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  Pen pen{look, *ImGui::GetWindowDrawList()};
  // Not GetContentRegionAvail: with a horizontal scroll bar it remembers how wide the last frame's contents were, and
  // the picture would depend on what was drawn before. Room for the vertical bar is always left.
  const float wide = ImGui::GetWindowWidth() - ImGui::GetStyle().ScrollbarSize;
  pen.gap = t.px(4);
  pen.box = std::floor(std::clamp((wide - 2 * pen.gap) / 3, t.px(11), t.px(20)));
  pen.pad = t.px(0.4F), pen.row = std::floor(t.em * 4.6F);
  const float heads = ImGui::GetTextLineHeightWithSpacing();
  pen.origin = {corner.x, corner.y + heads};
  draw_heads(pen, corner);
  for (const WaitLine& line : layout.for_what) draw_line(pen, 0, line);
  for (const WaitLine& line : layout.in_whose) draw_line(pen, 1, line);
  for (std::size_t i = 0; i < layout.waiters.size(); ++i) draw_box(pen, 0, i, layout.waiters[i], "waits.task");
  for (std::size_t i = 0; i < layout.channels.size(); ++i) draw_box(pen, 1, i, layout.channels[i], "waits.channel");
  for (std::size_t i = 0; i < layout.holders.size(); ++i) draw_box(pen, 2, i, layout.holders[i], "waits.holder");
  const std::size_t rows = std::max({layout.waiters.size(), layout.channels.size(), layout.holders.size()});
  ImGui::Dummy({3 * pen.box + 2 * pen.gap, heads + pen.row * static_cast<float>(rows)});
  if (layout.left_out != 0) dim_text(t, "and " + grouped(layout.left_out) + " more");
  ImGui::EndChild();
}

void wrapped(const std::string& text) {
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
}

}  // namespace

void draw_waits(Look& look) {
  const Theme& t = look.theme;
  if (look.now == nullptr) {
    say_nothing(t, "The first event is being played...");
    return;
  }
  if (look.now->waits == nullptr) {
    say_nothing(t,
                look.desk == nullptr ? "A lesson has no wait graph." : "Nobody sleeps here. Z finds the next sleep.");
    return;
  }
  const sim::WaitGraph& graph = *look.now->waits;
  wrapped(wait_headline(graph));
  look.ids.put_item("waits.headline");
  if (const std::string circle = circle_words(graph); !circle.empty()) wrapped(circle);
  draw_graph(look, wait_layout(graph));
}

}  // namespace kmemlab::viz
