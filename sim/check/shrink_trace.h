// A trace that is being shrunk: its events in memory, each with the *unit* it belongs to. An allocation, its reallocs
// and its free are one unit; every other event is one of its own. Whole units may go, and single frees and reallocs;
// what is left is always a trace: slots and ids are given out anew when it is written.
// Memory: 112 bytes an event.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "traces/event.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"
#include "traces/meta.h"

namespace kmemlab::check {

struct ShrinkEvent {
  traces::Event event;  ///< its slot is no slot of the trace: each chain of blocks that replace each other has its own
  std::uint32_t unit = 0;
};

struct ShrinkTrace {
  std::shared_ptr<const traces::Tables> tables;
  traces::Source source;
  std::vector<ShrinkEvent> events;
  std::uint32_t units = 0;  ///< unit numbers are below
};

inline constexpr std::uint64_t shrink_events_max = 5'000'000;

/// Errors: a damaged trace, or one with more than shrink_events_max events.
Fallible<ShrinkTrace> load_shrink_trace(traces::KmtReader& trace);

/// Numbers slots and ids anew, writes, and finishes the container.
Fallible<void> write_shrink_trace(const ShrinkTrace& trace, traces::KmtWriter& out);
/// The same, in memory, opened.
Fallible<traces::KmtReader> open_shrink_trace(const ShrinkTrace& trace);

/// Only the rows of the tables that events name, in their order.
ShrinkTrace with_small_tables(const ShrinkTrace& trace);

/// Of all that decides a replay, and of what the recorded kernel granted. Flags count by what they say, rows of the
/// other tables by their number: digests of traces whose tables differ in these cannot be compared.
std::uint64_t digest_of(const ShrinkTrace& trace);
/// The same call sites, tasks and caches: digests of events that name them can be compared.
bool digests_compare(const ShrinkTrace& a, const ShrinkTrace& b);

}  // namespace kmemlab::check
