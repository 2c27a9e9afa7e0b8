// check(): the invariants of this core, by the numbers that the essay in beos.h gives them. Reads by peek only.
#pragma once

#include <algorithm>
#include <bit>

#include "core/base/tables.h"
#include "core/beos/machine.h"
#include "core/beos/starts.h"

namespace kmemlab::beos {

namespace detail {

template <class M>
concept Checkable = HasPeek<M> && HasAreas<M> && HasSemaphores<M>;

template <Checkable M>
class PoolChecker {
 public:
  PoolChecker(const M& m, const Pool& p) : m_(m), p_(p), g_(p.g), look_{m} {}

  CheckResult run() {
    if (const CheckResult r = table(); !r) return r;
    for (std::uint32_t page = 0; page < p_.fresh;) {
      std::uint32_t pages = 0;
      if (const CheckResult r = piece(page, pages); !r) return r;
      page += pages;
    }
    for (std::uint32_t page = p_.fresh; page < p_.described; ++page) {
      if (what(page).bits != 0) return {5, g_.page(page)};
    }
    for (unsigned b = 0; b < bins; ++b) {
      if (const CheckResult r = bin_list(b); !r) return r;
    }
    for (unsigned c = 0; c < run_classes; ++c) {
      if (const CheckResult r = run_list(c); !r) return r;
    }
    return sums();
  }

 private:
  What what(std::uint32_t page) const { return {look_.get(g_.entry(page))}; }
  std::uint32_t field(std::uint32_t page, std::uint64_t at) const { return look_.get(g_.entry(page) + at); }

  /// 9: which pages of the table are resident.
  CheckResult table() const {
    if (p_.table_pages < g_.front_pages() || p_.described != g_.described_by(p_.table_pages)) return {9, g_.table};
    if (p_.fresh > p_.described) return {9, g_.table};
    for (std::uint64_t at = 0; at < g_.table_bytes(); at += g_.page_bytes()) {
      const bool resident = m_.template peek<std::uint32_t>(g_.table + at).has_value();
      if (resident != (at >> g_.page_shift < p_.table_pages)) return {9, g_.table + at};
    }
    return {};
  }

  /// 3 to 6: the element page, run or free run that begins at `page`; says how many pages it has.
  CheckResult piece(std::uint32_t page, std::uint32_t& pages) {
    const Kind kind = what(page).kind();
    pages = 1;
    if (kind == Kind::elements) {
      after_free_ = false;
      return element_page(page, what(page));
    }
    const bool is_free = kind == Kind::free_run;
    if (kind != Kind::run && !is_free) return {5, g_.page(page)};
    pages = field(page, page_entry::pages);
    if (pages == 0 || pages > p_.fresh - page) return {5, g_.page(page)};
    for (std::uint32_t i = 1; i < pages; ++i) {
      const bool end = is_free && i == pages - 1;
      if (what(page + i).kind() != (end ? Kind::free_end : Kind::inside)) return {end ? 6U : 5U, g_.page(page + i)};
      if (end && field(page + i, page_entry::pages) != pages) return {6, g_.page(page + i)};
    }
    if (is_free) return free_run(page, pages);
    after_free_ = false;
    ++runs_;
    run_pages_ += pages;
    bytes_ += std::uint64_t{pages} << g_.page_shift;
    return {};
  }

  CheckResult free_run(std::uint32_t page, std::uint32_t pages) {
    const unsigned c = run_class(pages);
    if (after_free_ || page + pages == p_.fresh) return {6, g_.page(page)};
    after_free_ = true;
    if (!Starts<Look<M>>(look_, g_, c).contains(page)) return {7, g_.page(page)};
    if (listed_[c]++ == 0 && p_.lowest[c] != page) return {7, g_.page(page)};
    return {};
  }

  CheckResult element_page(std::uint32_t page, What w) {
    if (w.bin() >= bins) return {5, g_.page(page)};
    const std::uint32_t elements = g_.elements(w.bin());
    std::uint32_t nfree = 0;
    for (std::uint32_t i = 0; i * 32 < elements; ++i) {
      const std::uint32_t bits = field(page, page_entry::map + 4 * i);
      if (i < w.word() && bits != 0) return {3, g_.page(page)};
      if (elements - i * 32 < 32 && bits >> (elements - i * 32) != 0) return {3, g_.page(page)};
      nfree += static_cast<std::uint32_t>(std::popcount(bits));
    }
    if (nfree != w.nfree()) return {3, g_.page(page)};
    if (nfree == elements) return {4, g_.page(page)};
    total_[w.bin()] += elements;
    used_[w.bin()] += elements - nfree;
    open_[w.bin()] += nfree > 0;
    return {};
  }

