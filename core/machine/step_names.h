// The word of each step: in narrations and scenarios (`did`), in lines of decisions, in what `explain` prints. The only
// table of them; apart from step.h, since cores take steps and never name them.
#pragma once

#include "core/machine/step.h"

namespace kmemlab {

inline constexpr unsigned step_kinds = 12;
static_assert(static_cast<unsigned>(StepKind::zeroed) + 1 == step_kinds, "a new step needs a word below");

/// "?" for what is no step.
constexpr const char* name_of(StepKind kind) {
  switch (kind) {
    case StepKind::limit_reached:
      return "limit_reached";
    case StepKind::list_empty:
      return "list_empty";
    case StepKind::pages_obtained:
      return "pages_obtained";
    case StepKind::carved:
      return "carved";
    case StepKind::took_block:
      return "took_block";
    case StepKind::gave_pages:
      return "gave_pages";
    case StepKind::pushed_block:
      return "pushed_block";
    case StepKind::page_returned:
      return "page_returned";
    case StepKind::return_refused:
      return "return_refused";
    case StepKind::sleeps:
      return "sleeps";
    case StepKind::wakes:
      return "wakes";
    case StepKind::zeroed:
      return "zeroed";
  }
  return "?";
}

}  // namespace kmemlab
