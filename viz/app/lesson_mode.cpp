// The window while a lesson is open, or while there is nothing but lessons: map and allocator above, the lesson below.
#include <algorithm>
#include <array>

#include "viz/app/app.h"
#include "viz/app/app_window.h"
#include "viz/model/format.h"
#include "viz/panels/lesson.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

// Panels that show a machine, and not a trace.
constexpr std::array<std::string_view, 5> panels_of_lessons = {"map", "xray", "inspector", "narration", "lesson"};

}  // namespace

void App::take_lessons() {
  lesson_shelf(memory_).folder = exhibit_->lessons;
  if (!exhibit_->lesson) return;
  start_lesson(memory_, exhibit_->lesson);
  for (const std::string_view panel : {"map", "xray", "inspector", "lesson"}) focus(std::string(panel));
  if (!view_wanted_) return;
  // --at PAGE.1: that page, with its step made.
  LessonState& lesson = *lesson_shelf(memory_).open;
  while (lesson.place() < view_wanted_->event && !lesson.is_last()) {
    lesson.reveal();
    lesson.next();
  }
  if (view_wanted_->steps != 0) lesson.reveal();
  for (const std::string& p : view_wanted_->panels) focus(p);
}

Look App::lesson_look() {
  Look look(theme_, ids_, textures_, memory_, selection_, wishes_);
  look_into_lesson(look);
  return look;
}

// In front first, so that nobody turns a page that he does not see.
void App::next_of_lesson() {
  if (in_lesson() && shown_in(Region::bottom) == "lesson") {
    Look look = lesson_look();
    advance_lesson(look);
  }
  focus("lesson");
}

bool AppWindow::fits_lesson(const PanelInfo& panel) const {
  return std::find(panels_of_lessons.begin(), panels_of_lessons.end(), panel.name) != panels_of_lessons.end();
}

void AppWindow::draw_lesson_window() {
  const Theme& t = app_.theme_;
  if (!app_.in_lesson()) {
    ImGui::BeginChild("shelf", {0, 0}, true);
    for (const PanelInfo& p : panels()) {
      if (std::string_view(p.name) == "lesson") draw_panel(p);
    }
    ImGui::EndChild();
    return;
  }
  for (std::string& shown : app_.shown_) {
    for (const PanelInfo& p : panels()) {
      if (shown != p.name || fits_lesson(p)) continue;
      constexpr const char* instead[] = {"map", "xray", "inspector", "lesson"};
      shown = instead[static_cast<unsigned>(p.region)];
    }
  }
  draw_message();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float below = std::max(room.y * 0.34F, std::min(t.px(20), room.y * 0.5F));
  const auto spaced = [&](Region region, ImVec2 size) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {t.px(0.5F), t.px(0.3F)});
    draw_region(region, size);
    ImGui::PopStyleVar();
  };
  ImGui::BeginChild("upper", {0, room.y - below}, false);
  spaced(Region::left, {room.x * 0.5F, 0});
  ImGui::SameLine(0, 0);
  ImGui::BeginChild("right", {0, 0}, false);
  const float tall = ImGui::GetContentRegionAvail().y;
  const bool both = tall > t.px(26);  // at lecture size the allocator needs all of it
  spaced(Region::upper_right, {0, both ? tall * 0.62F : 0});
  if (both) spaced(Region::lower_right, {0, 0});
  ImGui::EndChild();
  ImGui::EndChild();
  spaced(Region::bottom, {0, 0});
  ImGui::PopStyleVar();
}

}  // namespace kmemlab::viz
