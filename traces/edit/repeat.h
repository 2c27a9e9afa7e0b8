// A trace made longer by playing it again and again. Each round frees what it left live, so that the memory of a replay
// does not grow with the number of rounds; ids go on densely, slots are used again, time goes on.
#pragma once

#include "core/base/error.h"
#include "traces/edit/edited.h"
#include "traces/kmt/reader.h"
#include "traces/sink.h"

namespace kmemlab::traces {

/// `in` `rounds` times. Round r has its ticks shifted by r times (last tick - first tick + 1) and its ids by r times
/// the number of blocks, so that blocks older than the trace are different ones in each round. At the end of a round,
/// in order of id, a matched free follows for every block still live: same tick as the round's last event; CPU, task
/// and cache of the allocation; named "kmem_cache_free" after kmem_cache_alloc*, "free" after malloc-like names of user
/// space, else "kfree"; context, call site and flags unknown. Page events are only repeated. Quality counts are
/// multiplied; live_at_end becomes 0 but for allocations without a slot. Fails if ticks would pass 2^64.
/// Memory: about 40 bytes for each slot.
Fallible<Edited> repeat(KmtReader& in, std::uint64_t rounds, EventSink& out);

/// Whole rounds until at least `slab_events` slab events are written. Fails if `in` has none and some are asked for.
Fallible<Edited> repeat_events(KmtReader& in, std::uint64_t slab_events, EventSink& out);

}  // namespace kmemlab::traces
