// Turning the pages of a lesson: predict, then reveal; what is shown of the machine; the score.
#include "tests/catch.h"
#include "viz/model/lesson_state.h"

namespace kmemlab::test {

namespace {

using check::Lesson;
using check::LessonQuestion;
using viz::LessonState;

LessonQuestion asking(LessonQuestion::Kind kind, std::uint64_t answer, std::uint64_t extent = 0) {
  LessonQuestion q;
  q.kind = kind;
  q.question = "what?";
  q.answer = answer;
  q.extent = extent;
  q.page_bytes = 4096;
  return q;
}

/// Four steps: a page that asks for a number at step 1, one without a question at step 3, a block at step 4.
LessonState made_up() {
  auto lesson = std::make_shared<Lesson>();
  lesson->steps.resize(6);
  lesson->pages.push_back({1, "one", asking(LessonQuestion::Kind::number, 128)});
  lesson->pages.push_back({3, "two", {}});
  lesson->pages.push_back({4, "three", asking(LessonQuestion::Kind::block, 0x1080, 128)});
  return LessonState(lesson);
}

}  // namespace

TEST_CASE("a lesson is predicted, revealed and turned", "[viz][lesson]") {
  LessonState s = made_up();
  CHECK(s.at() == LessonState::At::intro);
  CHECK(s.is_first());
  CHECK(s.shown_step() == 0);
  CHECK_FALSE(s.back());
  REQUIRE(s.next());
  CHECK(s.at() == LessonState::At::page);
  CHECK(s.stage() == LessonState::Stage::open);
  CHECK(s.shown_step() == 0);  // the step is not made before it is predicted
  CHECK_FALSE(s.can_next());
  CHECK_FALSE(s.predict());
  s.choose(64);
  s.choose(128);
  CHECK(s.predict());
  s.choose(32);  // too late
  CHECK(s.chosen() == 128U);
  CHECK_FALSE(s.right());
  CHECK(s.shown_step() == 0);
  s.reveal();
  CHECK(s.right() == true);
  CHECK(s.shown_step() == 1);
  CHECK(s.score() == viz::LessonScore{2, 1, 1});
  REQUIRE(s.next());
  CHECK(s.question() == nullptr);
  CHECK(s.shown_step() == 3);
  REQUIRE(s.next());
  CHECK(s.shown_step() == 3);
  s.choose(0x1000);
  s.predict();
  s.reveal();
  CHECK(s.right() == false);
  CHECK(s.score() == viz::LessonScore{2, 2, 1});
  REQUIRE(s.next());
  CHECK(s.at() == LessonState::At::closing);
  CHECK(s.is_last());
  CHECK(s.shown_step() == 5);
  CHECK_FALSE(s.next());
}

TEST_CASE("who lets it be shown has predicted nothing", "[viz][lesson]") {
  LessonState s = made_up();
  s.next();
  s.choose(128);
  s.reveal();
  CHECK_FALSE(s.chosen());
  CHECK_FALSE(s.right());
  CHECK(s.score() == viz::LessonScore{2, 0, 0});
  CHECK(s.can_next());
}

TEST_CASE("one key reads a lesson as far as predictions go", "[viz][lesson]") {
  LessonState s = made_up();
  CHECK(s.advance());
  CHECK_FALSE(s.advance());  // nothing is chosen
  s.choose(128);
  CHECK(s.advance());
  CHECK(s.stage() == LessonState::Stage::predicted);
  CHECK(s.advance());
  CHECK(s.stage() == LessonState::Stage::revealed);
  CHECK(s.advance());
  CHECK(s.page_number() == 1);
  CHECK(s.advance());
  CHECK(s.page_number() == 2);
  s.choose(0x10ff);
  CHECK(s.advance());
  CHECK(s.advance());
  CHECK(s.right() == true);
  CHECK(s.advance());
  CHECK_FALSE(s.advance());
  CHECK(s.place() + 1 == s.places());
}

TEST_CASE("a reader may look back, and no further than what was made", "[viz][lesson]") {
  LessonState s = made_up();
  s.next();
  s.reveal();
  s.next();
  s.look(1);
  CHECK(s.shown_step() == 1);
  CHECK(s.looks_back());
  s.look(5);
  CHECK(s.shown_step() == 3);
  CHECK_FALSE(s.looks_back());
  s.look(2);
  CHECK(s.back());
  CHECK(s.shown_step() == 1);  // a turned page shows its own step; what was revealed stays so
  CHECK(s.stage() == LessonState::Stage::revealed);
}

}  // namespace kmemlab::test
