// check(): the invariants of this core, by the numbers that the essay in aix.h gives them. Reads by peek only.
// Cost: pages in use of all heaps, and their groups. Needs no memory of its own.
#pragma once

#include <bit>

#include "core/aix/machine.h"
#include "core/aix/page_table.h"
#include "core/base/tables.h"

namespace kmemlab::aix {

namespace detail {

/// What the page table says a descriptor's totals must be.
struct Totals {
  std::array<std::uint32_t, frag_max + 1> frtot{};
  std::array<std::uint32_t, frag_max + 1> frused{};
  std::array<std::uint32_t, frag_max + 1> lowest{};
  std::uint32_t pagtot = 0;
  std::uint32_t pagused = 0;
  std::uint64_t amount = 0;
};

template <HasPeek M>
class Checker {
 public:
  Checker(const M& m, const State& s, const HeapRecord& h)
      : m_(m), s_(s), h_(h), g_(h.g), look_{m}, table_(look_, h.g) {
    for (Totals& t : totals_) t.lowest.fill(no_page);
  }

  CheckResult run() {
    if (const CheckResult r = descriptors(); !r) return r;
    const std::uint32_t fresh = table_.fresh();
    if (fresh > g_.numpages) return {6, g_.pool};
    for (std::uint32_t p = 0; p < fresh;) {
      const CheckResult r = one(p);
      if (!r) return r;
    }
    if (last_free_) return {6, g_.page(fresh)};  // it should have joined the tail
    if (const CheckResult r = lists(fresh); !r) return r;
    for (std::uint32_t n = 0; n < g_.anchors; ++n) {
      if (const CheckResult r = totals(n); !r) return r;
    }
    return {};
  }

 private:
  CheckResult descriptors() const {
    for (std::uint32_t n = 0; n < g_.anchors; ++n) {
      const Addr d = g_.anchor(n);
      if (look_.get(d + heap_t::sanity) != HEAP_SANITY || look_.get8(d + heap_t::base) != g_.base.v ||
          look_.get(d + heap_t::numpages) != g_.numpages || look_.get(d + heap_t::alt) != n ||
          look_.get(d + heap_t::pinflag) != n) {
        return {1, d};
      }
    }
    return {};
  }

  /// The entry of page p, and of the pages that belong to it; moves p past them.
  CheckResult one(std::uint32_t& p) {
    const What what = table_.what(p);
    const Addr at = g_.page(p);
    const bool was_free = last_free_;
    last_free_ = what.kind() == Kind::free_run;
    switch (what.kind()) {
      case Kind::fragments:
        return fragments(p++, what);
      case Kind::run:
        return run_of_pages(p, what);
      case Kind::free_run:
        return was_free ? CheckResult{6, at} : free_run(p);
      default:
        return {5, at};
    }
  }

  CheckResult fragments(std::uint32_t p, What what) {
    const unsigned k = what.frag_class();
    if (k < frag_min || k > frag_max || what.anchor() >= g_.anchors) return {5, g_.page(p)};
    const std::uint32_t n = 1U << (g_.page_shift - k);
    std::uint32_t nfree = 0;
    for (std::uint32_t i = 0; i < n; i += 32) {
      const std::uint32_t used = n < 32 ? (1U << n) - 1 : ~std::uint32_t{0};
      nfree += static_cast<std::uint32_t>(std::popcount(look_.get(table_.map_word(p, i / 32)) & used));
    }
    if (nfree != what.nfree()) return {3, g_.page(p)};
    if (nfree == n) return {4, g_.page(p)};
    if (table_.with_free(what.anchor(), k).contains(p) != (nfree != 0)) return {2, g_.page(p)};
    Totals& t = totals_[what.anchor()];
    if (nfree != 0 && t.lowest[k] == no_page) t.lowest[k] = p;
    t.frtot[k] += n;
    t.frused[k] += n - nfree;
    t.amount += std::uint64_t{n - nfree} << k;
    ++t.pagtot;
    on_lists_ += nfree != 0;
    return frame(p, what.anchor());
  }

