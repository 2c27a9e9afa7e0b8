// Rows of the trace with what came of each event in a run: decoded for a page of the list at a time, on the desk's
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/observe/happening.h"
#include "sim/observe/timeline.h"
#include "traces/event.h"
#include "viz/work/trace_names.h"

namespace kmemlab::viz {

struct EventRow {
  std::uint64_t number = 0;
  traces::Event event;
  /// What came of it, if it did so soon; pages, frames and wake-ups: during its arrival.
  std::vector<sim::Happening> happened;
};

/// Events [from, to), cut to the trace. O(to - from), and finding the place.
Fallible<std::vector<EventRow>> event_rows(sim::Timeline& timeline, const TraceNames& names, std::uint64_t from,
                                           std::uint64_t to);

/// "alloc", "free", "page alloc", ...
std::string word_of(traces::Op op);
/// "task", "softirq", "hardirq", ...
std::string word_of(traces::Context context);
/// What came of it: "0xfe9a1000, 128 bytes", "failed: map full", "slept", ...; pages that came or went at the end.
std::string outcome_of(const EventRow& row);

}  // namespace kmemlab::viz
