// A finding as a scenario that `kmemlab run` repeats: the shortest sequence of calls, with what each came to, and at
// its end what should have come. A core without the fault passes it.
#pragma once

#include "sim/check/explore/explorer.h"
#include "sim/scenario/scenario.h"

namespace kmemlab::sim::explore {

/// Errors: the sequence does not lead where it led before.
Fallible<scenario::Scenario> story_of(const Menu& menu, const Run& run, const scenario::Options& options,
                                      const Finding& finding);

/// One action in a line: "t0: malloc(100, M_TEMP, M_NOWAIT)", "interrupt: free(p1, M_TEMP)", "pool_thread goes on".
std::vector<std::string> lines_of(const scenario::Scenario& story);

}  // namespace kmemlab::sim::explore
