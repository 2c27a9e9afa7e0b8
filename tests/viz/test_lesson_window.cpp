// A lesson in the real application without a window: chosen from the shelf, read, predicted by typing, choosing and
// clicking in the map, revealed, looked back at.
#include <cstdio>
#include <fstream>

#include "tests/catch.h"
#include "tests/viz/null_ui.h"
#include "viz/panels/lesson.h"
#include "viz/programs/open_runs.h"

namespace kmemlab::test {

namespace {

using viz::LessonState;

std::string lessons_folder() {
  return std::string(KMEMLAB_SOURCE_DIR) + "/tests/scenarios/lessons";
}

void open_at(NullUi& ui, const std::string& path) {
  ui.app().open(path, [path] { return viz::open_lessons(path); });
  ui.settle();
}

LessonState& lesson_of(NullUi& ui) {
  REQUIRE(viz::lesson_is_open(ui.app().memory()));
  return *viz::lesson_shelf(ui.app().memory()).open;
}

}  // namespace

TEST_CASE("a lesson is chosen from the shelf, and put back", "[viz][lesson]") {
  NullUi ui;
  open_at(ui, lessons_folder());
  CHECK_FALSE(ui.app().in_lesson());
  REQUIRE(ui.click("lesson.open.2"));
  CHECK(lesson_of(ui).lesson().title == "Who may sleep: interrupts against processes");
  CHECK(ui.shows("panel.map"));
  CHECK(ui.shows("panel.xray"));
  CHECK_FALSE(ui.shows("tab.lanes"));  // a lesson has no trace
  REQUIRE(ui.click("lesson.close"));
  CHECK_FALSE(ui.app().in_lesson());
  CHECK(ui.shows("lesson.open.7"));
}

TEST_CASE("a number is typed, fixed, and seen to be right", "[viz][lesson]") {
  NullUi ui;
  open_at(ui, lessons_folder() + "/2-checkerboard-and-page-return.json");
  ui.press({'L'});
  LessonState& lesson = lesson_of(ui);
  CHECK(lesson.place() == 1);
  CHECK_FALSE(ui.shows("lesson.predict"));  // nothing to fix yet
  REQUIRE(ui.click("lesson.number"));
  ui.type("8");
  REQUIRE(ui.click("lesson.predict"));
  CHECK(lesson.stage() == LessonState::Stage::predicted);
  CHECK(lesson.shown_step() == 0);
  REQUIRE(ui.click("lesson.reveal"));
  CHECK(lesson.right() == true);
  CHECK(lesson.shown_step() == 1);
  ui.press({'L'});
  CHECK(lesson.place() == 2);
  REQUIRE(ui.click("lesson.show"));  // without a prediction
  CHECK_FALSE(lesson.right());
  REQUIRE(ui.click("lesson.next"));
  CHECK(lesson.place() == 3);
  REQUIRE(ui.click("lesson.choice.1"));
  ui.press({'L'});
  ui.press({'L'});
  CHECK(lesson.right() == true);
  CHECK(lesson.score() == viz::LessonScore{6, 2, 2});
}

TEST_CASE("a page is predicted by a click in the map, and outlined when the step was made", "[viz][lesson]") {
  NullUi ui;
  open_at(ui, lessons_folder() + "/2-checkerboard-and-page-return.json");
  LessonState& lesson = lesson_of(ui);
  while (lesson.question() == nullptr || lesson.question()->kind != check::LessonQuestion::Kind::page) {
    lesson.reveal();
    REQUIRE(lesson.next());
  }
  ui.settle();
  const viz::Rect map = ui.where("maplesson " + lesson_of(ui).lesson().file);
  ui.click_at({map.min.x + 4, map.min.y + 4});
  REQUIRE(lesson.chosen());
  CHECK(*lesson.chosen() == lesson.lesson().steps[1].snapshot->map.pages()[0].page.v);
  ui.press({'L'});
  ui.press({'L'});
  CHECK(lesson.right() == false);  // the third page goes back, not the first
  REQUIRE(ui.app().selection().page);
  CHECK(ui.app().selection().page->v == lesson.question()->answer);
}

TEST_CASE("earlier steps can be looked at again, and later ones cannot", "[viz][lesson]") {
  NullUi ui;
  open_at(ui, lessons_folder() + "/5-type-limits.json");
  LessonState& lesson = lesson_of(ui);
  for (int page = 0; page < 4; ++page) {
    lesson.reveal();
    lesson.next();
  }
  ui.settle();
  CHECK(lesson.shown_step() == 3);
  ui.press({viz::key_left});
  CHECK(lesson.shown_step() == 2);
  REQUIRE(ui.click("lesson.step_back"));
  CHECK(lesson.shown_step() == 1);
  ui.press({viz::key_right});
  ui.press({viz::key_right});
  ui.press({viz::key_right});
  CHECK(lesson.shown_step() == 3);
  ui.app().focus("narration");
  ui.settle();
  CHECK(ui.shows("narration.step.1"));
}

TEST_CASE("every page of every lesson is drawn", "[viz][lesson]") {
  for (const check::LessonEntry& entry : check::find_lessons(lessons_folder())) {
    INFO(entry.path);
    NullUi ui;
    open_at(ui, entry.path);
    LessonState& lesson = lesson_of(ui);
    for (std::size_t n = 0; n < 64 && !lesson.is_last(); ++n) {
      ui.frame();
      lesson.reveal();
      ui.frame();
      ui.press({'L'});
    }
    CHECK(lesson.is_last());
    CHECK(ui.shows("lesson.where"));
  }
}

TEST_CASE("a lesson that is wrong, or a scenario without one, is a message in the window", "[viz][lesson]") {
  NullUi ui;
  const std::string path = std::string(KMEMLAB_BINARY_DIR) + "/no-lesson.json";
  std::ofstream(path)
      << "{\"schema\": \"kmemlab.scenario/1\", \"name\": \"t\", \"sentence\": \"T.\", \"system\": {\"core\": "
         "\"bsd386\"}, \"steps\": []}";
  open_at(ui, path);
  std::remove(path.c_str());
  CHECK_FALSE(ui.app().in_lesson());
  CHECK(ui.shows("failure"));
}

}  // namespace kmemlab::test
