#include "viz/model/lesson_state.h"

#include <algorithm>
#include <utility>

namespace kmemlab::viz {

LessonState::LessonState(std::shared_ptr<const check::Lesson> lesson)
    : lesson_(std::move(lesson)), answers_(lesson_->pages.size()) {}

LessonState::At LessonState::at() const {
  if (place_ == 0) return At::intro;
  return place_ > lesson_->pages.size() ? At::closing : At::page;
}

std::size_t LessonState::page_number() const {
  return std::min(place_ == 0 ? 0 : place_ - 1, lesson_->pages.size() - 1);
}

const check::LessonQuestion* LessonState::question() const {
  return at() == At::page && page().ask ? &*page().ask : nullptr;
}

LessonState::Stage LessonState::stage() const {
  return question() == nullptr ? Stage::revealed : answer().stage;
}

void LessonState::choose(std::uint64_t value) {
  if (question() != nullptr && stage() == Stage::open) answers_[page_number()].choice = value;
}

std::optional<std::uint64_t> LessonState::chosen() const {
  return question() == nullptr ? std::nullopt : answer().choice;
}

bool LessonState::predict() {
  if (question() == nullptr || stage() != Stage::open || !chosen()) return false;
  answers_[page_number()].stage = Stage::predicted;
  return true;
}

// What was chosen but not fixed is no prediction.
void LessonState::reveal() {
  if (question() == nullptr || stage() == Stage::revealed) return;
  Answer& a = answers_[page_number()];
  if (a.stage == Stage::open) a.choice.reset();
  a.stage = Stage::revealed;
  seen_.reset();
}

std::optional<bool> LessonState::right() const {
  if (question() == nullptr || stage() != Stage::revealed || !chosen()) return std::nullopt;
  return question()->is_right(*chosen());
}

bool LessonState::can_next() const {
  return !is_last() && stage() == Stage::revealed;
}

bool LessonState::next() {
  if (!can_next()) return false;
  ++place_;
  seen_.reset();
  return true;
}

bool LessonState::back() {
  if (is_first()) return false;
  --place_;
  seen_.reset();
  return true;
}

bool LessonState::advance() {
  switch (stage()) {
    case Stage::open:
      return predict();
    case Stage::predicted:
      reveal();
      return true;
    case Stage::revealed:
      return next();
  }
  return false;
}

std::size_t LessonState::furthest() const {
  if (at() == At::intro) return 0;
  if (at() == At::closing) return lesson_->steps.size() - 1;
  return stage() == Stage::revealed ? page().step : page().before();
}

void LessonState::look(std::size_t step) {
  seen_ = std::min(step, furthest());
}

LessonScore LessonState::score() const {
  LessonScore s;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    const std::optional<check::LessonQuestion>& ask = lesson_->pages[i].ask;
    if (!ask) continue;
    ++s.questions;
    if (answers_[i].stage != Stage::revealed || !answers_[i].choice) continue;
    ++s.predicted;
    s.right += ask->is_right(*answers_[i].choice);
  }
  return s;
}

}  // namespace kmemlab::viz
