// All blocks of a trace, by several threads. Chunks are handed out one by one; a chunk's blocks come in order and to
// one thread, so that what is gathered for each chunk, put together in order of chunks, is the same for any number of
// threads. Memory: a cursor and a block for each thread.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>

#include "core/base/error.h"
#include "traces/kmt/cursor.h"
#include "traces/kmt/view.h"

namespace kmemlab::traces {

/// f(cursor of this thread, number of the chunk) for every chunk, by `threads` threads (0 is 1), this one among them.
/// After an Error no further chunk is begun; the Error of the lowest chunk is returned. f must not throw.
Fallible<void> for_each_chunk_parallel(const std::shared_ptr<const KmtView>& view, unsigned threads,
                                       const std::function<Fallible<void>(KmtCursor&, std::uint64_t chunk)>& f);

/// f(number of the chunk, const EventBlock&), called by several threads at once.
template <class F>
Fallible<void> for_each_block_parallel(const std::shared_ptr<const KmtView>& view, unsigned threads, ColumnSet columns,
                                       F f) {
  return for_each_chunk_parallel(view, threads, [&](KmtCursor& cursor, std::uint64_t chunk) {
    const std::uint64_t from = chunk * chunk_rows, to = std::min(from + chunk_rows, view->events());
    return cursor.for_each_block(from, to, columns, [&](const EventBlock& b) { f(chunk, b); });
  });
}

}  // namespace kmemlab::traces
