// What the verbs that replay a trace share: options for the machine, the part that metrics speak of, and the edits of
// the trace.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/arguments.h"
#include "sim/cli/edits.h"
#include "sim/cli/replay_runs.h"

namespace kmemlab::cli {

/// -m, --ram, --arena, --unknown-sleep, --interrupts, --from, --to, --warm-up, --where, --warm-start,
/// and pressure_options.h.
std::vector<OptionSpec> replay_options();

/// The values of replay_options(), but for the edits: machine and policy of `runs`. Errors are usage errors.
Fallible<void> read_replay_options(const Parsed& p, WantedRuns& runs);

/// The trace with its edits and totals. Numbers of events in `window` are the trace's own; what a warm start puts ahead
/// of it counts for no metric: `window` is moved behind it.
Fallible<OpenTrace> open_for_replay(const std::string& path, Defects defects, const Edits& edits,
                                    sim::MetricsWindow& window);

}  // namespace kmemlab::cli
