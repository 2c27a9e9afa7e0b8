// Runs a scenario: sets up the machine and the system, makes the steps, and notes every difference between what the
// scenario expects and what came. The same scenario gives the same result on every computer.
//
// Rules that hold without being written in a scenario:
//  - a call is done at once, unless the step says that it fails or sleeps
//  - a call that slept and came to its end in a step must be expected there ("woken")
//  - a line on the console must be expected
//  - check() of the core runs after every step of a process or whole interrupt, and must find nothing
//  - a machine that stops must be expected to; after that, steps can only look
//  - a lesson's checkpoints hold where its pages stand, and each of its questions has one answer there
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/machine/marks.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/step_view.h"

namespace kmemlab::scenario {

struct Difference {
  std::uint64_t line = 1;  ///< in the scenario's file
  std::string where;       ///< "step 3, round 2"
  std::string what;        ///< what came, and what was expected
};

/// What the answer of a lesson's question came to when its step was made.
struct LessonAnswer {
  std::size_t page = 0;      ///< of the lesson, from 0
  std::uint64_t value = 0;   ///< a number; of a choice its place, from 0; else an address
  std::uint64_t extent = 0;  ///< of an address: bytes of the block that begins there, else of a page
};

struct RunResult {
  std::vector<Difference> differences;
  std::uint64_t steps = 0;   ///< steps made, those of interrupts and rounds included
  std::uint64_t digest = 0;  ///< of machine, kernel and core at the end
  MarkSet marks;             ///< of the core, from its boot to the end; System::marks has their names
  std::vector<std::string> narration;
  std::vector<LessonAnswer> answers;

  bool passed() const { return differences.empty(); }
};

enum class Narrate : std::uint8_t { no, yes };

/// `observer` is told of each step; null: nobody watches. Errors: options or a machine that cannot be.
Fallible<RunResult> run_scenario(const Scenario& scenario, Narrate narrate = Narrate::no,
                                 StepObserver* observer = nullptr);

}  // namespace kmemlab::scenario
