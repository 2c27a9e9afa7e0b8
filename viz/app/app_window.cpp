// The window's layout: transport, overview, four regions with tabs, status.
#include "viz/app/app_window.h"

#include <algorithm>
#include <array>

#include "viz/app/commands.h"
#include "viz/app/transport.h"
#include "viz/model/format.h"
#include "viz/panels/overview.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

// Shares of the window that the splitters moved.
struct Splits {
  float left = 0.58F, upper = 0.70F, right = 0.54F;
};

constexpr ImGuiWindowFlags fixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                   ImGuiWindowFlags_NoNav;

}  // namespace

void AppWindow::draw() {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(size);
  ImGui::Begin("kmemlab", nullptr, fixed);
  const bool lessons = app_.in_lesson() || (app_.exhibit_ && app_.exhibit_->runs.empty());
  if (lessons && (app_.only_.empty() || app_.only_ == "timeline")) {
    draw_lesson_window();
  } else if (app_.runs_.empty() && !lessons) {
    draw_nothing_open();
  } else if (!app_.only_.empty()) {
    draw_only();
  } else {
    draw_all();
  }
  ImGui::End();
  draw_help();
  draw_go_to();
  draw_commands();
}

void AppWindow::draw_nothing_open() {
  const Theme& t = app_.theme_;
  if (!app_.failure_.empty()) {
    ImGui::Dummy({0, t.px(2)});
    ImGui::PushStyleColor(ImGuiCol_Text, im(t.colours.alarm));
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(("This cannot be shown: " + app_.failure_).c_str());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    dim_text(t,
             "Nothing was changed. Open another file with 'kmemlab view FILE', or look at it with 'kmemlab info FILE'. "
             "Ctrl+Q quits.");
    app_.ids_.put("failure", {{0, 0}, ImGui::GetIO().DisplaySize});
    return;
  }
  say_nothing(t, app_.opening_.empty() ? "Nothing is open. 'kmemlab view TRACE' opens a trace."
                                       : ("Reading " + app_.opening_ + "...").c_str());
}

void AppWindow::draw_only() {
  for (const PanelInfo& p : panels()) {
    if (app_.only_ == p.name) draw_panel(p);
  }
  if (app_.only_ == "timeline") {
    Look look = app_.look_at(*app_.runs_[app_.focused_]);
    ImGui::BeginChild("overview", {0, app_.theme_.px(5)}, true);
    draw_overview(look);
    ImGui::EndChild();
    for (const PanelInfo& p : panels()) {
      if (std::string_view(p.name) == "counters") draw_panel(p);
    }
  }
}

void AppWindow::draw_panel(const PanelInfo& panel) {
  std::vector<Look> looks;
  looks.reserve(app_.runs_.size());
  const bool lesson = app_.in_lesson() || app_.runs_.empty();
  if (lesson) looks.push_back(app_.lesson_look());
  for (const auto& run : app_.runs_) {
    if (!lesson) looks.push_back(app_.look_at(*run));
  }
  for (std::size_t i = 0; i < looks.size(); ++i) looks[i].all = looks, looks[i].in_front = i;
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  app_.ids_.put(std::string("panel.") + panel.name, {at, {at.x + room.x, at.y + room.y}});
  panel.draw(looks[lesson ? 0 : app_.focused_]);
}

void AppWindow::draw_region(Region region, ImVec2 size) {
  static constexpr const char* names[] = {"left", "upper_right", "lower_right", "bottom"};
  ImGui::BeginChild(names[static_cast<unsigned>(region)], size, true);
  std::string& shown = app_.shown_[static_cast<unsigned>(region)];
  bool first = true;
  for (const PanelInfo& p : panels()) {
    if (p.region != region) continue;
    if (std::string_view(p.name) == "compare" && app_.runs_.size() < 2) continue;
    if (app_.in_lesson() && !fits_lesson(p)) continue;
    if (!first) ImGui::SameLine(0, app_.theme_.px(0.25F));
    first = false;
    const bool on = shown == p.name;
    const Palette& c = app_.theme_.colours;
    ImGui::PushStyleColor(ImGuiCol_Button, im(on ? mixed(c.raised, c.accent, 90) : c.panel));
    ImGui::PushStyleColor(ImGuiCol_Text, im(on ? c.text : c.dim));
    if (ImGui::Button(p.title)) shown = p.name;
    ImGui::PopStyleColor(2);
    app_.ids_.put_item(std::string("tab.") + p.name);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", p.meaning);
    if (on) {  // a line below the tab in front: not by colour alone
      const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
      ImGui::GetWindowDrawList()->AddRectFilled({min.x, max.y}, {max.x, max.y + 2 * app_.theme_.hairline()}, c.accent);
    }
  }
  for (const PanelInfo& p : panels()) {
    if (p.region != region || shown != p.name) continue;
    ImGui::BeginChild(p.name, {0, 0}, false);
    draw_panel(p);
    ImGui::EndChild();
  }
  ImGui::EndChild();
}

