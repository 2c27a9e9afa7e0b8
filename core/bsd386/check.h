// check(): the invariants of this core, by the numbers that the essay in bsd386.h gives them. Reads by peek only.
#pragma once

#include <algorithm>
#include <span>

#include "core/base/tables.h"
#include "core/bsd386/state.h"
#include "core/machine/concepts.h"

namespace kmemlab::bsd386 {

namespace detail {

struct PageEntry {
  unsigned indx;
  unsigned freecnt;
};

template <HasPeek M>
PageEntry peek_usage(const M& m, const State& s, Addr page) {
  const Addr usage = s.usage_of(page);
  return {m.template peek<std::uint16_t>(usage + kmemusage::ku_indx).value_or(0),
          m.template peek<std::uint16_t>(usage + kmemusage::ku_freecnt).value_or(0)};
}

/// I1 to I4 for one bucket's list; counts the listed blocks of each page.
template <HasPeek M>
CheckResult check_list(const M& m, const State& s, unsigned indx, std::span<std::uint32_t> listed) {
  const kmembuckets& kb = s.bucket[indx];
  const std::uint64_t block = std::uint64_t{1} << indx;
  std::uint64_t length = 0;
  for (Addr a = kb.kb_next; a; ++length) {
    if (length == kb.kb_totalfree) return {1, a};
    if (!s.arena.contains(a) || (a.v & (std::min(block, s.page_bytes()) - 1)) != 0) return {2, a};
    if (peek_usage(m, s, a).indx != indx) return {3, a};
    ++listed[(a - s.arena.base) >> s.page_shift];
    const auto next = m.peek_word(a);
    if (!next) return {2, a};
    a = Addr{*next};
  }
  return length == kb.kb_totalfree ? CheckResult{} : CheckResult{1, kb.kb_next};
}

}  // namespace detail

/// The first invariant that does not hold, or 0. `scratch` holds at least one counter for each page of the arena.
/// Cost: pages of the arena + blocks on lists.
template <HasPeek M>
CheckResult check(const M& m, const State& s, std::span<std::uint32_t> scratch) {
  const std::uint64_t pages = s.arena.bytes >> s.page_shift;
  std::fill(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(pages), 0);
  for (unsigned i = MINBUCKET; i < bucket_slots; ++i) {
    if (const CheckResult r = detail::check_list(m, s, i, scratch); !r) return r;
  }
  std::array<std::uint64_t, bucket_slots> total{};
  std::uint64_t memuse = 0;
  for (std::uint64_t p = 0; p < pages; ++p) {
    const Addr page = s.arena.base + (p << s.page_shift);
    const auto [indx, freecnt] = detail::peek_usage(m, s, page);
    if (indx == 0) {
      if (freecnt != 0) return {5, page};
      continue;
    }
    if (indx < MINBUCKET || indx >= bucket_slots) return {5, page};
    const std::uint64_t block = std::uint64_t{1} << indx;
    if (block >= s.maxallocsave()) {
      memuse += std::uint64_t{freecnt} << s.page_shift;
      total[indx] += 1;
      p += freecnt > 0 ? freecnt - 1 : 0;
      continue;
    }
    if (freecnt > s.bucket[indx].kb_elmpercl) return {6, page};
    if (scratch[p] != freecnt) return {4, page};
    total[indx] += s.bucket[indx].kb_elmpercl;
    memuse += (s.bucket[indx].kb_elmpercl - freecnt) * block;
  }
  for (unsigned i = MINBUCKET; i < bucket_slots; ++i) {
    if (total[i] != s.bucket[i].kb_total) return {7, Addr{i}};
  }
  std::uint64_t charged = 0;
  for (const kmemstats& ks : s.stats) charged += ks.ks_memuse;
  return charged == memuse ? CheckResult{} : CheckResult{8, {}};
}

}  // namespace kmemlab::bsd386
