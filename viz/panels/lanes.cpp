#include "viz/panels/lanes.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/format.h"
#include "viz/model/lane_layout.h"
#include "viz/ui/time_axis_view.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

// Wake-ups are joined to their wakers by lines while there are not more than so many.
constexpr std::size_t arrows_max = 60;

struct LanesState {
  struct Kept {
    std::uint64_t prepared = ~std::uint64_t{0};
    LaneOrder order;
  };
  std::map<std::string, Kept> of;
};

struct View {
  Look& look;
  const sim::Lanes& lanes;
  const LaneOrder& order;
  TimeAxis axis;
  float label = 0, row = 0;  ///< pixels
  Rect rect{};               ///< of the graphs of the visible rows
  float scroll = 0;
  std::size_t first = 0, rows = 0;  ///< visible

  float y_of(std::size_t row_number) const { return rect.min.y + static_cast<float>(row_number) * row - scroll; }
  float x_of(double x) const { return rect.min.x + static_cast<float>(x); }
};

std::string name_of(const Look& look, const sim::LaneName& name) {
  if (name.kind == sim::LaneKind::task && look.names) return look.names->task(name.number);
  return interrupt_name(name);
}

const LaneOrder& order_for(Look& look) {
  LanesState::Kept& kept = look.memory.of<LanesState>().of[look.key];
  if (kept.prepared != look.whole->prepared) kept = {look.whole->prepared, lane_order(look.whole->lanes)};
  return kept.order;
}

// Who sleeps where the cursor stands.
void draw_sleepers(const Look& look) {
  const Theme& t = look.theme;
  std::string words;
  std::size_t asleep = 0, queued = 0;
  if (look.now != nullptr) {
    for (const sim::Waiting& w : look.now->waiting) {
      if (!w.channel) {
        ++queued;
        continue;
      }
      if (++asleep > 4) continue;
      const std::string who = look.names ? look.names->task(w.task) : "task " + std::to_string(w.task);
      words += (words.empty() ? "" : "; ") + who + " for " + std::string(cause_words(w.cause)) + " (" +
               bytes_text(w.requested) + ", event " + grouped(w.event) + ")";
    }
  }
  std::string head = "at event " + grouped(look.cursor.event) + ": ";
  head += asleep == 0 ? "nobody sleeps" : counted(asleep, "request asleep: ", "requests asleep: ") + words;
  if (asleep > 4) head += "; ...";
  if (queued != 0) head += "; " + counted(queued, "other request waits its turn", "other requests wait their turn");
  fitted_text(t, head, ImGui::GetContentRegionAvail().x, asleep == 0 ? t.colours.dim : t.colours.text);
}

void draw_legend(const Look& look) {
  const Theme& t = look.theme;
  legend_entry(t, t.colours.of(Fill::live), "calls of a task");
  legend_entry(t, t.colours.interrupt, "calls in an interrupt");
  legend_entry(t, mixed(t.colours.asleep, t.colours.panel, 150), "asleep, and what for");
  // The box is a word before its text: its right end is where the words begin.
  const ImVec2 words = ImGui::GetItemRectMin();
  const float side = t.px(0.85F), left = words.x - t.px(0.3F) - side;
  const float top = words.y + (ImGui::GetTextLineHeight() - side) / 2;
  const Rect box{{left, top}, {left + side, top + side}};
  draw_hatch(*ImGui::GetWindowDrawList(), box, t.colours.asleep, t.px(0.35F), t.hairline());
  ImGui::GetWindowDrawList()->AddRect(box.min, box.max, t.colours.asleep, 0, 0, t.hairline());
  legend_entry(t, t.colours.changed, "woken (arrow from who did it)");
}

void draw_activity(const View& v) {
  LanePart part;
  part.first = v.first, part.rows = v.rows;
  part.width = static_cast<int>(v.rect.width()), part.row_height = static_cast<int>(v.row);
  part.gap = static_cast<int>(v.look.theme.px(0.12F));
  part.prepared = v.look.whole->prepared;
  Digest d{part.prepared};
  for (const std::uint64_t n :
       {v.axis.range.from, v.axis.range.to, static_cast<std::uint64_t>(part.first),
        static_cast<std::uint64_t>(part.rows), static_cast<std::uint64_t>(part.width),
        static_cast<std::uint64_t>(part.row_height), static_cast<std::uint64_t>(v.look.theme.shade),
        static_cast<std::uint64_t>(v.look.theme.vision)}) {
    d.add(n);
  }
  const ImTextureID texture = v.look.textures.get("lanes" + v.look.key, d.value(), [&] {
    return paint_lanes(v.lanes, v.order, v.axis, v.look.theme.colours, part);
  });
  const float top = v.y_of(v.first);
  ImGui::GetWindowDrawList()->AddImage(texture, {v.rect.min.x, top},
                                       {v.rect.max.x, top + v.row * static_cast<float>(v.rows)});
}

