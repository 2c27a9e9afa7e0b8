// vm_galloc and vm_gfree: regions of the kernel's global memory, which is the machine's arena (clauses AIX-G1 to G14,
// shared/spec/aix_and_beos.md section 3, decisions A6 to A8). Address space is first fit; frames are taken at once and
// zeroed (ours: a user may read a V_UREAD region, and must not find there what others left).
// Order of errors (A7): EINVAL, then ENOSPC (no stretch of addresses), then ENOMEM (too few frames; the stretch goes
// back).
#pragma once

#include <algorithm>

#include "core/aix/heap_records.h"
#include "core/aix/machine.h"

namespace kmemlab::aix {

namespace detail {

inline std::uint64_t galloc_unit(const State& s) {
  return std::max<std::uint64_t>(4096, s.page_bytes());
}

/// Writes a region into the table of pages.
template <Machine M>
void enter_region(M& m, State& s, AddrRange region, std::uint16_t type) {
  std::uint16_t mark = region_first;
  for (Addr page = region.base; page < region.end(); page = page + s.page_bytes()) {
    m.template store<std::uint16_t>(s.vm_page_of(page) + vm_page::type, static_cast<std::uint16_t>(type | mark));
    mark = region_rest;
  }
  m.template store<std::uint32_t>(s.vm_page_of(region.base) + vm_page::pages,
                                  static_cast<std::uint32_t>(region.bytes >> s.page_shift));
  m.set_system_area(region, (type & V_SYSTEM) != 0 ? SystemArea::yes : SystemArea::no);
}

/// The page stays a V_SYSTEM page in the table (and for the machine) after it went: touching it is still an error in
/// it.
template <Machine M>
void leave_region(M& m, State& s, AddrRange region) {
  for (Addr page = region.base; page < region.end(); page = page + s.page_bytes()) {
    const Addr at = s.vm_page_of(page) + vm_page::type;
    const auto type = m.template load<std::uint16_t>(at);
    m.template store<std::uint16_t>(at, static_cast<std::uint16_t>(type & v_types));
  }
}

/// Pins that are left on the pages go with them (D4).
template <Machine M>
int drop_frames(M& m, State& s, AddrRange region) {
  for (Addr page = region.base; page < region.end(); page = page + s.page_bytes()) {
    if (get_pins(m, s, page) != 0) {
      ++s.leaked_pins_total;
      mark(m, Mark::gfree_leaks_pins);
      set_pins(m, s, page, 0);
    }
    m.kmem_unmap(page);
  }
  return 0;
}

template <Machine M>
int take_frames(M& m, State& s, AddrRange region, PageKey key) {
  for (Addr page = region.base; page < region.end(); page = page + s.page_bytes()) {
    if (m.kmem_map(page, key, Zero::yes)) continue;
    mark(m, Mark::galloc_no_frames);
    for (Addr undo = region.base; undo < page; undo = undo + s.page_bytes()) m.kmem_unmap(undo);
    m.kmem_release(region.base, region.bytes);
    return ENOMEM;
  }
  return 0;
}

/// The answer of a service that refuses.
template <Machine M>
int refuse(M& m, Mark why, int error) {
  mark(m, why);
  return error;
}

}  // namespace detail

/// Allocates a region of `size` bytes, rounded up to 4 KiB (and to the page), and stores its start in *eaddr on
/// success. Returns 0, EINVAL (V_WORKING missing, an unknown bit, size 0 or over the address space, null eaddr, in an
/// interrupt),
/// ENOSPC or ENOMEM.
template <Machine M>
int vm_galloc(M& m, State& s, unsigned type, std::uint64_t size, Addr* eaddr) {
  if (!detail::process_environment(m, s, "vm_galloc: not in the process environment")) return EINVAL;
  if ((type & V_WORKING) == 0 || (type & ~unsigned{v_types}) != 0 || eaddr == nullptr) {
    return detail::refuse(m, Mark::galloc_bad_type, EINVAL);
  }
  const std::uint64_t bytes = round_up(size, detail::galloc_unit(s));
  if (size == 0 || bytes < size) return detail::refuse(m, Mark::galloc_bad_size, EINVAL);
  if (bytes > s.arena.bytes) return detail::refuse(m, Mark::galloc_larger_than_arena, ENOSPC);
  const KmemSpace space = m.kmem_reserve(bytes);
  if (!space.va) {
    return space.reason == Reason::no_space ? detail::refuse(m, Mark::galloc_no_space, ENOSPC)
                                            : detail::refuse(m, Mark::galloc_no_entries, ENOMEM);
  }
  const AddrRange region{space.va, bytes};
  const PageKey key = (type & V_UREAD) != 0 ? PageKey::user_read : PageKey::kernel_only;
  if (const int error = detail::take_frames(m, s, region, key); error != 0) return error;
  detail::enter_region(m, s, region, static_cast<std::uint16_t>(type));
  s.galloc_pages += bytes >> s.page_shift;
  m.step({StepKind::gave_pages, 0, region.base, bytes});
  *eaddr = region.base;
  return 0;
}

/// Releases the region that starts at `eaddr`; `size`, rounded as vm_galloc rounds, must be that of the region (A6).
/// 0, or EINVAL and nothing changes. Heaps in the region die. Pins that are left on its pages go with it and are
/// counted as leaked: the caller should have unpinned.
template <Machine M>
int vm_gfree(M& m, State& s, Addr eaddr, std::uint64_t size) {
  if (!detail::process_environment(m, s, "vm_gfree: not in the process environment")) return EINVAL;
  const std::uint64_t bytes = round_up(size, detail::galloc_unit(s));
  if (size == 0 || bytes < size || !s.arena.contains(eaddr) || (eaddr.v & (s.page_bytes() - 1)) != 0) {
    return detail::refuse(m, Mark::gfree_bad_argument, EINVAL);
  }
  const Addr record = s.vm_page_of(eaddr);
  const auto type = m.template load<std::uint16_t>(record + vm_page::type);
  if ((type & region_first) == 0) return detail::refuse(m, Mark::gfree_no_region, EINVAL);
  if ((type & region_kernel_heap) != 0) return detail::refuse(m, Mark::gfree_kernel_heap, EINVAL);
  const std::uint64_t pages = m.template load<std::uint32_t>(record + vm_page::pages);
  if (bytes != pages << s.page_shift) return detail::refuse(m, Mark::gfree_wrong_size, EINVAL);
  const AddrRange region{eaddr, bytes};
  storage_gone(m, s, region);
  detail::guarded(m, [&] { return detail::drop_frames(m, s, region); });
  detail::leave_region(m, s, region);
  m.kmem_release(region.base, region.bytes);
  s.galloc_pages -= pages;
  m.step({StepKind::page_returned, 0, region.base, bytes});
  return 0;
}

/// Type bits of the live region that `a` lies in; 0 if in none. For viewers and tests.
template <HasPeek M>
unsigned region_type(const M& m, const State& s, Addr a) {
  if (!s.arena.contains(a)) return 0;
  const unsigned type = m.template peek<std::uint16_t>(s.vm_page_of(a) + vm_page::type).value_or(0);
  return (type & (region_first | region_rest)) != 0 ? type & v_types : 0;
}

}  // namespace kmemlab::aix
