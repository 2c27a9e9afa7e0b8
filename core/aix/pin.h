// pin and unpin (shared/spec/aix_and_beos.md section 3.4): whole pages of the kernel's global memory, counted page by
// page. A pinned page keeps its frame. pin is all or nothing and for processes only; unpin may be called in an
// interrupt, stops at the first page that is not pinned, and leaves the pages after it pinned.
#pragma once

#include "core/aix/page_frames.h"

namespace kmemlab::aix {

namespace detail {

/// The pages that [addr, addr + len) touches; empty if the range is not wholly global memory.
inline AddrRange touched(const State& s, Addr addr, std::int64_t len) {
  if (len <= 0 || !s.arena.contains(addr) || static_cast<std::uint64_t>(len) > s.arena.end() - addr) return {};
  const std::uint64_t first = round_down(addr.v, s.page_bytes());
  return {Addr{first}, round_up(addr.v + static_cast<std::uint64_t>(len), s.page_bytes()) - first};
}

/// Whether the page lies in kernel_heap's pool and is free there: only a pin keeps its frame.
template <Machine M>
bool free_in_kernel_heap(M& m, const State& s, Addr page) {
  const Geometry& g = s.heap[0].g;
  if (!g.pages().contains(page)) return false;
  const PageTable<Touch<M>> table({m}, g);
  const std::uint32_t p = g.page_of(page);
  if (p >= table.fresh()) return true;
  const Kind kind = table.what(p).kind();
  return kind != Kind::fragments && kind != Kind::run && kind != Kind::rest;
}

template <Machine M>
int pin_range(M& m, State& s, AddrRange pages) {
  for (Addr page = pages.base; page < pages.end(); page = page + s.page_bytes()) {
    if (m.accessible(page)) continue;
    mark(m, Mark::pin_not_there);
    return EINVAL;
  }
  return pin_pages(m, s, pages.base, pages.bytes >> s.page_shift) ? 0 : ENOMEM;
}

template <Machine M>
int unpin_range(M& m, State& s, AddrRange pages) {
  for (Addr page = pages.base; page < pages.end(); page = page + s.page_bytes()) {
    const std::uint16_t pins = get_pins(m, s, page);
    if (pins == 0) {
      mark(m, Mark::unpin_not_pinned);
      return EINVAL;
    }
    set_pins(m, s, page, static_cast<std::uint16_t>(pins - 1));
    if (pins == 1 && free_in_kernel_heap(m, s, page)) {
      mark(m, Mark::unpin_returns_page);
      m.kmem_unmap(page);
      --s.leaked_pins;
    }
  }
  return 0;
}

}  // namespace detail

/// 0; EINVAL (len <= 0, or a page of the range is not there); ENOMEM (the limit, or a count is full).
template <Machine M>
int pin(M& m, State& s, Addr addr, std::int64_t len) {
  if (!detail::process_environment(m, s, "pin: not in the process environment")) return EINVAL;
  const AddrRange pages = detail::touched(s, addr, len);
  if (pages.bytes == 0) {
    detail::mark(m, Mark::pin_bad_range);
    return EINVAL;
  }
  return detail::guarded(m, [&] { return detail::pin_range(m, s, pages); });
}

/// 0; EINVAL (as above, or a page is not pinned: the pages before it have lost a pin, those after it keep theirs). A
/// page that is free in kernel_heap loses its frame with its last pin. May be called in an interrupt.
template <Machine M>
int unpin(M& m, State& s, Addr addr, std::int64_t len) {
  const AddrRange pages = detail::touched(s, addr, len);
  if (pages.bytes == 0) {
    detail::mark(m, Mark::unpin_bad_range);
    return EINVAL;
  }
  return detail::guarded(m, [&] { return detail::unpin_range(m, s, pages); });
}

/// For viewers and tests: the pin count of the page that `a` lies in.
template <HasPeek M>
unsigned pin_count(const M& m, const State& s, Addr a) {
  return s.arena.contains(a) ? m.template peek<std::uint16_t>(s.vm_page_of(a) + vm_page::pins).value_or(0) : 0;
}

}  // namespace kmemlab::aix
