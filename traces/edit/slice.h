// A part of a trace that is a trace of its own: ids and slots are dense again (renumber.h).
#pragma once

#include "core/base/error.h"
#include "traces/edit/edited.h"
#include "traces/kmt/reader.h"
#include "traces/sink.h"

namespace kmemlab::traces {

/// What the blocks that live where the part begins become.
enum class SliceStart : std::uint8_t {
  empty,    ///< nothing: the part is what an importer of it alone would have made; their frees are before_trace
  carried,  ///< allocations ahead of the part, so that frees inside it match
};

/// Events [from, to) of `in`; `to` is cut to the end. Tables stay whole, ticks stay as they are.
/// With SliceStart::carried the blocks live just before `from` (KmtReader::live_at) come first, in order of id: each is
/// the event that made it (name, CPU, task, call site, cache, flags, context, node), with the size that it has by then
/// and the tick of event `from`. Edited::quality.carried counts them; they are counted in the other numbers as well. An
/// empty part carries nothing. `edited` has its tables, source and quality.carried before the first event goes out.
/// Memory: 24 bytes a live slot; while the part begins, 120 bytes for each carried block.
Fallible<void> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, SliceStart start, EventSink& out,
                     Edited& edited);

/// The same, in one value.
Fallible<Edited> slice(KmtReader& in, std::uint64_t from, std::uint64_t to, EventSink& out,
                       SliceStart start = SliceStart::empty);

}  // namespace kmemlab::traces
