// kmemlab replay --frames-needed: how much memory a trace needs on each core (sim/check/frames_needed.h), as a table
// and as JSON (kmemlab.frames_needed/1).
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/replay_runs.h"

namespace kmemlab::cli {

/// Searches for each core, prints the table if it is wanted, and writes the JSON if there is a path. The exit code.
Fallible<int> frames_needed(const OpenTrace& trace, const WantedRuns& wanted, const std::optional<std::string>& json,
                            bool table);

}  // namespace kmemlab::cli
