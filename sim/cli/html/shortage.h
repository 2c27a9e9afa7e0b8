// What a page of --html says of a run that went short: sleeps by cause over time and by how long they took, and the
// machine's free frames with its watermarks. Nothing is told by colour: causes have rows of their own, and the
// watermarks are named from below.
#pragma once

#include <string>

#include "sim/cli/html/chart.h"

namespace kmemlab::cli {

/// What sleepers wait for, in words.
const char* cause_words(SleepCause cause);

/// Parts of a chart, between its other panels and its time axis: free frames if they ran low, and a row of ticks for
/// each cause that somebody slept for. Empty if there is nothing to show.
std::string shortage_panels(const sim::Series& series, const ChartScale& scale);

/// A table of how long requests slept, by cause; empty if none did.
std::string sleep_lengths(const sim::Report& run);

}  // namespace kmemlab::cli
