// What a trace says, after import: one Event per record, with pointers already resolved to dense block ids.
// Everything that a recording may leave unknown has a value for "unknown"; nothing is guessed here.
#pragma once

#include <cstdint>
#include <limits>

namespace kmemlab::traces {

/// Index into one of the trace's tables (call sites, tasks, caches, gfp flags, event names); none = not recorded.
using Index = std::uint32_t;
inline constexpr Index no_index = std::numeric_limits<Index>::max();

/// Dense block identity: numbered from 0 in the order in which blocks are first seen in the trace.
using BlockId = std::uint64_t;
inline constexpr BlockId no_block = std::numeric_limits<BlockId>::max();

/// A small number that is unique among the blocks that live at one time; re-used after the free.
/// A replay indexes its block table by slot, so that its memory follows live blocks, not trace length.
/// An alloc into a slot that is still occupied closes the old block there: its free was lost (`lost_free`).
using Slot = std::uint32_t;
inline constexpr Slot no_slot = std::numeric_limits<Slot>::max();

/// Page frame number of a page allocation that failed in the recorded system.
inline constexpr std::uint64_t no_pfn = std::numeric_limits<std::uint64_t>::max();

enum class Op : std::uint8_t {
  alloc,       ///< slab allocation that got a block (kmalloc, kmem_cache_alloc, _node variants, user-space malloc)
  alloc_null,  ///< slab allocation that returned null in the recorded system: no block
  free,        ///< slab free; see FreeKind
  realloc,     ///< resizes block `id` to `requested` bytes; keeps its id
  page_alloc,  ///< mm_page_alloc: keyed by pfn and order, no block id
  page_free,   ///< mm_page_free and mm_page_free_batched (order 0)
  lost,        ///< events were lost here: `requested` holds how many (0 = the recording does not say)
  mark,        ///< any other record (softirq_entry, sched_switch, ...): kept so that records count as recorded
};

enum class FreeKind : std::uint8_t {
  none,          ///< not a free
  matched,       ///< the block is live
  before_trace,  ///< this pointer was never seen: the block is older than the trace. It gets an id, and no slot
  unrecorded,    ///< the pointer was seen, but is not live: its allocation had no event. It gets a fresh id, no slot
  null_free,     ///< kfree(NULL): no id
};

/// Three-valued, as recordings are.
enum class Tri : std::uint8_t { unknown, no, yes };

enum class Context : std::uint8_t { unknown, task, softirq, hardirq, nmi };

/// Preemption and interrupt state, where the recording shows it. `irqs_off` covers hard interrupts only.
struct CpuState {
  Tri irqs_off = Tri::unknown;
  Tri preempt_off = Tri::unknown;  ///< yes: preemption depth above 0
  constexpr bool operator==(const CpuState&) const = default;
};

/// One record of the trace. Containers store columns, not this struct.
struct Event {
  std::uint64_t tick = 0;       ///< nanoseconds on the trace's own clock, never below the previous event's
  BlockId id = no_block;        ///< slab events
  std::uint64_t requested = 0;  ///< bytes asked for (alloc, alloc_null, realloc); 0 for frees
  std::uint64_t granted = 0;    ///< bytes the recorded system gave (alloc, realloc). Frees: 0, except that an
                                ///< unrecorded free holds the last size granted at its pointer (what perf kmem counts)
  std::uint64_t pfn = 0;        ///< page events: page frame number
  Slot slot = no_slot;          ///< alloc and matched free only
  Index name = no_index;        ///< event name as recorded ("kmem_cache_alloc")
  Index call_site = no_index;
  Index task = no_index;
  Index cache = no_index;  ///< from the event, or learned from a later kmem_cache_free of the same block
  Index gfp = no_index;    ///< into the gfp table, which also says may_sleep and zero
  std::uint16_t cpu = 0;
  std::int16_t node = -1;
  Op op = Op::mark;
  FreeKind free_kind = FreeKind::none;
  Context context = Context::unknown;
  CpuState cpu_state;
  std::uint8_t order = 0;          ///< page events
  std::uint8_t migratetype = 0;    ///< page_alloc
  Tri accounted = Tri::unknown;    ///< charged to a memory cgroup, where the event says so

  constexpr bool operator==(const Event&) const = default;
};

}  // namespace kmemlab::traces