  /// 2: links both ways make the pages of a list distinct; so as many as there are pages with free elements are all.
  CheckResult bin_list(unsigned b) const {
    std::uint32_t prev = no_page;
    std::uint64_t length = 0;
    for (std::uint32_t page = p_.bin[b].head; page != no_page; page = field(page, page_entry::next), ++length) {
      if (page >= p_.fresh || length == open_[b]) return {2, g_.page(page)};
      const What w = what(page);
      if (w.kind() != Kind::elements || w.bin() != b || w.nfree() == 0) return {2, g_.page(page)};
      if (field(page, page_entry::prev) != prev) return {2, g_.page(page)};
      prev = page;
    }
    return length == open_[b] ? CheckResult{} : CheckResult{2, Addr{b}};
  }

  /// 7: no bit too many, and upper words that agree with those below.
  CheckResult run_list(unsigned c) const {
    const Starts<Look<M>> starts(look_, g_, c);
    if (listed_[c] == 0 && p_.lowest[c] != no_page) return {7, Addr{c}};
    std::uint64_t bits = 0;
    for (std::uint32_t level = 0; level <= g_.levels; ++level) {
      const std::uint32_t resident = level == 0 ? (p_.described + group_pages - 1) / group_pages : g_.words[level];
      for (std::uint32_t n = 0; n < resident; ++n) {
        const std::uint32_t word = look_.get(starts.word(level, n));
        if (level == 0) bits += static_cast<unsigned>(std::popcount(word));
        if (level == g_.levels) continue;
        if ((look_.get(starts.word(level + 1, n / 32)) >> n % 32 & 1) != (word != 0)) return {7, Addr{c}};
      }
    }
    return bits == listed_[c] ? CheckResult{} : CheckResult{7, Addr{c}};
  }

  /// 8
  CheckResult sums() const {
    std::uint64_t bytes = bytes_;
    for (unsigned b = 0; b < bins; ++b) {
      if (p_.bin[b].total != total_[b] || p_.bin[b].used != used_[b]) return {8, Addr{b}};
      bytes += used_[b] * bin_sizes[b];
    }
    const bool agree = bytes == p_.bytes && runs_ == p_.runs && run_pages_ == p_.run_pages;
    return agree ? CheckResult{} : CheckResult{8, g_.base};
  }

  const M& m_;
  const Pool& p_;
  const Geometry& g_;
  Look<M> look_;
  bool after_free_ = false;  ///< the piece before was a free run
  std::uint64_t runs_ = 0;
  std::uint64_t run_pages_ = 0;
  std::uint64_t bytes_ = 0;  ///< of live runs
  std::array<std::uint64_t, bins> total_{};
  std::array<std::uint64_t, bins> used_{};
  std::array<std::uint64_t, bins> open_{};  ///< pages with free elements
  std::array<std::uint64_t, run_classes> listed_{};
};

/// 1 and 10: what the record of a pool says of itself, and what the machine says of it.
template <Checkable M>
CheckResult check_record(const M& m, const State& s, const Pool& p) {
  if (p.id.v % pools_max != static_cast<std::uint64_t>(&p - s.pool.data())) return {1, {}};
  if (p.id.v / pools_max > s.serial || s.table_sem == 0) return {1, {}};
  area_info pool;
  area_info table;
  if (m.get_area_info(p.area, pool) != B_OK || m.get_area_info(p.table_area, table) != B_OK) return {1, p.g.base};
  if (pool.address != p.g.base || pool.size != p.g.range().bytes || pool.lock != p.lock) return {1, p.g.base};
  if (pool.protection != p.protection || table.address != p.g.table) return {1, p.g.base};
  if (table.size != p.g.table_bytes()) return {1, p.g.table};
  if (p.live && table.ram_size != std::uint64_t{p.table_pages} << p.g.page_shift) return {9, p.g.table};
  return m.get_sem_count(p.sem).value_or(2) <= 1 ? CheckResult{} : CheckResult{10, p.g.base};
}

}  // namespace detail

/// The first invariant that does not hold, or 0. Cost: the used pages of all pools, and their tables.
template <detail::Checkable M>
CheckResult check(const M& m, const State& s) {
  std::uint64_t table_pages = 0;
  for (const Pool& p : s.pool) {
    if (!p.id) continue;
    if (const CheckResult r = detail::check_record(m, s, p); !r) return r;
    if (!p.live) continue;
    if (const CheckResult r = detail::PoolChecker<M>(m, p).run(); !r) return r;
    table_pages += p.table_pages;
  }
  if (table_pages != s.table_pages) return {9, {}};
  if (s.table_sem != 0 && m.get_sem_count(s.table_sem).value_or(2) > 1) return {10, {}};
  return {};
}

}  // namespace kmemlab::beos
