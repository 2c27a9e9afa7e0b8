// The columns of a `.kmt` chunk: their numbers in the file (FORMAT.md), their natural widths, and the values that one
// block of events holds as arrays. A reader asks for a set of columns; what it does not ask for is never touched.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "traces/event.h"

namespace kmemlab::traces {

/// Numbers are the file's; never re-used.
enum class Column : std::uint8_t {
  tick,
  op,
  free_kind,
  slot,
  id,
  requested,
  granted,
  pfn,
  name,
  call_site,
  task,
  cache,
  gfp,
  cpu,
  node,
  context,
  order,
  migratetype,
  accounted,
};
inline constexpr unsigned column_count = 19;

/// A set of columns, as a bit mask.
struct ColumnSet {
  std::uint32_t bits = 0;
  constexpr ColumnSet() = default;
  constexpr explicit ColumnSet(std::uint32_t mask) : bits(mask) {}
  constexpr ColumnSet(Column c) : bits(1U << static_cast<unsigned>(c)) {}  // NOLINT: a column is a set of one
  constexpr bool contains(Column c) const { return (bits >> static_cast<unsigned>(c)) & 1U; }
  constexpr bool operator==(const ColumnSet&) const = default;
};
constexpr ColumnSet operator|(ColumnSet a, ColumnSet b) {
  return ColumnSet{a.bits | b.bits};
}
constexpr ColumnSet operator|(Column a, Column b) {
  return ColumnSet{a} | ColumnSet{b};
}

inline constexpr ColumnSet all_columns{(1U << column_count) - 1};
/// What a replay needs to issue calls; names, granted sizes, pages and NUMA stay untouched.
inline constexpr ColumnSet replay_columns = Column::op | Column::slot | Column::id | Column::requested | Column::tick |
                                            Column::cpu | Column::task | Column::call_site | Column::cache |
                                            Column::gfp | Column::context;

/// Context and CPU state share one byte: bits 0-2 context, 3-4 irqs_off, 5-6 preempt_off.
constexpr std::uint8_t pack_context(Context context, CpuState state) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(context) | static_cast<unsigned>(state.irqs_off) << 3 |
                                   static_cast<unsigned>(state.preempt_off) << 5);
}
constexpr Context context_of(std::uint8_t packed) {
  return static_cast<Context>(packed & 7U);
}
constexpr CpuState cpu_state_of(std::uint8_t packed) {
  return {static_cast<Tri>(packed >> 3 & 3U), static_cast<Tri>(packed >> 5 & 3U)};
}
constexpr bool valid_context(std::uint8_t packed) {
  return (packed & 7U) <= 4 && (packed >> 3 & 3U) <= 2 && packed >> 5 <= 2;
}

/// `N` events as arrays of natural width. About 75 bytes an event: a block of 1024 belongs on the heap or in a member.
template <std::size_t N>
struct EventRows {
  /// One cache line more than the rows: arrays whose distance is a power of two would share the same few cache sets.
  template <class T>
  using Rows = std::array<T, N + 64 / sizeof(T)>;
  alignas(64) Rows<std::uint64_t> tick;
  Rows<std::uint64_t> id, requested, granted, pfn;
  Rows<std::uint32_t> slot, name, call_site, task, cache, gfp;
  Rows<std::uint16_t> cpu;
  Rows<std::int16_t> node;
  Rows<Op> op;
  Rows<FreeKind> free_kind;
  Rows<std::uint8_t> context;  ///< packed: context_of(), cpu_state_of()
  Rows<std::uint8_t> order, migratetype;
  Rows<Tri> accounted;

  void set(std::size_t row, const Event& e) {
    tick[row] = e.tick, id[row] = e.id, requested[row] = e.requested, granted[row] = e.granted, pfn[row] = e.pfn;
    slot[row] = e.slot, name[row] = e.name, call_site[row] = e.call_site, task[row] = e.task;
    cache[row] = e.cache, gfp[row] = e.gfp, cpu[row] = e.cpu, node[row] = e.node, op[row] = e.op;
    free_kind[row] = e.free_kind, context[row] = pack_context(e.context, e.cpu_state), order[row] = e.order;
    migratetype[row] = e.migratetype, accounted[row] = e.accounted;
  }

  /// The event of `row`; fields whose column is not in `columns` keep Event's default (unknown).
  Event get(std::size_t row, ColumnSet columns) const {
    Event e;
    const auto take = [&](Column c, auto& field, const auto& from) {
      if (columns.contains(c)) field = from[row];
    };
    take(Column::tick, e.tick, tick), take(Column::id, e.id, id), take(Column::requested, e.requested, requested);
    take(Column::granted, e.granted, granted), take(Column::pfn, e.pfn, pfn), take(Column::slot, e.slot, slot);
    take(Column::name, e.name, name), take(Column::call_site, e.call_site, call_site);
    take(Column::task, e.task, task), take(Column::cache, e.cache, cache), take(Column::gfp, e.gfp, gfp);
    take(Column::cpu, e.cpu, cpu), take(Column::node, e.node, node), take(Column::op, e.op, op);
    take(Column::free_kind, e.free_kind, free_kind), take(Column::order, e.order, order);
    take(Column::migratetype, e.migratetype, migratetype), take(Column::accounted, e.accounted, accounted);
    if (columns.contains(Column::context)) {
      e.context = context_of(context[row]);
      e.cpu_state = cpu_state_of(context[row]);
    }
    return e;
  }
};

/// Events a block holds at most; blocks lie at multiples of this, and so does every restart point in the file.
inline constexpr std::uint32_t block_events = 1024;

/// What KmtReader::block fills: rows [0, events) of the columns in `columns`. Other arrays hold anything.
struct EventBlock : EventRows<block_events> {
  std::uint64_t first_event = 0;
  std::uint32_t events = 0;
  ColumnSet columns;
  Event event(std::size_t row) const { return get(row, columns); }
};

}  // namespace kmemlab::traces
