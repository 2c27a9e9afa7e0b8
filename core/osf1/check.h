// check(): the invariants of this core, by the numbers that the essay in osf1.h gives them. Reads by peek only.
#pragma once

#include <algorithm>
#include <span>

#include "core/base/tables.h"
#include "core/machine/concepts.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1 {

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

/// I1 to I3 for one bucket's list; counts the listed blocks of each page.
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
    const auto next = m.peek_word(a + s.link_offset(indx));
    if (!next) return {2, a};
    a = Addr{*next};
  }
  return length == kb.kb_totalfree ? CheckResult{} : CheckResult{1, kb.kb_next};
}

/// What the pages say, to be compared with what the state says.
struct PageSums {
  std::array<std::uint64_t, bucket_slots> total{};
  std::array<std::uint64_t, bucket_slots> whole{};
  std::uint64_t large = 0;
  std::uint64_t large_bytes = 0;
  std::uint64_t memuse = 0;
};

/// I4 to I6 and the lower bound of I9 for the page, run or large block that begins at `page`.
inline CheckResult check_page(const State& s, Addr page, PageEntry e, std::uint32_t listed, PageSums& sums) {
  if (e.indx == large_indx) {
    const std::uint64_t bytes = std::uint64_t{e.freecnt} << s.page_shift;
    if (bytes <= pool_size_max || bytes > s.arena.end().v - page.v) return {10, page};
    ++sums.large;
    sums.large_bytes += bytes;
    sums.memuse += bytes;
    return {};
  }
  if (e.indx < MINBUCKET || e.indx > MAXBUCKET) return {5, page};
  const kmembuckets& kb = s.bucket[e.indx];
  if (e.freecnt > kb.kb_elmpercl) return {6, page};
  if (listed != e.freecnt) return {4, page};
  sums.total[e.indx] += kb.kb_elmpercl;
  sums.memuse += (kb.kb_elmpercl - e.freecnt) << e.indx;
  if (e.freecnt == kb.kb_elmpercl) {
    ++sums.whole[e.indx];
    if (page < kb.kb_whole_low) return {9, page};
  }
  return {};
}

inline CheckResult check_sums(const State& s, const PageSums& sums) {
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    if (sums.total[i] != s.bucket[i].kb_total) return {7, Addr{i}};
    if (sums.whole[i] != s.bucket[i].kb_whole) return {9, Addr{i}};
  }
  if (sums.large != s.large.lg_inuse || sums.large_bytes != s.large.lg_memuse) return {10, {}};
  std::uint64_t charged = 0;
  for (const kmemstats& ks : s.stats) charged += ks.ks_memuse;
  return charged == sums.memuse ? CheckResult{} : CheckResult{8, {}};
}

inline std::uint64_t pages_of(const State& s, PageEntry e) {
  if (e.indx == large_indx) return e.freecnt;
  return e.indx == 0 ? 1 : s.refill_bytes(e.indx) >> s.page_shift;
}

}  // namespace detail

/// The first invariant that does not hold, or 0. `scratch` holds at least one counter for each page of the arena.
/// Cost: pages of the arena + blocks on lists.
template <HasPeek M>
CheckResult check(const M& m, const State& s, std::span<std::uint32_t> scratch) {
  const std::uint64_t pages = s.arena.bytes >> s.page_shift;
  std::fill(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(pages), 0);
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    if (const CheckResult r = detail::check_list(m, s, i, scratch); !r) return r;
  }
  detail::PageSums sums;
  std::uint64_t rest = 0;  // pages that belong to the block that began before
  for (std::uint64_t p = 0; p < pages; ++p) {
    const Addr page = s.arena.base + (p << s.page_shift);
    const detail::PageEntry e = detail::peek_usage(m, s, page);
    if (rest > 0 || e.indx == 0) {
      if (e.indx != 0 || e.freecnt != 0) return {5, page};
      rest -= rest > 0;
      continue;
    }
    if (const CheckResult r = detail::check_page(s, page, e, scratch[p], sums); !r) return r;
    rest = detail::pages_of(s, e) - 1;
  }
  return detail::check_sums(s, sums);
}

}  // namespace kmemlab::osf1
