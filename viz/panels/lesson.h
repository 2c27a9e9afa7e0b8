// The lesson: prose, a question with its prediction, what came, the score; and the shelf from which one is chosen.
// While a lesson is open, all panels look at its snapshots instead of at a run (look_into_lesson).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/check/lesson.h"
#include "viz/model/lesson_state.h"
#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_lesson(Look& look);
/// The list of lessons: a click opens one.
void draw_lesson_shelf(Look& look);

/// What is kept of lessons between frames.
struct LessonShelf {
  std::string folder;                                      ///< where lessons lie; empty: those that came along
  std::optional<std::vector<check::LessonEntry>> entries;  ///< looked up when they are first shown
  std::optional<LessonState> open;
  std::string typed;  ///< of a question for a number
  std::string error;  ///< why a lesson could not be opened
};
LessonShelf& lesson_shelf(Memory& memory);

/// Runs the scenario (a few milliseconds) and shows its intro. Errors stay on the shelf.
void open_lesson(Memory& memory, const std::string& path);
void start_lesson(Memory& memory, std::shared_ptr<const check::Lesson> lesson);
void close_lesson(Memory& memory);
bool lesson_is_open(Memory& memory);
/// Key L: one thing further (LessonState::advance).
void advance_lesson(Look& look);
/// Looks at earlier steps of the lesson, and forward again.
void look_back_in_lesson(Memory& memory, int by);

/// Makes a look of the open lesson: its snapshot, and no run.
void look_into_lesson(Look& look);

}  // namespace kmemlab::viz
