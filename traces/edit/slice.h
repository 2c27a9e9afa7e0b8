// A part of a trace that is a trace of its own: ids and slots are dense again, and what happened to blocks from before
// the part is said as an importer that had seen only the part would have said it.
#pragma once

#include "core/base/error.h"
#include "traces/edit/edited.h"
#include "traces/kmt/reader.h"
#include "traces/sink.h"

namespace kmemlab::traces {

/// Events [from, to) of `in`; `to` is cut to the end. Tables stay whole, ticks stay as they are. A matched free of a
/// block from before `from` becomes before_trace (no slot); a realloc of one becomes its alloc, if it has a slot.
/// Quality counts of single events are counted anew; counts that cannot be told apart by event (lost, damaged,
/// inverted, out of order, unmatchable) are taken over whole; cache_learned counts as cache_known. Memory: about 50
/// bytes for each block that the part names.
Fallible<Edited> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, EventSink& out);

}  // namespace kmemlab::traces
