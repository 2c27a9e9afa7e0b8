#include "viz/panels/lesson.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

#include "viz/model/format.h"
#include "viz/panels/map.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

using Kind = check::LessonQuestion::Kind;
using Stage = LessonState::Stage;

void wrapped(const std::string& text, Rgba colour) {
  ImGui::PushStyleColor(ImGuiCol_Text, im(colour));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void headline(const Theme& t, const std::string& text) {
  ImGui::PushFont(t.bold);
  wrapped(text, t.colours.text);
  ImGui::PopFont();
}

/// Another page or another step is shown: what was picked belongs to the last one, and the map fits itself anew.
void turned(Look& look) {
  look.selection = {};
  lesson_shelf(look.memory).typed.clear();
  map_camera(look.memory).level = -1;
}

/// What the step showed is picked, so that the map outlines it.
void revealed(Look& look, const LessonState& s) {
  look.selection = {};
  map_camera(look.memory).level = -1;
  const check::LessonQuestion* q = s.question();
  if (q == nullptr) return;
  if (q->kind == Kind::page) look.pick_page(Addr{q->answer / q->page_bytes * q->page_bytes});
  if (q->kind == Kind::block) look.selection.address = Addr{q->answer};
}

void take_click(const Look& look, LessonState& s, const check::LessonQuestion& q) {
  if (q.kind == Kind::page && look.selection.page) s.choose(look.selection.page->v);
  if (q.kind == Kind::block && look.selection.address) s.choose(look.selection.address->v);
}

void ask_number(Look& look, LessonState& s, const check::LessonQuestion& q) {
  LessonShelf& shelf = lesson_shelf(look.memory);
  std::array<char, 20> typed{};
  std::strncpy(typed.data(), shelf.typed.c_str(), typed.size() - 1);
  ImGui::SetNextItemWidth(look.theme.px(9));
  const bool enter = ImGui::InputText("##number", typed.data(), typed.size(),
                                      ImGuiInputTextFlags_CharsDecimal | ImGuiInputTextFlags_EnterReturnsTrue);
  look.ids.put_item("lesson.number");
  if (s.stage() == Stage::open) shelf.typed = typed.data();
  const std::string& digits = shelf.typed;
  const bool good =
      !digits.empty() && digits.size() < 19 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (good) s.choose(std::stoull(digits));
  ImGui::SameLine();
  dim_text(look.theme, q.unit);
  if (enter && good) s.predict();
}

void ask_choice(Look& look, LessonState& s, const check::LessonQuestion& q) {
  for (std::size_t i = 0; i < q.choices.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    bool picked = ImGui::RadioButton("##choice", s.chosen() == i);
    look.ids.put_item("lesson.choice." + std::to_string(i));
    ImGui::SameLine(0, look.theme.px(0.3F));
    const bool answer = s.stage() == Stage::revealed && q.answer == i;
    wrapped(q.choices[i] + (answer ? "   \u2713" : ""), answer ? look.theme.colours.accent : look.theme.colours.text);
    picked = picked || ImGui::IsItemClicked();
    if (picked) s.choose(i);
    ImGui::PopID();
  }
}

void ask_map(Look& look, LessonState& s, const check::LessonQuestion& q) {
  if (s.stage() == Stage::open) take_click(look, s, q);
  const char* what = q.kind == Kind::page ? "page" : "block";
  wrapped(s.chosen() ? std::string("You picked the ") + what + " at " + hex(Addr{*s.chosen()}) + "."
                     : std::string("Click the ") + what + " in the map.",
          look.theme.colours.accent);
}

void outcome(Look& look, const LessonState& s, const check::LessonQuestion& q) {
  const Theme& t = look.theme;
  const std::optional<bool> right = s.right();
  ImGui::Dummy({0, t.px(0.2F)});
  if (right == true) {
    headline(t, "\u2713 Right: " + q.answer_text());
  } else {
    headline(t, (right ? "\u2717 Not quite. It is: " : "It is: ") + q.answer_text());
    if (right == false && !q.wrong.empty()) wrapped(q.wrong, t.colours.dim);
  }
  wrapped(q.reveal, t.colours.text);
}

void draw_question(Look& look, LessonState& s) {
  const Theme& t = look.theme;
  const check::LessonQuestion* q = s.question();
  if (q == nullptr) return;
  headline(t, q->question);
  if (q->kind == Kind::number) ask_number(look, s, *q);
  if (q->kind == Kind::choice) ask_choice(look, s, *q);
  if (q->kind == Kind::page || q->kind == Kind::block) ask_map(look, s, *q);
  switch (s.stage()) {
    case Stage::open:
      if (s.chosen()) {
        if (button(look, "That is my prediction", "lesson.predict", "fixes it (L)")) s.predict();
        ImGui::SameLine();
      }
      if (button(look, "Show me", "lesson.show", "makes the step without a prediction")) {
        s.reveal();
        revealed(look, s);
      }
      return;
    case Stage::predicted:
      dim_text(t, "Your prediction is fixed. Now make the step, and see.");
      if (button(look, "Make the step", "lesson.reveal", "and see what comes (L)")) {
        s.reveal();
        revealed(look, s);
      }
      return;
    case Stage::revealed:
      return outcome(look, s, *q);
  }
}

void draw_prose(Look& look, const LessonState& s) {
  const Theme& t = look.theme;
  const check::Lesson& lesson = s.lesson();
  switch (s.at()) {
    case LessonState::At::intro:
      headline(t, lesson.title);
      dim_text(t, "for " + lesson.who + ", about " + counted(lesson.minutes, "minute", "minutes"));
      return wrapped(lesson.intro, t.colours.text);
    case LessonState::At::page:
      return wrapped(s.page().text, t.colours.text);
    case LessonState::At::closing: {
      const LessonScore score = s.score();
      headline(t, "What to take home");
      wrapped(lesson.closing, t.colours.text);
      return dim_text(t, grouped(score.right) + " of " +
                             counted(score.questions, "prediction was", "predictions were") + " right" +
                             (score.predicted < score.questions ? "; some were left out." : "."));
    }
  }
}

/// The step that is seen in the other panels: what was called, and what came.
void draw_step(Look& look, LessonState& s) {
  const Theme& t = look.theme;
  const check::Lesson& lesson = s.lesson();
  const std::size_t shown = s.shown_step(), steps = lesson.steps.size() - 1;
  if (button(look, "<", "lesson.step_back", "the step before (Left)") && shown > 0) s.look(shown - 1);
  ImGui::SameLine(0, t.px(0.2F));
  if (button(look, ">", "lesson.step_forward", "the step after, as far as they were made (Right)")) s.look(shown + 1);
  ImGui::SameLine();
  dim_text(t, shown == 0 ? "before the first of " + counted(steps, "step", "steps")
                         : "after step " + grouped(shown) + " of " + grouped(steps) +
                               (s.looks_back() ? ", looking back" : ""));
  const check::LessonStep& step = lesson.steps[shown];
  ImGui::PushFont(t.mono);
  wrapped(step.call.empty() ? "(nothing is done)" : (step.who.empty() ? "" : step.who + ": ") + step.call,
          t.colours.text);
  ImGui::PopFont();
  for (const std::string& line : step.told) wrapped("\u2022 " + line, t.colours.dim);
  if (step.told_more != 0) dim_text(t, "and " + grouped(step.told_more) + " more like these");
  if (step.pages_mapped != 0) wrapped("\u2022 " + counted(step.pages_mapped, "page came", "pages came"), t.colours.dim);
  if (step.pages_returned != 0) {
    wrapped("\u2022 " + counted(step.pages_returned, "page went back", "pages went back"), t.colours.dim);
  }
  if (!step.snapshot->stopped.empty())
    wrapped("\u2717 The machine has stopped: " + step.snapshot->stopped, t.colours.alarm);
}

/// Where the reader is, and the ways on.
void draw_bar(Look& look, LessonState& s) {
  const Theme& t = look.theme;
  if (button(look, "< back", "lesson.back", "the page before") && s.back()) turned(look);
  ImGui::SameLine(0, t.px(0.2F));
  const bool stuck = !s.can_next();
  if (stuck) ImGui::PushStyleColor(ImGuiCol_Text, im(t.colours.dim));
  const bool next =
      button(look, "next >", "lesson.next", stuck ? "predict first, or press 'Show me'" : "the next page (L)");
  if (stuck) ImGui::PopStyleColor();
  if (next && s.next()) turned(look);
  ImGui::SameLine();
  const LessonScore score = s.score();
  std::string words = "page " + grouped(s.place() + 1) + " of " + grouped(s.places());
  words += "   " + grouped(score.right) + " right of " + grouped(score.predicted) + " predicted";
  const char* close = "all lessons";
  const float right = ImGui::CalcTextSize(close).x + t.px(2);
  fitted_text(t, words + "   " + s.lesson().title, ImGui::GetContentRegionAvail().x - right, t.colours.dim);
  look.ids.put_item("lesson.where");
  ImGui::SameLine(ImGui::GetWindowContentRegionMax().x - right);
  const bool closed = button(look, close, "lesson.close", "closes this lesson");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = ImGui::GetContentRegionAvail().x, high = t.px(0.2F);
  const float part = static_cast<float>(s.place()) / static_cast<float>(s.places() - 1);
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + wide, at.y + high}, t.colours.raised);
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + wide * part, at.y + high}, t.colours.accent);
  ImGui::Dummy({wide, high});
  if (closed) {
    close_lesson(look.memory);
    look.selection = {};
  }
}