  CheckResult run_of_pages(std::uint32_t& p, What what) {
    const std::uint32_t first = p;
    const std::uint32_t n = table_.pages(p);
    if (n == 0 || n > table_.fresh() - p || what.anchor() >= g_.anchors) return {5, g_.page(p)};
    for (; p < first + n; ++p) {
      if (p != first &&
          (table_.what(p).bits != What::of(Kind::rest, what.anchor()).bits || table_.pages(p) != p - first)) {
        return {5, g_.page(p)};
      }
      if (const CheckResult r = frame(p, what.anchor()); !r) return r;
    }
    Totals& t = totals_[what.anchor()];
    t.pagtot += n;
    t.pagused += n;
    t.amount += std::uint64_t{n} << g_.page_shift;
    return {};
  }

  CheckResult free_run(std::uint32_t& p) {
    const std::uint32_t first = p;
    const std::uint32_t n = table_.pages(p);
    if (n == 0 || n > table_.fresh() - p || !table_.free_runs().contains(p)) return {6, g_.page(p)};
    const std::uint32_t last = p + n - 1;
    if (n > 1 && (table_.what(last).kind() != Kind::free_end || table_.pages(last) != n)) return {6, g_.page(last)};
    for (; p < first + n; ++p) {
      if (p != first && p != last && table_.what(p).kind() != Kind::none) return {5, g_.page(p)};
      if (global() && m_.peek_word(g_.page(p)).has_value() != (pins(p) != 0)) return {9, g_.page(p)};
    }
    for (unsigned k = 0; k < hints && n >> k != 0; ++k) {
      if (table_.hint(k) > first) return {7, g_.page(first)};
    }
    ++on_lists_;
    return {};
  }

  /// Frames and pins of a page that is in use.
  CheckResult frame(std::uint32_t p, std::uint32_t anchor) const {
    if (!m_.peek_word(g_.page(p))) return {9, g_.page(p)};
    if (anchor != 0 && pins(p) == 0) return {10, g_.page(p)};
    return {};
  }

  /// Nothing else is on a list, and each upper word stands for exactly the words below that are not 0.
  CheckResult lists(std::uint32_t fresh) const {
    std::uint32_t bits = 0;
    for (std::uint32_t list = 0; list < g_.lists; ++list) {
      const PageSet<Look<M>> set(look_, g_, list);
      const std::uint32_t groups = div_up(fresh);
      for (std::uint32_t n = 0; n < groups; ++n) {
        bits += static_cast<std::uint32_t>(std::popcount(look_.get(set.word(0, n))));
      }
      for (std::uint32_t level = 1; level <= g_.levels; ++level) {
        for (std::uint32_t n = 0; n < set.words(level); ++n) {
          const std::uint32_t word = look_.get(set.word(level, n));
          for (std::uint32_t b = 0; b < 32 && n * 32 + b < set.words(level - 1); ++b) {
            const bool described = level > 1 || n * 32 + b < groups;
            const bool below = described && look_.get(set.word(level - 1, n * 32 + b)) != 0;
            if ((word >> b & 1) != static_cast<std::uint32_t>(below)) return {2, set.word(level, n)};
          }
        }
      }
    }
    return bits == on_lists_ ? CheckResult{} : CheckResult{2, g_.table};
  }

  CheckResult totals(std::uint32_t n) const {
    const Addr d = g_.anchor(n);
    const Totals& t = totals_[n];
    for (unsigned k = 0; k <= frag_max; ++k) {
      if (look_.get(d + heap_t::fr_of(k)) != t.lowest[k]) return {2, d + heap_t::fr_of(k)};
      if (look_.get(d + heap_t::frtot_of(k)) != t.frtot[k]) return {8, d + heap_t::frtot_of(k)};
      if (look_.get(d + heap_t::frused_of(k)) != t.frused[k]) return {8, d + heap_t::frused_of(k)};
    }
    if (look_.get(d + heap_t::pagtot) != t.pagtot) return {8, d + heap_t::pagtot};
    if (look_.get(d + heap_t::pagused) != t.pagused) return {8, d + heap_t::pagused};
    return look_.get8(d + heap_t::amount) == t.amount ? CheckResult{} : CheckResult{8, d + heap_t::amount};
  }

  static std::uint32_t div_up(std::uint32_t pages) { return static_cast<std::uint32_t>(div_ceil(pages, group_pages)); }
  bool global() const { return &h_ == &s_.heap[0]; }
  unsigned pins(std::uint32_t p) const {
    return m_.template peek<std::uint16_t>(s_.vm_page_of(g_.page(p)) + vm_page::pins).value_or(0);
  }

