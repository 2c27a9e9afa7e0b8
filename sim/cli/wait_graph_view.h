// The wait graph of a run's end (sim/replay/wait_graph.h) as text for a terminal, and as JSON.
#pragma once

#include <string>

#include "sim/replay/wait_graph.h"

namespace kmemlab::cli {

/// What a deadlock is here: "the frees that could wake them wait behind sleepers too", or that nothing could.
std::string deadlock_words(const sim::WaitGraph& graph);

/// Lines, each indented by two columns; empty if nobody waits. The first few of those who wait, and a cycle.
std::string wait_graph_text(const sim::WaitGraph& graph);

/// One JSON object: `stopped_at`, `tick`, `waiters`, `queues`, `cycle` (docs/report.md).
std::string wait_graph_json(const sim::WaitGraph& graph);

}  // namespace kmemlab::cli
