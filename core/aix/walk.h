// walk() and the published tables: what a viewer or an oracle may know of this core without knowing its type.
#pragma once

#include <string_view>

#include "core/aix/check.h"
#include "core/aix/vm_galloc.h"
#include "core/base/tables.h"

namespace kmemlab::aix {

namespace detail {

template <HasPeek M, WalkSink S>
void walk_fragments(const M& m, const Geometry& g, std::uint32_t p, What what, S& sink) {
  const PageTable<Look<M>> table({m}, g);
  const unsigned k = what.frag_class();
  sink.page(g.page(p), PageUse::fragments, std::uint64_t{1} << (k & 63));
  if (k < frag_min || k > frag_max) return;
  for (std::uint32_t n = 0; n < 1U << (g.page_shift - k); ++n) {
    const std::uint32_t bits = Look<M>{m}.get(table.map_word(p, n / 32));
    if ((bits >> n % 32 & 1) != 0) sink.free_block(g.page(p) + (std::uint64_t{n} << k), std::uint64_t{1} << k);
  }
}

/// Pages below the fresh tail, in address order. Bounded even on a corrupted table.
template <HasPeek M, WalkSink S>
void walk_pages(const M& m, const Geometry& g, S& sink) {
  const PageTable<Look<M>> table({m}, g);
  const std::uint32_t fresh = std::min(table.fresh(), g.numpages);
  for (std::uint32_t p = 0; p < fresh; ++p) {
    const What what = table.what(p);
    if (what.kind() == Kind::fragments) {
      walk_fragments(m, g, p, what, sink);
    } else if (what.kind() == Kind::run || what.kind() == Kind::rest) {
      const bool first = what.kind() == Kind::run;
      const std::uint32_t start = first ? p : p - std::min(p, table.pages(p));
      sink.page(g.page(p), first ? PageUse::large_first : PageUse::large_rest,
                std::uint64_t{table.pages(start)} << g.page_shift);
    } else if (what.kind() == Kind::free_run) {
      sink.page(g.page(p), PageUse::free_run, std::uint64_t{table.pages(p)} << g.page_shift);
    }
  }
}

template <HasPeek M, TableSink S>
void publish_heap(const M& m, const Geometry& g, std::uint32_t anchor, std::string_view name, S& sink) {
  const Look<M> look{m};
  const Addr d = g.anchor(anchor);
  sink.row(name,
           {d.v, look.get(d + heap_t::sanity), look.get8(d + heap_t::base), look.get(d + heap_t::alt),
            look.get(d + heap_t::numpages), look.get8(d + heap_t::amount), look.get(d + heap_t::pagtot),
            look.get(d + heap_t::pagused), look.get(g.pool + page_pool::fresh), look.get(g.pool + page_pool::mapped)});
}

template <HasPeek M, TableSink S>
void publish_fragments(const M& m, const Geometry& g, std::uint32_t anchor, std::string_view name, S& sink) {
  const Look<M> look{m};
  const Addr d = g.anchor(anchor);
  for (unsigned k = frag_min; k <= frag_max; ++k) {
    const std::uint32_t total = look.get(d + heap_t::frtot_of(k));
    if (total == 0) continue;
    const std::uint32_t lowest = look.get(d + heap_t::fr_of(k));
    const Addr page = lowest == no_page ? null_addr : g.page(lowest);
    sink.row(name, {std::uint64_t{1} << k, lowest, total, look.get(d + heap_t::frused_of(k)), page.v});
  }
}

/// Calls visit(geometry, anchor, name) for every descriptor of every live heap.
template <class F>
void each_descriptor(const State& s, F visit) {
  visit(s.heap[0].g, 0U, std::string_view("kernel_heap"));
  visit(s.heap[0].g, 1U, std::string_view("pinned_heap"));
  for (std::uint32_t i = 1; i < heaps_max; ++i) {
    if (s.heap[i].g.numpages != 0) visit(s.heap[i].g, 0U, std::string_view("private"));
  }
}

/// Calls visit(start, bytes, type with marks) for every live region, lowest first.
template <HasPeek M, class F>
void each_region(const M& m, const State& s, F visit) {
  for (Addr page = s.arena.base; page < s.arena.end(); page = page + s.page_bytes()) {
    const unsigned type = m.template peek<std::uint16_t>(s.vm_page_of(page) + vm_page::type).value_or(0);
    if ((type & region_first) == 0) continue;
    const std::uint64_t pages = m.template peek<std::uint32_t>(s.vm_page_of(page) + vm_page::pages).value_or(0);
    visit(page, pages << s.page_shift, type);
  }
}

}  // namespace detail

/// Every page of the arena that is somebody's, then what is free inside. kernel_heap's records are metadata; its
/// fragment pages, page runs and free runs follow, its fresh tail is not shown. A region of vm_galloc is one large
/// block. Private heaps are not looked into: each is inside a block (walk_heap shows one).
template <HasPeek M, WalkSink S>
void walk(const M& m, const State& s, S& sink) {
  detail::each_region(m, s, [&](Addr start, std::uint64_t bytes, unsigned type) {
    if ((type & region_kernel_heap) != 0) {
      for (std::uint32_t n = 0; n < s.metadata_pages; ++n) {
        sink.page(start + (std::uint64_t{n} << s.page_shift), PageUse::metadata, s.page_bytes());
      }
      detail::walk_pages(m, s.heap[0].g, sink);
      return;
    }
    for (std::uint64_t at = 0; at < bytes; at += s.page_bytes()) {
      sink.page(start + at, at == 0 ? PageUse::large_first : PageUse::large_rest, bytes);
    }
  });
}

/// The same for one private heap; nothing if it does not live.
template <HasPeek M, WalkSink S>
void walk_heap(const M& m, const State& s, heapaddr_t heap, S& sink) {
  for (std::uint32_t i = 1; i < heaps_max; ++i) {
    const Geometry& g = s.heap[i].g;
    if (g.numpages == 0 || g.front != heap.at) continue;
    for (std::uint32_t n = 0; n < g.front_pages; ++n) {
      sink.page(g.front + (std::uint64_t{n} << g.page_shift), PageUse::metadata, g.page_bytes());
    }
    detail::walk_pages(m, g, sink);
    return;
  }
}

/// Heap descriptors as the debugger's `heap` shows them, fragment classes, regions, pins; as lists, the pages of each
/// fr[k] and the free runs of kernel_heap.
template <HasPeek M, TableSink S>
void publish(const M& m, const State& s, S& sink) {
  sink.table("heap", {{"heapaddr", "addr"},
                      {"sanity", ""},
                      {"base", "addr"},
                      {"alt", ""},
                      {"numpages", ""},
                      {"amount", "bytes"},
                      {"pagtot", ""},
                      {"pagused", ""},
                      {"fresh", ""},
                      {"front_pages", ""}});
  detail::each_descriptor(s, [&](const Geometry& g, std::uint32_t anchor, std::string_view name) {
    detail::publish_heap(m, g, anchor, name, sink);
  });
  sink.table("fr", {{"size", "bytes"}, {"fr", "page"}, {"frtot", ""}, {"frused", ""}, {"lowest", "addr"}});
  detail::each_descriptor(s, [&](const Geometry& g, std::uint32_t anchor, std::string_view name) {
    detail::publish_fragments(m, g, anchor, name, sink);
  });
  sink.table("vm_galloc", {{"start", "addr"}, {"size", "bytes"}, {"type", ""}, {"key", ""}});
  detail::each_region(m, s, [&](Addr start, std::uint64_t bytes, unsigned type) {
    const bool user = (type & V_UREAD) != 0;
    sink.row((type & region_kernel_heap) != 0 ? "kernel_heap" : "", {start.v, bytes, type & v_types, user ? 1U : 0U});
  });
  sink.table("pin", {{"limit", ""}, {"pinned", ""}, {"leaked", ""}, {"leaked_total", ""}, {"violations", ""}});
  sink.row("", {s.pin_limit, s.pinned_pages, s.leaked_pins, s.leaked_pins_total, s.violations});
  const Geometry& g = s.heap[0].g;
  const PageTable<Look<M>> table({m}, g);
  for (std::uint32_t list = 0; list < g.lists; ++list) {
    const PageSet<Look<M>> set({m}, g, list);
    const std::uint32_t fresh = std::min(table.fresh(), g.numpages);
    for (std::uint32_t p = set.next(0); p < fresh; p = p + 1 < fresh ? set.next(p + 1) : no_page) {
      sink.list(list == g.free_list() ? "free_runs" : "fr", g.page(p));
    }
  }
}

}  // namespace kmemlab::aix