void draw_labels(const View& v) {
  const Theme& t = v.look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (std::size_t row = v.first; row < v.first + v.rows; ++row) {
    const float y = v.y_of(row), down = (v.row - t.em) / 2;
    const float left = v.rect.min.x - v.label;
    std::string name, calls;
    if (row < v.order.lanes.size()) {
      const sim::Lane& lane = v.lanes.lanes[v.order.lanes[row]];
      name = name_of(v.look, lane.name);
      calls = lane.sleeps != 0 ? counted(lane.sleeps, "sleep", "sleeps") : grouped(lane.calls);
    } else {
      name = "lanes without a picture of their own";
    }
    const float wide = ImGui::CalcTextSize(calls.c_str()).x;
    list.AddText({left, y + down}, t.colours.text, fitted(name, v.label - wide - t.px(1.4F)).c_str());
    list.AddText({v.rect.min.x - wide - t.px(0.5F), y + down}, t.colours.dim, calls.c_str());
    list.AddRectFilled({left, y + v.row - t.hairline()}, {v.rect.max.x, y + v.row}, t.colours.line);
  }
}

void draw_bar(const View& v, std::size_t row, const SleepBar& bar) {
  const Theme& t = v.look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float top = v.y_of(row) + t.px(0.15F), bottom = v.y_of(row) + v.row - t.px(0.15F);
  const Rect r{{v.x_of(bar.x0), top}, {std::max(v.x_of(bar.x1), v.x_of(bar.x0) + 2 * t.hairline()), bottom}};
  list.AddRectFilled(r.min, r.max, mixed(t.colours.asleep, t.colours.panel, 150));
  if (r.width() > t.px(0.4F)) draw_hatch(list, r, t.colours.asleep, t.px(0.45F), t.hairline());
  list.AddRect(r.min, r.max, t.colours.asleep, 0, 0, t.hairline());
  const std::string words =
      bar.more == 0 ? std::string(cause_words(v.lanes.sleeps[bar.first].cause)) : grouped(bar.more + 1) + " sleeps";
  const ImVec2 size = ImGui::CalcTextSize(words.c_str());
  if (size.x + t.px(0.8F) < r.width()) {
    const ImVec2 at{r.min.x + t.px(0.4F), (r.min.y + r.max.y - size.y) / 2};
    list.AddRectFilled({at.x - t.px(0.15F), at.y}, {at.x + size.x + t.px(0.15F), at.y + size.y}, t.colours.panel);
    list.AddText(at, t.colours.text, words.c_str());
  }
  if (!bar.ends) return;
  const float half = t.px(0.3F), middle = (top + bottom) / 2;
  list.AddTriangleFilled({r.max.x, middle - half}, {r.max.x + 1.4F * half, middle}, {r.max.x, middle + half},
                         t.colours.changed);
}

void draw_arrow(const View& v, std::size_t row, const SleepBar& bar) {
  const sim::LaneSleep& sleep = v.lanes.sleeps[bar.first];
  if (bar.more != 0 || !bar.ends || sleep.waker == sim::LaneSleep::nobody) return;
  const std::size_t from = v.order.row_of[sleep.waker];
  if (from == row || from < v.first || from >= v.first + v.rows) return;
  const Theme& t = v.look.theme;
  const float x = v.x_of(bar.x1), start = v.y_of(from) + v.row / 2, head = t.px(0.3F);
  const float end = v.y_of(row) + (from < row ? 0.15F * t.em : v.row - 0.15F * t.em);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddLine({x, start}, {x, end}, t.colours.changed, t.hairline());
  list.AddCircleFilled({x, start}, t.px(0.18F), t.colours.changed, 8);
  const float back = from < row ? -head : head;
  list.AddTriangleFilled({x, end}, {x - head / 2, end + back}, {x + head / 2, end + back}, t.colours.changed);
}

void draw_sleeps(const View& v) {
  std::vector<std::pair<std::size_t, SleepBar>> all;
  for (std::size_t row = v.first; row < std::min(v.first + v.rows, v.order.lanes.size()); ++row) {
    const auto& of_lane = v.order.sleeps_of[v.order.lanes[row]];
    for (const SleepBar& bar : visible_sleeps(v.lanes, of_lane, v.axis, v.look.whole->prepared)) {
      draw_bar(v, row, bar);
      all.emplace_back(row, bar);
    }
  }
  if (all.size() > arrows_max) return;
  for (const auto& [row, bar] : all) draw_arrow(v, row, bar);
}

