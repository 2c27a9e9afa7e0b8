// The frees that a trace would still do, of a run in which nothing can run any more: all its tasks that have something
// left to do sleep, so their frees would queue. Reads the rest of the trace once; a bit for each of its slots.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/error.h"
#include "sim/replay/block_book.h"
#include "traces/kmt/cursor.h"

namespace kmemlab::sim {

/// f(task, block, event) for each event from `next_event` on that frees a block of `blocks`, or allocates its address
/// anew. Not for interrupts: where they could do it, they would be done, and the run would not be stuck.
template <class F>
Fallible<void> for_each_free_to_come(const std::shared_ptr<const traces::KmtView>& trace, std::uint64_t next_event,
                                     const BlockBook& blocks, F f) {
  constexpr traces::ColumnSet columns =
      traces::Column::op | traces::Column::slot | traces::Column::task | traces::Column::context;
  if (next_event >= trace->events()) return {};
  std::vector<bool> used(trace->facts().max_slots);
  traces::KmtCursor cursor(trace);
  const std::uint64_t from = next_event - next_event % traces::block_events;
  return cursor.for_each_block(from, trace->events(), columns, [&](const traces::EventBlock& b) {
    for (std::uint32_t row = 0; row < b.events; ++row) {
      const traces::Op op = b.op[row];
      const std::uint32_t slot = b.slot[row];
      const bool ends = op == traces::Op::free || op == traces::Op::alloc || op == traces::Op::realloc;
      if (!ends || b.first_event + row < next_event || slot >= used.size() || used[slot]) continue;
      used[slot] = true;
      const Block* block = blocks.peek(slot);
      if (block == nullptr || block->state != Block::State::live) continue;
      if (traces::context_of(b.context[row]) < traces::Context::softirq) f(b.task[row], *block, b.first_event + row);
    }
  });
}

}  // namespace kmemlab::sim