  const M& m_;
  const State& s_;
  const HeapRecord& h_;
  const Geometry& g_;
  Look<M> look_;
  PageTable<Look<M>> table_;
  std::array<Totals, 2> totals_{};
  std::uint32_t on_lists_ = 0;
  bool last_free_ = false;
};

/// I10 to I12: pins in total, regions, pages of regions.
template <HasPeek M>
CheckResult check_arena(const M& m, const State& s) {
  std::uint64_t pinned = 0;
  std::uint64_t leaked = 0;
  std::uint64_t galloc = 0;
  std::uint64_t rest = 0;
  const Geometry& g = s.heap[0].g;
  const PageTable<Look<M>> table({m}, g);
  for (Addr page = s.arena.base; page < s.arena.end(); page = page + s.page_bytes()) {
    const Addr at = s.vm_page_of(page);
    const unsigned pins = m.template peek<std::uint16_t>(at + vm_page::pins).value_or(0);
    const unsigned type = m.template peek<std::uint16_t>(at + vm_page::type).value_or(0);
    const bool mapped = m.peek_word(page).has_value();
    pinned += pins != 0;
    if (pins != 0 && !mapped) return {10, page};
    const unsigned where = type & (region_first | region_rest);
    if ((where == region_rest) != (rest != 0) || where == (region_first | region_rest)) return {11, page};
    if (where == region_first) rest = m.template peek<std::uint32_t>(at + vm_page::pages).value_or(0);
    if (where == region_first && rest == 0) return {11, page};
    if (where != 0) --rest;
    if ((type & region_kernel_heap) == 0) {
      galloc += where != 0;
      if (mapped != (where != 0)) return {11, page};
      continue;
    }
    if (!g.area().contains(page)) continue;  // rounding left it over
    if (page < g.base) {
      if (mapped != (((page - g.front) >> g.page_shift) < s.metadata_pages)) return {9, page};
    } else if (pins != 0) {
      const std::uint32_t p = g.page_of(page);
      const Kind kind = p < table.fresh() ? table.what(p).kind() : Kind::none;
      leaked += kind != Kind::fragments && kind != Kind::run && kind != Kind::rest;
    } else if (g.page_of(page) >= table.fresh() && mapped) {
      return {9, page};
    }
  }
  if (rest != 0 || galloc != s.galloc_pages) return {11, {}};
  if (pinned != s.pinned_pages || pinned > s.pin_limit || leaked != s.leaked_pins) return {10, {}};
  return {};
}

/// Private heaps have areas that do not overlap, or lie one inside the pages of the other.
inline CheckResult check_records(const State& s) {
  std::uint32_t live = 0;
  for (const HeapRecord& a : s.heap) {
    if (a.g.numpages == 0) continue;
    ++live;
    for (const HeapRecord& b : s.heap) {
      if (&a == &b || b.g.numpages == 0 || a.process != b.process) continue;
      const AddrRange outer = a.g.area();
      const AddrRange inner = b.g.area();
      if (!outer.contains(inner.base)) continue;
      if (!a.g.pages().contains(inner.base) || inner.end() > outer.end()) return {12, inner.base};
    }
  }
  return live == s.private_heaps + 1 ? CheckResult{} : CheckResult{12, {}};
}

}  // namespace detail

/// The first invariant that does not hold, or 0. Private heaps of processes other than `process` are not looked at, nor
/// are those whose descriptor was overwritten: they are dead, and nobody has noticed yet.
template <HasPeek M>
CheckResult check(const M& m, const State& s, unsigned process = 0) {
  if (const CheckResult r = detail::check_records(s); !r) return r;
  if (const CheckResult r = detail::check_arena(m, s); !r) return r;
  for (const HeapRecord& h : s.heap) {
    if (h.g.numpages == 0 || (h.process != 0 && h.process != process)) continue;
    const std::uint32_t sanity = m.template peek<std::uint32_t>(h.g.front).value_or(0);
    if (&h != &s.heap[0] && sanity != HEAP_SANITY) continue;
    if (const CheckResult r = detail::Checker<M>(m, s, h).run(); !r) return r;
  }
  return {};
}

}  // namespace kmemlab::aix
