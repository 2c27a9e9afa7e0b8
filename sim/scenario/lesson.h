// A lesson: the prose, checkpoints and questions around the steps of a scenario (its member `lesson`), as data, and the
// reader. tests/scenarios/README.md describes the member. Nothing is evaluated here: the runner does that, so that a
// lesson is a test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/json_text.h"
#include "sim/scenario/members.h"

namespace kmemlab::scenario {

struct Step;

/// A comparison and the line where it stands.
struct Comparing {
  std::uint64_t line = 1;
  std::string text;
};

enum class AskKind : std::uint8_t { number, choice, page, block };

struct LessonChoice {
  std::string text;
  std::string holds;  ///< the comparison that makes it the right one; empty: the question's answer says which
};

struct LessonAsk {
  std::uint64_t line = 1;
  std::string question;
  AskKind kind = AskKind::number;
  std::string answer;  ///< an expression; of a choice its number from 1, or empty: the choice that holds
  std::string unit;    ///< of a number: "bytes"; may be empty
  std::vector<LessonChoice> choices;
  std::string reveal;  ///< shown when the step was made
  std::string wrong;   ///< shown before it to who predicted something else; may be empty
};

/// One page: read before its step is made, asked before it, checked after it.
struct LessonPage {
  std::uint64_t line = 1;
  std::size_t step = 0;  ///< from 1; 0: after the boot, before the first step
  std::string text;
  std::vector<Comparing> checkpoint;
  std::optional<LessonAsk> ask;
};

struct LessonText {
  std::string title;
  std::string who;
  std::uint64_t minutes = 0;
  std::string intro;
  std::vector<LessonPage> pages;  ///< in order of their steps
  std::string closing;
};

/// Reads the member. Errors go to `first`, with their line: a page of a step that does not exist or comes before that
/// of the page in front of it, an answer that is a literal, a second question about one step.
LessonText read_lesson(const Json& object, const std::vector<Step>& steps, FirstError& first);

}  // namespace kmemlab::scenario