template <class Draw>
void column(const char* name, float width, float height, Draw draw) {
  ImGui::BeginChild(name, {width, height}, false);
  draw();
  ImGui::EndChild();
}

void draw_open(Look& look, LessonShelf& shelf) {
  draw_bar(look, *shelf.open);
  if (!shelf.open) return;
  LessonState& s = *shelf.open;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float gap = look.theme.px(1);
  const bool asks = s.question() != nullptr;
  if (room.x < look.theme.px(52)) {  // one below the other: the panel scrolls
    draw_prose(look, s);
    draw_question(look, s);
    ImGui::Separator();
    return draw_step(look, s);
  }
  const float prose = asks ? (room.x - 2 * gap) * 0.37F : std::min((room.x - gap) * 0.64F, look.theme.px(62));
  column("prose", prose, 0, [&] { draw_prose(look, s); });
  ImGui::SameLine(0, gap);
  if (asks) {
    column("question", (room.x - 2 * gap) * 0.35F, 0, [&] { draw_question(look, s); });
    ImGui::SameLine(0, gap);
  }
  column("made", 0, 0, [&] { draw_step(look, s); });
}

void draw_shelf(Look& look, LessonShelf& shelf) {
  const Theme& t = look.theme;
  if (!shelf.entries) {
    std::string folder = shelf.folder;
    if (folder.empty())
      folder = std::filesystem::exists("tests/scenarios/lessons") ? "tests/scenarios/lessons" : KMEMLAB_LESSONS;
    shelf.entries = check::find_lessons(folder);
  }
  if (!shelf.error.empty()) wrapped(shelf.error, t.colours.alarm);
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
  turned(look);
}

}  // namespace

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

void advance_lesson(Look& look) {
  std::optional<LessonState>& open = lesson_shelf(look.memory).open;
  if (!open) return;
  const std::size_t place = open->place();
  const Stage stage = open->stage();
  if (!open->advance()) return;
  if (open->place() != place) return turned(look);
  if (stage == Stage::predicted) revealed(look, *open);
}

void look_back_in_lesson(Memory& memory, int by) {
  std::optional<LessonState>& open = lesson_shelf(memory).open;
  if (!open) return;
  const std::size_t shown = open->shown_step();
  if (by > 0) open->look(shown + 1);
  if (by < 0 && shown > 0) open->look(shown - 1);
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
  look.key = "lesson";
}

void draw_lesson(Look& look) {
  LessonShelf& shelf = lesson_shelf(look.memory);
  if (shelf.open) {
    draw_open(look, shelf);
  } else {
    draw_shelf(look, shelf);
  }
}

}  // namespace kmemlab::viz
