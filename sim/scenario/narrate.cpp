// Names of steps and outcomes.
#include "sim/scenario/narrate.h"

namespace kmemlab::scenario {

bool is_step_name(std::string_view name) {
  for (unsigned i = 0; i < step_kinds; ++i) {
    if (name == name_of(static_cast<StepKind>(i))) return true;
  }
  return false;
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::failed:
      return "failed";
    case Outcome::blocked:
      return "blocked";
  }
  return "?";
}

}  // namespace kmemlab::scenario