// A bar between two regions that the mouse drags; gives the share of what is before it.
float AppWindow::splitter(const char* name, bool vertical, float at, float low, float high) {
  const Theme& t = app_.theme_;
  const ImVec2 room = ImGui::GetIO().DisplaySize;
  const float thick = t.px(0.35F);
  const ImVec2 avail = ImGui::GetContentRegionAvail();
  ImGui::InvisibleButton(name,
                         vertical ? ImVec2{thick, std::max(1.0F, avail.y)} : ImVec2{std::max(1.0F, avail.x), thick});
  app_.ids_.put_item(name);
  const bool hot = ImGui::IsItemActive() || ImGui::IsItemHovered();
  if (hot) {
    ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    ImGui::GetWindowDrawList()->AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), t.colours.accent);
  }
  if (ImGui::IsItemActive())
    at += vertical ? ImGui::GetIO().MouseDelta.x / room.x : ImGui::GetIO().MouseDelta.y / room.y;
  return std::clamp(at, low, high);
}

void AppWindow::draw_all() {
  const Theme& t = app_.theme_;
  Splits& s = app_.memory_.of<Splits>();
  draw_transport();
  Look look = app_.look_at(*app_.runs_[app_.focused_]);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild("overview", {0, t.px(3.4F)}, true);
  draw_overview(look);
  ImGui::EndChild();
  ImGui::PopStyleVar();
  draw_message();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float status = ImGui::GetTextLineHeight() + t.px(0.3F);
  const float body = room.y - status, upper = body * s.upper;
  ImGui::BeginChild("upper", {0, upper}, false);
  const float left = room.x * s.left;
  const auto spaced = [&](Region region, ImVec2 size) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {t.px(0.5F), t.px(0.3F)});
    draw_region(region, size);
    ImGui::PopStyleVar();
  };
  spaced(Region::left, {left, 0});
  ImGui::SameLine(0, 0);
  s.left = splitter("split.left", true, s.left, 0.25F, 0.8F);
  ImGui::SameLine(0, 0);
  ImGui::BeginChild("right", {0, 0}, false);
  spaced(Region::upper_right, {0, ImGui::GetContentRegionAvail().y * s.right});
  s.right = splitter("split.right", false, s.right, 0.15F, 0.85F);
  spaced(Region::lower_right, {0, 0});
  ImGui::EndChild();
  ImGui::EndChild();
  s.upper = splitter("split.upper", false, s.upper, 0.3F, 0.85F);
  spaced(Region::bottom, {0, ImGui::GetContentRegionAvail().y - status});
  ImGui::PopStyleVar();
  draw_status();
}

void AppWindow::draw_transport() {
  viz::draw_transport(app_);
}

void AppWindow::draw_message() {
  if (app_.message_.empty()) return;
  const Theme& t = app_.theme_;
  if (ImGui::SmallButton("x")) {
    app_.message_.clear();
    return;
  }
  ImGui::SameLine();
  fitted_text(t, app_.message_, ImGui::GetContentRegionAvail().x, t.colours.text);
  app_.ids_.put_item("message");
}

void AppWindow::draw_status() {
  const Theme& t = app_.theme_;
  const ShownRun& run = *app_.runs_[app_.focused_];
  std::string words = app_.exhibit_->file + "   " + run.core() + " on " + run.machine();
  const Desk::Progress& p = run.progress();
  if (!run.error().empty()) {
    words = run.error() + "   " + words;
  } else if (!p.prepared) {
    words = "preparing: " + grouped(p.done) + " of " + grouped(p.total) + " events (" + percent(p.done, p.total) +
            ")   " + words;
  }
  const char* hint = "?  the keys";
  const float right = ImGui::CalcTextSize(hint).x;
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + t.px(0.15F));
  fitted_text(t, words, ImGui::GetContentRegionAvail().x - right - t.px(2),
              run.error().empty() ? t.colours.dim : t.colours.alarm);
  app_.ids_.put_item("status");
  ImGui::SameLine(ImGui::GetWindowWidth() - right - t.px(1));
  dim_text(t, hint);
}

void AppWindow::draw_help() {
  if (!app_.help_) return;
  const Theme& t = app_.theme_;
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({std::min(size.x - t.px(2), t.px(62)), std::min(size.y - t.px(2), t.px(46))});
  ImGui::SetNextWindowFocus();
  ImGui::Begin("Keys", &app_.help_,
               ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoResize);
  if (ImGui::BeginTable("keys", 2)) {
    ImGui::TableNextColumn();
    std::string group;
    const std::size_t half = commands().size() / 2;
    for (std::size_t i = 0; i < commands().size(); ++i) {
      const Command& c = commands()[i];
      if (group != c.group) {
        if (i >= half && ImGui::TableGetColumnIndex() == 0) ImGui::TableNextColumn();
        group = c.group;
        ImGui::PushFont(t.bold);
        ImGui::TextUnformatted(c.group);
        ImGui::PopFont();
      }
      ImGui::PushStyleColor(ImGuiCol_Text, im(t.colours.accent));
      ImGui::TextUnformatted(name_of(c.key).c_str());
      ImGui::PopStyleColor();
      ImGui::SameLine(ImGui::GetColumnOffset() + t.px(8));
      ImGui::TextUnformatted(c.name);
    }
    ImGui::EndTable();
  }
  dim_text(t,
           "Mouse on the map: wheel zooms at the pointer, Shift+wheel scrolls, dragging moves, a click picks. On time "
           "axes: wheel zooms, a click goes there.");
  app_.ids_.put("help", {ImGui::GetWindowPos(),
                         {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(),
                          ImGui::GetWindowPos().y + ImGui::GetWindowHeight()}});
  ImGui::End();
}

}  // namespace kmemlab::viz
