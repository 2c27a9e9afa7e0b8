// A lesson for a viewer: a scenario with a lesson (tests/scenarios/README.md), run once and kept as plain data: the
// pages with their questions and answers, and what there was to see after each step. Refused: a scenario without a
// lesson, and one whose run differs from what it says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/observe/snapshot.h"

namespace kmemlab::check {

struct LessonQuestion {
  enum class Kind : std::uint8_t { number, choice, page, block };
  Kind kind = Kind::number;
  std::string question;
  std::string unit;                  ///< of a number; may be empty
  std::vector<std::string> choices;  ///< of a choice
  std::string reveal;                ///< shown after the step
  std::string wrong;                 ///< shown before `reveal` to who was wrong; may be empty
  std::uint64_t answer = 0;          ///< a number; of a choice its place from 0; else an address
  std::uint64_t extent = 0;          ///< of a page or block: bytes
  std::uint64_t page_bytes = 0;

  /// A click counts where it hits the page, or the block that the answer begins.
  bool is_right(std::uint64_t prediction) const;
  /// "128 bytes", "It sleeps", "0xfe003000".
  std::string answer_text() const;
};

struct LessonPage {
  std::size_t step = 0;  ///< index into Lesson::steps: what there is after the step
  std::string text;
  std::optional<LessonQuestion> ask;

  /// What there is to see before the step is made.
  std::size_t before() const { return step == 0 ? 0 : step - 1; }
};

struct LessonStep {
  std::string call;                  ///< as written: "malloc(100, M_TEMP, M_NOWAIT)"; "3 times: free(p[n], M_TEMP)"
  std::string who;                   ///< "task b, CPU 1", "an interrupt of level 3"; empty where nobody in particular
  std::string say;                   ///< the scenario's own comment; may be empty
  std::vector<std::string> told;     ///< what came, a sentence a call; at most told_max
  std::uint64_t told_more = 0;       ///< sentences that were left out
  std::vector<std::string> console;  ///< lines that the kernel printed
  std::vector<std::string>
      asleep;  ///< calls that have not ended: "task b: malloc(100, M_TEMP, M_WAITOK) sleeps on lock"
  std::uint64_t pages_returned = 0, pages_mapped = 0;
  /// place.event is the number of steps done; blocks have as event the step, and as call site the step's call.
  std::shared_ptr<const sim::Snapshot> snapshot;

  static constexpr std::size_t told_max = 12;
};

struct Lesson {
  std::string file, title, who, core, sentence, intro, closing;
  std::uint64_t minutes = 0;
  std::vector<LessonPage> pages;
  std::vector<LessonStep> steps;   ///< [0]: booted; then one for each step of the scenario
  std::vector<std::string> tasks;  ///< names of the tasks in the snapshots
  std::vector<std::string> calls;  ///< names of the call sites in the snapshots
};

Fallible<Lesson> open_lesson(const std::string& path);

struct LessonEntry {
  std::string path, title, who, core;
  std::uint64_t minutes = 0;
  std::size_t questions = 0;
};

/// The lessons in this folder and below, in order of their paths; other files are passed over.
std::vector<LessonEntry> find_lessons(const std::string& folder);

}  // namespace kmemlab::check