void tip_of(const View& v, ImVec2 mouse) {  // from the graphs' corner
  const auto row = static_cast<std::size_t>(std::max(0.0F, (mouse.y + v.scroll) / v.row));
  if (row >= v.order.lanes.size()) return;
  const std::uint32_t number = v.order.lanes[row];
  const sim::Lane& lane = v.lanes.lanes[number];
  ImGui::BeginTooltip();
  ImGui::TextUnformatted(name_of(v.look, lane.name).c_str());
  ImGui::Text("%s, %s failed or refused", counted(lane.calls, "call", "calls").c_str(), grouped(lane.failed).c_str());
  if (lane.sleeps != 0)
    ImGui::Text("%s, %s in all", counted(lane.sleeps, "sleep", "sleeps").c_str(), time_text(lane.asleep_ticks).c_str());
  const auto x = static_cast<double>(mouse.x);
  for (const SleepBar& bar : visible_sleeps(v.lanes, v.order.sleeps_of[number], v.axis, v.look.whole->prepared)) {
    if (x < bar.x0 - 1 || x > bar.x1 + 1) continue;
    const sim::LaneSleep& s = v.lanes.sleeps[bar.first];
    if (bar.more != 0) {
      ImGui::Text("%s here, from event %s on", counted(bar.more + 1, "sleep", "sleeps").c_str(),
                  grouped(s.from_event).c_str());
      break;
    }
    ImGui::Text("asleep for %s since event %s", std::string(cause_words(s.cause)).c_str(),
                grouped(s.from_event).c_str());
    if (s.to_event != sim::LaneSleep::open) {
      ImGui::Text("woken during event %s, after %s%s%s", grouped(s.to_event).c_str(),
                  time_text(s.to_tick - s.from_tick).c_str(), s.waker == sim::LaneSleep::nobody ? "" : ", by ",
                  s.waker == sim::LaneSleep::nobody ? "" : name_of(v.look, v.lanes.lanes[s.waker].name).c_str());
    }
    break;
  }
  dim_text(v.look.theme, "calls are counted in stretches of " + counted(v.lanes.axis.width(), "event", "events"));
  dim_text(v.look.theme, "click: go there   wheel: zoom   Shift+wheel: other lanes   drag: move");
  ImGui::EndTooltip();
}

void draw_rows(Look& look, float label, float row) {
  const LaneOrder& order = order_for(look);
  const sim::Lanes& lanes = look.whole->lanes;
  const float tall = ImGui::GetWindowHeight();
  const float wide = ImGui::GetContentRegionAvail().x;
  const std::size_t rows = order.lanes.size() + (lanes.others.empty() ? 0 : 1);
  const Canvas c = canvas(look, "lanes" + look.key, {wide, std::max(tall, row * static_cast<float>(rows))});
  const ImVec2 corner = ImGui::GetWindowPos();
  View v{look, lanes, order, axis_of(look, static_cast<double>(std::max(wide - label, 1.0F))), label, row, {}, 0, 0, 0};
  v.rect = {{corner.x + label, corner.y}, {corner.x + wide, corner.y + tall}};
  v.scroll = std::floor(ImGui::GetScrollY());
  v.first = std::min(static_cast<std::size_t>(v.scroll / row), rows);
  v.rows = std::min(static_cast<std::size_t>(std::ceil(tall / row)) + 1, rows - v.first);
  look.ids.put("lanes" + look.key, {corner, v.rect.max});
  draw_activity(v);
  draw_labels(v);
  draw_sleeps(v);
  draw_unprepared(look, v.axis, v.rect);
  draw_cursor(look, v.axis, v.rect);
  Canvas seen = c;
  seen.mouse = {ImGui::GetMousePos().x - corner.x, ImGui::GetMousePos().y - corner.y};
  if (c.hovered && ImGui::GetIO().KeyShift && ImGui::GetIO().MouseWheel != 0)
    ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseWheel * 2 * row);
  answer_time_axis(look, seen, v.axis, label);
  if (c.hovered && !c.active) tip_of(v, {seen.mouse.x - label, seen.mouse.y});
}

}  // namespace

void draw_lanes(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr || look.whole == nullptr || look.whole->lanes.lanes.empty()) {
    say_nothing(t, look.desk == nullptr ? "A lesson has no lanes." : "Nobody has called yet.");
    return;
  }
  draw_sleepers(look);
  draw_legend(look);
  const float label = t.px(17), row = std::floor(t.px(1.5F));
  // The numbers lie below the rows, behind the space that ImGui leaves between two items.
  const float numbers = ImGui::GetTextLineHeight() + t.px(0.3F) + ImGui::GetStyle().ItemSpacing.y;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild("lane rows", {0, std::max(t.px(3), room.y - numbers)}, false,
                    ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_AlwaysVerticalScrollbar);
  const float wide = ImGui::GetContentRegionAvail().x;
  draw_rows(look, label, row);
  ImGui::EndChild();
  ImGui::PopStyleVar();
  const ImVec2 below = ImGui::GetCursorScreenPos();
  const TimeAxis axis = axis_of(look, static_cast<double>(std::max(wide - label, 1.0F)));
  draw_event_numbers(look, axis, {{below.x + label, below.y}, {below.x + wide, below.y + numbers}});
}

}  // namespace kmemlab::viz
