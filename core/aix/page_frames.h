// Frames of kernel_heap and pinned_heap. Ours, since the documents only say that one is pageable and the other
// pinned: a page gets its frame when it leaves the pool (for a fragment page or a page run), and loses it when it is
// wholly free again, at once. So held pages are those in use, and each page returned is seen. pinned_heap's pages are
// pinned in between, against one limit of the system (section 3.4, recommended).
// A page that its user freed while it is pinned keeps its frame and its pins (A15): waste, counted in leaked_pins.
// Private heaps live in memory that has frames already; nothing here concerns them.
#pragma once

#include "core/aix/machine.h"
#include "core/aix/page_table.h"

namespace kmemlab::aix::detail {

/// Gives the front of kernel_heap the frames it needs to describe the pages below `end`. They stay.
template <Machine M>
bool map_front(M& m, State& s, const Geometry& g, std::uint32_t end) {
  const std::uint32_t want = g.front_for(end);
  while (s.metadata_pages < want) {
    const Addr page = g.front + (std::uint64_t{s.metadata_pages} << g.page_shift);
    if (!m.kmem_map(page, PageKey::kernel_only, Zero::yes)) return false;
    ++s.metadata_pages;
    m.template store<std::uint32_t>(g.pool + page_pool::mapped, s.metadata_pages);
  }
  return true;
}

/// Undoes map_front down to `pages` pages.
template <Machine M>
void unmap_front(M& m, State& s, const Geometry& g, std::uint32_t pages) {
  if (s.metadata_pages == pages) return;
  while (s.metadata_pages > pages) m.kmem_unmap(g.front + (std::uint64_t{--s.metadata_pages} << g.page_shift));
  m.template store<std::uint32_t>(g.pool + page_pool::mapped, pages);
}

/// Takes frames of pages p to p + n - 1 away again, but for those that somebody pins.
template <Machine M>
void unmap_pages(M& m, State& s, const Geometry& g, std::uint32_t p, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) {
    const Addr page = g.page(p + i);
    if (s.pinned_pages != 0 && get_pins(m, s, page) != 0) {
      ++s.leaked_pins;
      ++s.leaked_pins_total;
      mark(m, Mark::pinned_page_kept);
      m.step({StepKind::return_refused, 0, page, s.leaked_pins});
      continue;
    }
    m.kmem_unmap(page);
  }
}

/// Undoes map_pages for the first n of its pages; a leaked pin is leaked again, but not counted anew.
template <Machine M>
void unmap_again(M& m, State& s, const Geometry& g, std::uint32_t p, std::uint32_t n) {
  const std::uint64_t total = s.leaked_pins_total;
  unmap_pages(m, s, g, p, n);
  s.leaked_pins_total = total;
}

template <Machine M>
bool map_pages(M& m, State& s, const Geometry& g, std::uint32_t p, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) {
    const Addr page = g.page(p + i);
    if (s.leaked_pins != 0 && get_pins(m, s, page) != 0) {  // it never lost its frame
      --s.leaked_pins;
      mark(m, Mark::pinned_page_used_again);
      continue;
    }
    if (m.kmem_map(page, PageKey::kernel_only, Zero::no)) continue;
    mark(m, Mark::no_frame_for_page);
    unmap_again(m, s, g, p, i);
    return false;
  }
  return true;
}

/// Pins n pages once each, all or none. A count that cannot rise any more counts as the limit.
template <Machine M>
bool pin_pages(M& m, State& s, Addr first, std::uint64_t n) {
  std::uint64_t fresh = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint16_t pins = get_pins(m, s, first + (i << s.page_shift));
    if (pins == 0xffff) {
      mark(m, Mark::pin_count_full);
      return false;
    }
    fresh += pins == 0;
  }
  if (fresh > s.pin_limit - s.pinned_pages) {
    mark(m, Mark::pin_limit);
    return false;
  }
  for (std::uint64_t i = 0; i < n; ++i) {
    const Addr page = first + (i << s.page_shift);
    set_pins(m, s, page, static_cast<std::uint16_t>(get_pins(m, s, page) + 1));
  }
  return true;
}

/// Frames, and pins for pinned_heap, for pages that are about to leave the pool. On failure nothing is changed.
template <Machine M>
Reason claim_pages(M& m, State& s, const Geometry& g, std::uint32_t anchor, std::uint32_t p, std::uint32_t n) {
  const std::uint32_t described = s.metadata_pages;
  Reason reason = Reason::no_frames;
  if (!map_front(m, s, g, p + n)) {
    mark(m, Mark::no_frame_for_table);
  } else if (map_pages(m, s, g, p, n)) {
    if (anchor == 0 || pin_pages(m, s, g.page(p), n)) return Reason::none;
    unmap_again(m, s, g, p, n);
    reason = Reason::pin_limit;
  }
  unmap_front(m, s, g, described);
  return reason;
}

/// The reverse. A pin of pinned_heap that its user took off is an error of his (section 1.6: the pin count is lower
/// than expected, a crash): it is written on the console, and stops a strict machine.
template <Machine M>
void disclaim_pages(M& m, State& s, const Geometry& g, std::uint32_t anchor, std::uint32_t p, std::uint32_t n) {
  for (std::uint32_t i = 0; anchor != 0 && i < n; ++i) {
    const Addr page = g.page(p + i);
    if (const std::uint16_t pins = get_pins(m, s, page); pins != 0) {
      set_pins(m, s, page, static_cast<std::uint16_t>(pins - 1));
      continue;
    }
    mark(m, Mark::pin_missing);
    m.console("xmfree: pin count lower than expected");
    if (s.strict == Strict::yes) panic(m, Mark::panic_pin_missing, "xmfree: pin count lower than expected");
  }
  unmap_pages(m, s, g, p, n);
}

}  // namespace kmemlab::aix::detail
