// Where a reader stands in a lesson: which page, what was predicted, what was revealed, and the score. Pure: a panel
// draws it, tests turn its pages. Predictions come before the step; nothing is shown of a step that was not made.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/check/lesson.h"

namespace kmemlab::viz {

struct LessonScore {
  std::size_t questions = 0;  ///< in the lesson
  std::size_t predicted = 0;  ///< of those
  std::size_t right = 0;      ///< of the predictions
  bool operator==(const LessonScore&) const = default;
};

class LessonState {
 public:
  enum class At : std::uint8_t { intro, page, closing };
  /// Of a question: nothing is fixed; a prediction is; the step was made.
  enum class Stage : std::uint8_t { open, predicted, revealed };

  explicit LessonState(std::shared_ptr<const check::Lesson> lesson);

  const check::Lesson& lesson() const { return *lesson_; }
  At at() const;
  /// The page that is open; at intro and closing the nearest one.
  std::size_t page_number() const;
  const check::LessonPage& page() const { return lesson_->pages[page_number()]; }
  /// Of the page that is open; null: it asks nothing.
  const check::LessonQuestion* question() const;
  Stage stage() const;

  /// What the reader has chosen so far: a number, a choice from 0, an address. Nothing once the stage is past open.
  void choose(std::uint64_t value);
  std::optional<std::uint64_t> chosen() const;
  /// Fixes the choice; false: nothing is chosen, or there is nothing to predict.
  bool predict();
  /// Makes the step, with or without a prediction.
  void reveal();
  /// Whether the prediction was right; nothing before the step, or without a prediction.
  std::optional<bool> right() const;

  /// Turning pages. A page whose question is not answered can be left only backwards.
  bool can_next() const;
  bool next();
  bool back();
  bool is_first() const { return place_ == 0; }
  bool is_last() const { return place_ + 1 == places(); }
  /// Key L: fixes what is chosen, then makes the step, then turns the page. False: it cannot go on, for want of a
  /// prediction or because the lesson is over.
  bool advance();

  /// Index of the step that is seen, and of the last one that was made.
  std::size_t shown_step() const { return seen_ ? *seen_ : furthest(); }
  std::size_t furthest() const;
  /// Looks back at an earlier step, or forward again as far as the last one made.
  void look(std::size_t step);
  bool looks_back() const { return shown_step() != furthest(); }

  LessonScore score() const;
  /// Pages read, intro and closing included, of all.
  std::size_t place() const { return place_; }
  std::size_t places() const { return lesson_->pages.size() + 2; }

 private:
  struct Answer {
    std::optional<std::uint64_t> choice;
    Stage stage = Stage::open;
  };
  const Answer& answer() const { return answers_[page_number()]; }

  std::shared_ptr<const check::Lesson> lesson_;
  std::size_t place_ = 0;  ///< 0: intro; then the pages; then closing
  std::vector<Answer> answers_;
  std::optional<std::size_t> seen_;
};

}  // namespace kmemlab::viz
