// Which heaps live, and how they die. AIX 4.3 has no service that ends a heap: its memory is simply freed, and the
// parent does not know. A11 wants the inner heap dead from then on, so whoever frees storage says so here: xmfree of
// a page run, vm_gfree, the end of a process, a stack frame that is left. The records are ours; a heap's descriptor
// must hold HEAP besides, so a heap whose storage was overwritten without a word is dead as well.
#pragma once

#include <optional>

#include "core/aix/machine.h"

namespace kmemlab::aix {

namespace detail {

/// A heap that a call named: its record's slot, which descriptor, and the descriptor's address.
struct Named {
  std::uint32_t slot = 0;
  std::uint32_t anchor = 0;
  Addr desc{};
};

constexpr bool overlap(const AddrRange& a, const AddrRange& b) {
  return a.contains(b.base) || b.contains(a.base);
}

template <Machine M>
bool reachable(const M& m, const HeapRecord& h) {
  return h.process == 0 || h.process == m.process();
}

/// The live heap of this name whose descriptor is sound, or nothing: "the heap is not initialised".
template <Machine M>
std::optional<Named> find_heap(M& m, State& s, heapaddr_t heap) {
  Named named{0, 0, heap.at};
  if (heap == s.pinned_heap) {
    named.anchor = 1;
  } else if (heap != s.kernel_heap) [[unlikely]] {
    named.slot = heaps_max;
    for (std::uint32_t i = 1; i < heaps_max && s.private_heaps != 0; ++i) {
      const HeapRecord& h = s.heap[i];
      if (h.g.numpages != 0 && h.g.front == heap.at && reachable(m, h)) named.slot = i;
    }
    if (named.slot == heaps_max || !m.accessible(heap.at)) {
      mark(m, Mark::heap_unknown);
      return std::nullopt;
    }
  }
  if (!heap || m.template load<std::uint32_t>(heap.at + heap_t::sanity) != HEAP_SANITY) [[unlikely]] {
    mark(m, Mark::heap_overwritten);
    return std::nullopt;
  }
  return named;
}

/// Whether the descriptor of a recorded heap is still there; one that was overwritten is dead.
template <Machine M>
bool sound(M& m, const HeapRecord& h) {
  return m.accessible(h.g.front) && m.template load<std::uint32_t>(h.g.front + heap_t::sanity) == HEAP_SANITY;
}

/// The heap is dead from now on. If its descriptor still says HEAP that is wiped; other contents are somebody else's
/// by now.
template <Machine M>
void forget_heap(M& m, State& s, HeapRecord& h) {
  if (sound(m, h)) m.template store<std::uint32_t>(h.g.front + heap_t::sanity, 0);
  h = HeapRecord{};
  --s.private_heaps;
}

/// A block of a heap was freed: heaps that were made in it are dead, and so are heaps inside them. (They lie in it
/// wholly, so their fronts do; the heap that the block belongs to, and its parents, begin outside.)
template <Machine M>
void block_gone(M& m, State& s, AddrRange block) {
  for (std::uint32_t i = 1; i < heaps_max && s.private_heaps != 0; ++i) {
    HeapRecord& h = s.heap[i];
    if (h.g.numpages != 0 && reachable(m, h) && block.contains(h.g.front)) {
      mark(m, Mark::heap_dies_with_block);
      forget_heap(m, s, h);
    }
  }
}

}  // namespace detail

/// The storage of `range` went (a region was freed, a stack frame was left): heaps with any part in it are dead, and
/// so are heaps inside them. Only heaps that the present process can reach. Cost: heaps_max, if private heaps live.
template <Machine M>
void storage_gone(M& m, State& s, AddrRange range) {
  for (std::uint32_t i = 1; i < heaps_max && s.private_heaps != 0; ++i) {
    HeapRecord& h = s.heap[i];
    if (h.g.numpages == 0 || !detail::reachable(m, h)) continue;
    if (!detail::overlap(range, h.g.area())) continue;
    detail::mark(m, Mark::heap_dies_with_storage);
    detail::forget_heap(m, s, h);
  }
}

/// A process ended, and its private region with it.
inline void process_gone(State& s, std::uint32_t process) {
  for (std::uint32_t i = 1; i < heaps_max; ++i) {
    if (s.heap[i].g.numpages == 0 || s.heap[i].process != process || process == 0) continue;
    s.heap[i] = HeapRecord{};
    --s.private_heaps;
  }
}

}  // namespace kmemlab::aix
