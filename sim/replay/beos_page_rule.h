// Which rule of BeOS keeps a page: no call of area_malloc gives single pages back. A page belongs to its pool's area,
// or to the area of the pool's table, until delete_pool deletes both (core/beos/pools.h).
#pragma once

#include "core/beos/beos.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

namespace detail {

inline PageRule beos_rule(PageCode code, std::string_view term, const std::array<PageRule::Number, 3>& numbers = {}) {
  return {code, "BeOS", term, numbers};
}

constexpr std::string_view lock_name(std::uint32_t lock) {
  constexpr std::string_view names[] = {"B_NO_LOCK", "B_LAZY_LOCK", "B_FULL_LOCK", "B_CONTIGUOUS", "B_LOMEM"};
  return lock < std::size(names) ? names[lock] : "area lock";
}

/// Live blocks that begin on the page or run over it.
inline std::uint64_t beos_live_on(const Kernel& m, const beos::Pool& p, Addr page) {
  const beos::detail::Look<Kernel> look{m};
  const auto at = static_cast<std::uint32_t>((page - p.g.base) >> p.g.page_shift);
  if (at >= p.fresh) return 0;
  for (std::uint32_t first = at;; --first) {
    const beos::What what{look.get(p.g.entry(first))};
    if (what.kind() == beos::Kind::elements) {
      return first == at && what.bin() < beos::bins ? p.g.elements(what.bin()) - what.nfree() : 0;
    }
    if (what.kind() == beos::Kind::run) return look.get(p.g.entry(first) + beos::page_entry::pages) > at - first;
    if (what.kind() != beos::Kind::inside || first == 0) return 0;
  }
}

}  // namespace detail

/// @pre the page has a frame
inline PageRule page_rule(const Kernel& m, const beos::State& s, Addr page) {
  for (const beos::Pool& p : s.pool) {
    if (!p.id) continue;
    const AddrRange table{p.g.table, p.g.table_bytes()};
    if (table.contains(page)) {
      return detail::beos_rule(PageCode::records, "table area", {{{"table_pages", p.table_pages}, {"pool", p.id.v}}});
    }
    if (!p.g.range().contains(page)) continue;
    const bool lazy = p.lock == B_LAZY_LOCK || p.lock == B_NO_LOCK;
    return detail::beos_rule(lazy ? PageCode::area : PageCode::locked_area, detail::lock_name(p.lock),
                             {{{"live_blocks", detail::beos_live_on(m, p, page)},
                               {"pages", p.g.pages},
                               {"pool", p.id.v}}});
  }
  return detail::beos_rule(PageCode::in_the_middle, "areas");
}

}  // namespace kmemlab::sim
