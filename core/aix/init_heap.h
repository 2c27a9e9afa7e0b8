// init_heap, and the two heaps that the kernel makes at boot (clauses AIX-H1 to H11, AIX-G13; A9 and A10 for what the
// manual page leaves open).
#pragma once

#include "core/aix/vm_galloc.h"
#include "core/aix/xmalloc.h"

namespace kmemlab::aix {

namespace detail {

/// Writes the records of an empty heap; its front has frames and is zero.
template <Machine M>
void write_heap(M& m, const Geometry& g, std::uint32_t mapped) {
  const Touch<M> t{m};
  for (std::uint32_t n = 0; n < g.anchors; ++n) {
    const Addr d = g.anchor(n);
    t.put(d + heap_t::alt, n);
    t.put(d + heap_t::pinflag, n);
    t.put8(d + heap_t::base, g.base.v);
    t.put(d + heap_t::numpages, g.numpages);
    for (unsigned k = 0; k <= frag_max; ++k) t.put(d + heap_t::fr_of(k), no_page);
    t.put(d + heap_t::sanity, HEAP_SANITY);
  }
  t.put(g.pool + page_pool::mapped, mapped);
  for (unsigned k = 0; k < hints; ++k) t.put(g.pool + page_pool::hint_of(k), no_page);
}

/// Whether `area` lies in one live page run of the heap.
template <Machine M>
bool in_one_block(M& m, const Geometry& g, AddrRange area) {
  if (!g.pages().contains(area.base) || area.bytes > g.pages().end() - area.base) return false;
  const PageTable<Touch<M>> table({m}, g);
  std::uint32_t p = g.page_of(area.base);
  const std::uint32_t end = p + static_cast<std::uint32_t>(area.bytes >> g.page_shift);
  if (end > table.fresh()) return false;
  if (table.what(p).kind() == Kind::rest) p -= table.pages(p);
  return table.what(p).kind() == Kind::run && end <= p + table.pages(p);
}

/// A9: the area may share no byte with a live heap, unless it lies inside one block of the innermost one that holds it.
/// Records of heaps that were overwritten are dropped on the way.
template <Machine M>
bool area_is_free(M& m, State& s, AddrRange area) {
  const HeapRecord* innermost = nullptr;
  for (HeapRecord& h : s.heap) {
    if (h.g.numpages == 0 || !reachable(m, h) || !overlap(area, h.g.area())) continue;
    if (&h != &s.heap[0] && !sound(m, h)) {
      mark(m, Mark::heap_dies_overwritten);
      forget_heap(m, s, h);
      continue;
    }
    if (!h.g.pages().contains(area.base)) {  // it begins before the heap, or in its front
      mark(m, Mark::init_overlaps_front);
      return false;
    }
    if (innermost == nullptr || h.g.area().bytes < innermost->g.area().bytes) innermost = &h;
  }
  if (innermost == nullptr || in_one_block(m, innermost->g, area)) return true;
  mark(m, Mark::init_not_in_one_block);
  return false;
}

template <Machine M>
bool area_is_there(M& m, const State& s, AddrRange area) {
  for (std::uint64_t at = 0; at < area.bytes; at += s.page_bytes()) {
    if (m.accessible(area.base + at)) continue;
    mark(m, Mark::init_not_there);
    return false;
  }
  return true;
}

}  // namespace detail

/// Makes a heap of the area [area, area + size) and returns its name. *heapp must be null, and stays so (A10). A null
/// name, and nothing changed: in an interrupt; area misaligned; size no positive number of pages, or nothing left after
/// the heap's own records; heapp null or *heapp not; a page of the area not there; the area overlaps a live heap
/// otherwise than by lying inside one of its blocks; heaps_max heaps live. The heap has the nature of its area.
template <Machine M>
heapaddr_t init_heap(M& m, State& s, Addr area, std::int64_t size, const heapaddr_t* heapp) {
  if (!detail::process_environment(m, s, "init_heap: not in the process environment")) return {};
  const std::uint64_t mask = s.page_bytes() - 1;
  const auto refuse = [&](Mark why) {
    detail::mark(m, why);
    return heapaddr_t{};
  };
  if (!area || (area.v & mask) != 0 || size <= 0 || (static_cast<std::uint64_t>(size) & mask) != 0) {
    return refuse(Mark::init_area);
  }
  if (heapp == nullptr || *heapp) return refuse(Mark::init_heapp);
  const AddrRange range{area, static_cast<std::uint64_t>(size)};
  if (range.end() < area) return refuse(Mark::init_wraps);
  const Geometry g = lay_out(area, range.bytes >> s.page_shift, 1, s.page_shift);
  if (g.numpages == 0) return refuse(Mark::init_too_small);
  if (!detail::area_is_there(m, s, range) || !detail::area_is_free(m, s, range)) return {};
  for (std::uint32_t i = 1; i < heaps_max; ++i) {
    HeapRecord& h = s.heap[i];
    if (h.g.numpages != 0) continue;
    h.g = g;
    h.process = m.private_region().contains(area) ? m.process() : 0;
    ++s.private_heaps;
    m.zero(area, std::uint64_t{g.front_pages} << s.page_shift);
    detail::write_heap(m, g, g.front_pages);
    return heapaddr_t{area};
  }
  return refuse(Mark::init_no_record);
}

/// Boot: the table of arena pages from static memory, then the kernel's heap from the pool of vm_galloc, V_WORKING and
/// V_SYSTEM, with frames for its first records only. Its size is fixed: nothing documents growth. Panics if the arena
/// is too small for it or there is no frame for its records.
template <Machine M>
void aixinit(M& m, State& s, const Config& config) {
  s = State{};
  s.page_shift = m.page_shift();
  s.strict = config.strict;
  s.arena = m.arena();
  s.pin_limit = m.ram_frames() * config.maxpin_percent / 100;
  s.vm_page_base = m.boot_alloc((s.arena.bytes >> s.page_shift) * vm_page::bytes);
  const std::uint64_t wanted = config.kernel_heap_bytes != 0 ? config.kernel_heap_bytes : s.arena.bytes / 8 * 7;
  const std::uint64_t unit = detail::galloc_unit(s);
  const std::uint64_t bytes = std::min(round_down(wanted, unit), std::uint64_t{no_page} << s.page_shift);
  const KmemSpace space = bytes == 0 ? KmemSpace{} : m.kmem_reserve(bytes);
  if (!space.va) detail::panic(m, Mark::panic_boot_space, "kernel_heap: no space in the arena");
  s.heap[0].g = lay_out(space.va, bytes >> s.page_shift, 2, s.page_shift);
  const Geometry& g = s.heap[0].g;
  if (g.numpages == 0) detail::panic(m, Mark::panic_boot_too_small, "kernel_heap: too small");
  detail::enter_region(m, s, {space.va, bytes}, V_WORKING | V_SYSTEM | region_kernel_heap);
  // The first page by itself, because map_front writes the count of mapped pages into it.
  for (std::uint32_t first = g.front_for(0); s.metadata_pages < first; ++s.metadata_pages) {
    if (!m.kmem_map(g.front + (std::uint64_t{s.metadata_pages} << s.page_shift), PageKey::kernel_only, Zero::yes)) {
      detail::panic(m, Mark::panic_boot_frames, "kernel_heap: no frames");
    }
  }
  detail::write_heap(m, g, s.metadata_pages);
  s.kernel_heap = heapaddr_t{g.anchor(0)};
  s.pinned_heap = heapaddr_t{g.anchor(1)};
}

/// Bytes of kernel_heap's descriptors, lists and page table inside held pages: whole pages, since their tails serve
/// nothing else. Private heaps are blocks like any other.
inline std::uint64_t metadata_bytes(const State& s) {
  return std::uint64_t{s.metadata_pages} << s.page_shift;
}
template <Machine M>
std::uint64_t metadata_bytes(const M&, const State& s) {
  return metadata_bytes(s);
}

}  // namespace kmemlab::aix
