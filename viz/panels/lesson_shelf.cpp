// Which lessons there are, and the one that is open.
#include <filesystem>
#include <utility>

#include "viz/model/format.h"
#include "viz/panels/lesson.h"
#include "viz/panels/map.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

LessonShelf& lesson_shelf(Memory& memory) {
  return memory.of<LessonShelf>();
}

void open_lesson(Memory& memory, const std::string& path) {
  LessonShelf& shelf = lesson_shelf(memory);
  auto lesson = check::open_lesson(path);
  if (!lesson) {
    shelf.error = "This lesson cannot be opened: " + lesson.error().text();
    return;
  }
  start_lesson(memory, std::make_shared<const check::Lesson>(std::move(*lesson)));
}

void start_lesson(Memory& memory, std::shared_ptr<const check::Lesson> lesson) {
  LessonShelf& shelf = lesson_shelf(memory);
  shelf.error.clear();
  shelf.typed.clear();
  shelf.open.emplace(std::move(lesson));
}

void close_lesson(Memory& memory) {
  lesson_shelf(memory).open.reset();
  map_camera(memory).level = -1;
}

bool lesson_is_open(Memory& memory) {
  return lesson_shelf(memory).open.has_value();
}

void look_into_lesson(Look& look) {
  const std::optional<LessonState>& open = lesson_shelf(look.memory).open;
  if (!open) return;
  const check::Lesson& lesson = open->lesson();
  look.now = lesson.steps[open->shown_step()].snapshot.get();
  look.cursor = look.now->place;
  look.range = {0, lesson.steps.size() - 1};
  look.whole = nullptr;
  look.desk = nullptr;
  look.names = nullptr;
  look.core = lesson.core;
  look.key = "lesson " + lesson.file;  // another lesson has other pictures at the same place
}

void draw_lesson_shelf(Look& look) {
  const Theme& t = look.theme;
  LessonShelf& shelf = lesson_shelf(look.memory);
  if (!shelf.entries) {
    std::string folder = shelf.folder;
    if (folder.empty())
      folder = std::filesystem::exists("tests/scenarios/lessons") ? "tests/scenarios/lessons" : KMEMLAB_LESSONS;
    shelf.entries = check::find_lessons(folder);
  }
  if (!shelf.error.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, im(t.colours.alarm));
    ImGui::TextWrapped("%s", shelf.error.c_str());
    ImGui::PopStyleColor();
  }
  if (shelf.entries->empty()) {
    return say_nothing(t, "No lessons here. 'kmemlab view FOLDER' shows those of a folder of scenarios.");
  }
  dim_text(t, "Lessons: read, predict, then see what the allocator does.");
  if (!ImGui::BeginTable("lessons", 5, ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchProp)) return;
  for (const auto& [name, weight] :
       {std::pair("lesson", 34.0F), {"system", 8.0F}, {"for", 34.0F}, {"minutes", 7.0F}, {"questions", 8.0F}}) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, weight);
  }
  ImGui::TableHeadersRow();
  std::optional<std::string> wanted;
  for (std::size_t i = 0; i < shelf.entries->size(); ++i) {
    const check::LessonEntry& e = (*shelf.entries)[i];
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(i));
    const std::string title = fitted(grouped(i + 1) + "  " + e.title, ImGui::GetContentRegionAvail().x);
    if (ImGui::Selectable(title.c_str(), false, ImGuiSelectableFlags_SpanAllColumns)) wanted = e.path;
    look.ids.put_item("lesson.open." + std::to_string(i));
    ImGui::PopID();
    for (const std::string& text : {e.core, e.who, grouped(e.minutes), grouped(e.questions)}) {
      ImGui::TableNextColumn();
      fitted_text(t, text, ImGui::GetContentRegionAvail().x, t.colours.dim);
    }
  }
  ImGui::EndTable();
  if (!wanted) return;
  open_lesson(look.memory, *wanted);
  look.selection = {};
  map_camera(look.memory).level = -1;
}

}  // namespace kmemlab::viz
