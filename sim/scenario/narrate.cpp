// Names of steps and outcomes.
#include "sim/scenario/narrate.h"

#include <algorithm>
#include <array>

namespace kmemlab::scenario {

namespace {

constexpr std::array<std::string_view, 12> step_names = {
    "limit_reached", "list_empty",    "pages_obtained", "carved", "took_block", "gave_pages",
    "pushed_block",  "page_returned", "return_refused", "sleeps", "wakes",      "zeroed"};
static_assert(static_cast<std::size_t>(StepKind::zeroed) + 1 == step_names.size());

}  // namespace

std::string_view name_of(StepKind kind) {
  const auto i = static_cast<std::size_t>(kind);
  return i < step_names.size() ? step_names[i] : "?";
}

bool is_step_name(std::string_view name) {
  return std::find(step_names.begin(), step_names.end(), name) != step_names.end();
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
