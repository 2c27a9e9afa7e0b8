#include "viz/panels/lesson.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "viz/model/format.h"
#include "viz/model/narration.h"
#include "viz/panels/map.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

using Kind = check::LessonQuestion::Kind;
using Stage = LessonState::Stage;

constexpr std::size_t told_shown = 4;   // calls of a repeated step are alike
constexpr std::size_t steps_shown = 8;  // of the allocator

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
  if (s.stage() != Stage::open && !s.chosen()) return;
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
    headline(t, (right ? "\u2717 Not quite. The answer is: " : "The answer is: ") + q.answer_text());
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
  const std::size_t told = std::min(step.told.size(), told_shown);
  const std::uint64_t more = step.told.size() - told + step.told_more;
  for (std::size_t i = 0; i < told; ++i) wrapped("\u2022 " + step.told[i], t.colours.dim);
  if (more != 0) dim_text(t, "   and " + grouped(more) + " more like these");
  if (step.pages_mapped != 0) wrapped("\u2022 " + counted(step.pages_mapped, "page came", "pages came"), t.colours.dim);
  if (step.pages_returned != 0) {
    wrapped("\u2022 " + counted(step.pages_returned, "page went back", "pages went back"), t.colours.dim);
  }
  for (const std::string& line : step.console) wrapped("! The console says: " + line, t.colours.alarm);
  for (const std::string& line : step.asleep) wrapped("~ " + line, t.colours.asleep);
  if (!step.snapshot->stopped.empty()) {
    wrapped("\u2717 The machine has stopped: " + step.snapshot->stopped, t.colours.alarm);
  }
  const std::vector<Step>& steps_done = step.snapshot->story.steps;
  if (steps_done.empty() || steps_done.size() > steps_shown) return;
  dim_text(t, "inside the allocator:");
  for (std::size_t i = 0; i < steps_done.size(); ++i) {
    wrapped(grouped(i + 1) + "  " + narrate(steps_done[i]).text, t.colours.text);
  }
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
  if (room.x < look.theme.px(52)) {  // one below the other, and all of it scrolls
    return column("all", 0, 0, [&] {
      draw_prose(look, s);
      draw_question(look, s);
      ImGui::Separator();
      draw_step(look, s);
    });
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

}  // namespace

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

void draw_lesson(Look& look) {
  LessonShelf& shelf = lesson_shelf(look.memory);
  if (shelf.open) {
    draw_open(look, shelf);
  } else {
    draw_lesson_shelf(look);
  }
}

}  // namespace kmemlab::viz
