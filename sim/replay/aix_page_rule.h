// Which rule of AIX keeps a page. A page of kernel_heap has a frame while anything in it lives
// (core/aix/page_frames.h): it goes when its last fragment or its run is freed, at once, unless somebody pins it. What
// describes pages stays. A region of vm_galloc lives until vm_gfree.
#pragma once

#include "core/aix/aix.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

namespace detail {

inline PageRule aix_rule(PageCode code, std::string_view term, const std::array<PageRule::Number, 3>& numbers = {}) {
  return {code, "AIX", term, numbers};
}

/// A page of kernel_heap and pinned_heap.
inline PageRule aix_heap_rule(const Kernel& m, const aix::State& s, const aix::Geometry& g, Addr page) {
  const aix::PageTable<aix::Look<Kernel>> table({m}, g);
  const std::uint32_t p = g.page_of(page);
  const std::uint64_t pins = m.peek<std::uint16_t>(s.vm_page_of(page) + aix::vm_page::pins).value_or(0);
  const aix::What what = p < table.fresh() ? table.what(p) : aix::What{};
  switch (what.kind()) {
    case aix::Kind::fragments:
      return aix_rule(PageCode::live_blocks, "fragments",
                      {{{"nfree", what.nfree()},
                        {"fragments", std::uint64_t{1} << (g.page_shift - (what.frag_class() & 63))},
                        {"block_bytes", std::uint64_t{1} << (what.frag_class() & 63)}}});
    case aix::Kind::run:
      return aix_rule(PageCode::large_block, "page run", {{{"pages", table.pages(p)}, {"page_of_it", 0}}});
    case aix::Kind::rest:
      return aix_rule(PageCode::large_block, "page run",
                      {{{"pages", table.pages(p - table.pages(p))}, {"page_of_it", table.pages(p)}}});
    default:
      if (pins == 0) return aix_rule(PageCode::in_the_middle, "page table");
      return aix_rule(PageCode::pinned, "pin count", {{{"pins", pins}, {"leaked_pins", s.leaked_pins}}});
  }
}

}  // namespace detail

/// @pre the page has a frame
inline PageRule page_rule(const Kernel& m, const aix::State& s, Addr page) {
  const aix::Geometry& g = s.heap[0].g;
  if (g.pages().contains(page)) return detail::aix_heap_rule(m, s, g, page);
  if (g.area().contains(page)) {
    return detail::aix_rule(PageCode::records, "heap_t and page table", {{{"metadata_pages", s.metadata_pages}}});
  }
  for (Addr first = page; s.arena.contains(first); first = first - s.page_bytes()) {
    const unsigned type = m.peek<std::uint16_t>(s.vm_page_of(first) + aix::vm_page::type).value_or(0);
    if ((type & (aix::region_first | aix::region_rest)) == 0) break;
    if ((type & aix::region_first) == 0) continue;
    const std::uint64_t pages = m.peek<std::uint32_t>(s.vm_page_of(first) + aix::vm_page::pages).value_or(0);
    return detail::aix_rule(PageCode::region, "vm_galloc",
                            {{{"pages", pages}, {"page_of_it", (page - first) >> s.page_shift}}});
  }
  return detail::aix_rule(PageCode::in_the_middle, "table of pages");
}

}  // namespace kmemlab::sim
