// One reader's place in a KmtView: the chunk it is in, and that chunk's columns as far as they were asked for. Cheap to
// make; one for each thread. Columns are checked when they are first decoded, by whoever comes first.
// Promises on events that decode: table indices are none or inside their table, slot is none or below max_slots, id is
// none or below facts().blocks, enums are valid. Ticks are what was written (an importer keeps them in order).
// Memory: at most 6 MB for uncompressed columns of one chunk.
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/live_blocks.h"
#include "traces/kmt/view.h"

namespace kmemlab::traces {

class KmtCursor {
 public:
  explicit KmtCursor(std::shared_ptr<const KmtView> view);
  KmtCursor(KmtCursor&&) noexcept;
  KmtCursor& operator=(KmtCursor&&) noexcept;
  ~KmtCursor();

  const KmtView& view() const;

  /// Decodes the block that holds `event`: it begins at the multiple of 1024 at or below. Fills only `columns`.
  /// Returns the number of rows (1 to 1024), also in block.events. Error if `event` is not below events().
  Fallible<std::uint32_t> block(std::uint64_t event, ColumnSet columns, EventBlock& block);

  /// One event, all columns; the last block is kept, so that neighbours are cheap.
  Fallible<Event> event(std::uint64_t index);

  /// Index of the first event whose tick is at or above `tick`; events() if there is none. For traces in tick order.
  Fallible<std::uint64_t> seek_tick(std::uint64_t tick);

  /// The blocks that live just before event `event` (up to events(): at the end), in order of id. Exact for any event:
  /// from the nearest stored head at or before it, and what follows decoded. Blocks without a slot are not among them.
  /// A container of version 1.0, or one without section 11, is decoded from its start.
  Fallible<std::vector<LiveBlock>> live_at(std::uint64_t event);

  /// f(const EventBlock&) for each block of [from, to) in order; both multiples of 1024, `to` also the trace's end.
  template <class F>
  Fallible<void> for_each_block(std::uint64_t from, std::uint64_t to, ColumnSet columns, F f) {
    const auto b = std::make_unique<EventBlock>();
    for (std::uint64_t at = from; at < to; at += block_events) {
      const Fallible<std::uint32_t> rows = block(at, columns, *b);
      if (!rows) return Failure<Error>{rows.error()};
      f(static_cast<const EventBlock&>(*b));
    }
    return {};
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
