// A shrunk trace as a scenario (kmemlab.scenario/1) of one core: each event as the system's own call, with what the
// replay made of it as expectations. It passes `kmemlab run` on the build that wrote it; an expectation that does not
// hold there (it hangs on times, or on calls that overlap) is left out, and the sentence says so.
// Refuses runs that cannot be said: a call that sleeps, or goes on, only because of times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "sim/check/shrink_trace.h"
#include "sim/cli/shrink_sides.h"

namespace kmemlab::cli {

struct ScenarioText {
  std::string json;
  std::size_t left_out = 0;  ///< expectations
};

/// What a run says that a core stopped: "free: multiple frees at event 12".
struct Panic {
  std::string message;
  std::uint64_t event = 0;
};
/// Nothing if it names no event.
std::optional<Panic> panic_of(std::string_view stopped);

/// `sentence` says what is kept, with its numbers; what cannot be said is added.
Fallible<ScenarioText> scenario_of(const check::ShrinkTrace& trace, const ShrinkSide& side, const std::string& name,
                                   const std::string& sentence);

}  // namespace kmemlab::cli
