// walk() and the published tables: what a viewer or an oracle may know of this core without knowing its type.
#pragma once

#include <algorithm>
#include <string_view>

#include "core/base/tables.h"
#include "core/beos/check.h"

namespace kmemlab::beos {

namespace detail {

template <HasPeek M, WalkSink S>
void walk_elements(const M& m, const Geometry& g, std::uint32_t page, What what, S& sink) {
  if (what.bin() >= bins) return;
  const std::uint64_t size = bin_sizes[what.bin()];
  sink.page(g.page(page), PageUse::fragments, size);
  for (std::uint32_t n = 0; n < g.elements(what.bin()); ++n) {
    const std::uint32_t bits = Look<M>{m}.get(g.entry(page) + page_entry::map + 4 * (n / 32));
    if ((bits >> n % 32 & 1) != 0) sink.free_block(g.page(page) + n * size, size);
  }
}

/// Used pages of a pool, in address order. Bounded even on a corrupted table.
template <HasPeek M, WalkSink S>
void walk_pool(const M& m, const Pool& p, S& sink) {
  const Geometry& g = p.g;
  for (std::uint32_t n = 0; n < p.table_pages; ++n) {
    sink.page(g.table + (std::uint64_t{n} << g.page_shift), PageUse::metadata, g.page_bytes());
  }
  for (std::uint32_t page = 0; page < p.fresh;) {
    const What what{Look<M>{m}.get(g.entry(page))};
    if (what.kind() != Kind::run && what.kind() != Kind::free_run) {
      if (what.kind() == Kind::elements) walk_elements(m, g, page, what, sink);
      ++page;
      continue;
    }
    const bool live = what.kind() == Kind::run;
    const std::uint32_t said = Look<M>{m}.get(g.entry(page) + page_entry::pages);
    const std::uint32_t pages = std::clamp(said, 1U, p.fresh - page);
    const std::uint64_t bytes = std::uint64_t{pages} << g.page_shift;
    sink.page(g.page(page), live ? PageUse::large_first : PageUse::free_run, bytes);
    for (std::uint32_t i = 1; live && i < pages; ++i) sink.page(g.page(page + i), PageUse::large_rest, bytes);
    page += pages;
  }
}

template <HasAreas M, TableSink S>
void publish_areas(const M& m, const State& s, S& sink) {
  sink.table(
      "areas",
      {{"area", ""}, {"address", "addr"}, {"size", "bytes"}, {"lock", ""}, {"protection", ""}, {"ram_size", "bytes"}});
  for (const Pool& p : s.pool) {
    for (const area_id id : {p.area, p.table_area}) {
      area_info a;
      if (!p.id || m.get_area_info(id, a) != B_OK) continue;
      sink.row(a.name.data(),
               {static_cast<std::uint64_t>(a.area), a.address.v, a.size, a.lock, a.protection, a.ram_size});
    }
  }
}

template <HasSemaphores M, TableSink S>
void publish_semaphores(const M& m, const State& s, S& sink) {
  sink.table("semaphores", {{"sem", ""}, {"held", ""}, {"waiting", ""}});
  const auto row = [&](std::string_view name, sem_id id) {
    const auto count = m.get_sem_count(id);
    if (!count) return;
    sink.row(name, {static_cast<std::uint64_t>(id), *count < 1, *count < 0 ? static_cast<std::uint64_t>(-*count) : 0});
  };
  row("area_malloc pools", s.table_sem);
  for (const Pool& p : s.pool) row(pool_area_name, p.sem);
}

template <TableSink S>
void publish_pools(const State& s, S& sink) {
  sink.table("pools", {{"pool", ""},
                       {"base", "addr"},
                       {"pages", ""},
                       {"fresh", ""},
                       {"table_pages", ""},
                       {"bytes", "bytes"},
                       {"runs", ""},
                       {"run_pages", ""},
                       {"failed", ""},
                       {"asleep", ""}});
  for (const Pool& p : s.pool) {
    if (!p.id) continue;
    sink.row(p.live ? "" : "in the making",
             {p.id.v, p.g.base.v, p.g.pages, p.fresh, p.table_pages, p.bytes, p.runs, p.run_pages, p.failed, p.asleep});
  }
  sink.table("bins", {{"pool", ""}, {"size", "bytes"}, {"head", "addr"}, {"total", ""}, {"used", ""}, {"calls", ""}});
  for (const Pool& p : s.pool) {
    for (unsigned b = 0; p.id && b < bins; ++b) {
      const Bin& bin = p.bin[b];
      if (bin.calls == 0) continue;
      sink.row("",
               {p.id.v, bin_sizes[b], bin.head == no_page ? 0 : p.g.page(bin.head).v, bin.total, bin.used, bin.calls});
    }
  }
  sink.table("area_malloc",
             {{"violations", ""}, {"free_errors", ""}, {"races", ""}, {"sleeps", ""}, {"frame_sleeps", ""}});
  sink.row("", {s.violations, s.free_errors, s.races, s.sleeps, s.frame_sleeps});
}

}  // namespace detail

/// Of every pool the resident pages of its table, then its used pages with what is free in them. Pages above `fresh`
/// are not shown. A used page need not be resident.
template <HasPeek M, WalkSink S>
void walk(const M& m, const State& s, S& sink) {
  for (const Pool& p : s.pool) {
    if (p.live) detail::walk_pool(m, p, sink);
  }
}

/// The module's areas, semaphores, pools and bins; as lists, the pages of each bin with free elements and the free
/// runs, class by class.
template <detail::Checkable M, TableSink S>
void publish(const M& m, const State& s, S& sink) {
  detail::publish_areas(m, s, sink);
  detail::publish_semaphores(m, s, sink);
  detail::publish_pools(s, sink);
  const detail::Look<M> look{m};
  for (const Pool& p : s.pool) {
    if (!p.live) continue;
    for (const Bin& bin : p.bin) {
      std::uint32_t page = bin.head;
      for (std::uint32_t n = 0; page < p.fresh && n < p.fresh; ++n) {
        sink.list("bin", p.g.page(page));
        page = look.get(p.g.entry(page) + page_entry::next);
      }
    }
    for (unsigned c = 0; c < run_classes; ++c) {
      const detail::Starts<detail::Look<M>> starts(look, p.g, c);
      for (std::uint32_t at = p.lowest[c]; at < p.fresh; at = at + 1 < p.fresh ? starts.next(at + 1) : no_page) {
        sink.list("free_runs", p.g.page(at));
      }
    }
  }
}

}  // namespace kmemlab::beos
