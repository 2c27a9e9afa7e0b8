// The loop of every replayer over the events of a trace, with the edges of the metrics window in their places.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/error.h"
#include "sim/replay/window.h"
#include "traces/kmt/reader.h"

namespace kmemlab::sim {

/// play(block, row) for each event of the trace, in order; edge(which, event, tick) before the event that opens or
/// closes the window, unless it is the first or behind the last; progress(events done) now and then. The error is the
/// trace's: a damaged chunk.
template <class Play, class Edge, class Progress>
Fallible<void> play_events(traces::KmtReader& trace, const MetricsWindow& window, Play play, Edge edge,
                           Progress& progress) {
  const auto block = std::make_unique<traces::EventBlock>();
  std::uint64_t next_edge = window.from != 0 ? window.from : window.to;
  for (std::uint64_t at = 0; at < trace.events(); at += traces::block_events) {
    const Fallible<std::uint32_t> rows = trace.block(at, traces::replay_columns, *block);
    if (!rows) return Failure<Error>{rows.error()};
    for (std::uint32_t i = 0; i < block->events; ++i) {
      if (at + i == next_edge) [[unlikely]] {
        const bool opens = at + i == window.from;
        edge(opens ? WindowEdge::opens : WindowEdge::closes, at + i, block->tick[i]);
        next_edge = opens ? window.to : MetricsWindow::no_end;
      }
      play(*block, i);
    }
    if ((at & 0xffff) == 0) progress(at);
  }
  return {};
}

}  // namespace kmemlab::sim
