// A trace into another sink, event by event. What a container adds (facts, learned caches) is already in the events.
#pragma once

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/sink.h"

namespace kmemlab::traces {

/// Appends every event of `in` to `out`. Stops at the first damaged chunk.
Fallible<void> copy(KmtReader& in, EventSink& out);

}  // namespace kmemlab::traces
