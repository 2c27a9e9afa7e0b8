// The pages of a pool: first fit over runs of free pages, merged as they come free. Used pages lie below `fresh`; above
// it all pages are free and have no records. A free run is known by its first page and, if it is longer, by its last,
// so that a freed neighbour finds it; where it starts stands in the list of its class of lengths (starts.h), whose
// lowest start is kept at hand. The lowest of those that are surely long enough bounds the search in the one class of
// which only some are. All functions run with the pool's semaphore in hand.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/beos/machine.h"
#include "core/beos/starts.h"

namespace kmemlab::beos::detail {

template <Machine M>
class Runs {
 public:
  Runs(M& m, State& s, Pool& p) : m_(m), s_(s), p_(p), touch_{m} {}

  What what(std::uint32_t page) const { return {touch_.get(p_.g.entry(page) + page_entry::what)}; }
  void put(std::uint32_t page, What w) const { touch_.put(p_.g.entry(page) + page_entry::what, w.bits); }
  std::uint32_t length(std::uint32_t page) const { return touch_.get(p_.g.entry(page) + page_entry::pages); }

  /// The lowest `n` free pages in a row, taken; their records are as of `inside` and wait for the caller's. no_page if
  /// there are none, or if there is no frame for the records: `reason` says.
  std::uint32_t take(std::uint32_t n, Reason& reason) const {
    const std::uint32_t at = find(n);
    reason = Reason::no_space;
    if (at == p_.fresh) return take_fresh(n, reason);
    if (at == no_page) {
      mark(m_, Mark::pool_full);
      return no_page;
    }
    const std::uint32_t all = length(at);
    if (what(at).kind() != Kind::free_run || all < n || all > p_.fresh - at) {
      panic(m_, Mark::panic_free_run, "area_malloc: a free run is corrupted");
    }
    remove(at, all);
    if (all > n) {
      add(at + n, all - n);
    } else if (n > 1) {
      put(at + n - 1, What{});
    }
    return at;
  }

  /// Pages at .. at + n - 1 were one run or element page, and are free now.
  void give(std::uint32_t at, std::uint32_t n) const {
    put(at, What{});
    std::uint32_t start = at;
    std::uint32_t end = at + n;
    if (const std::uint32_t left = free_below(at); left > 0) {
      start = at - left;
      put(at - 1, What{});
      remove(start, left);
    }
    if (end == p_.fresh) {
      p_.fresh = start;
      return;
    }
    if (what(end).kind() == Kind::free_run) {
      const std::uint32_t right = length(end);
      remove(end, right);
      end += right;
    }
    add(start, end - start);
  }

 private:
  Starts<Touch<M>> starts(unsigned run_class) const { return {touch_, p_.g, run_class}; }

  /// Makes a free run, with its records and its place on a list.
  void add(std::uint32_t start, std::uint32_t n) const {
    put(start, What::of(Kind::free_run));
    touch_.put(p_.g.entry(start) + page_entry::pages, n);
    if (n > 1) {
      put(start + n - 1, What::of(Kind::free_end));
      touch_.put(p_.g.entry(start + n - 1) + page_entry::pages, n);
    }
    const unsigned c = run_class(n);
    starts(c).insert(start);
    p_.lowest[c] = std::min(p_.lowest[c], start);
  }

  /// Unmakes it, but for the record of its last page.
  void remove(std::uint32_t start, std::uint32_t n) const {
    put(start, What{});
    const unsigned c = run_class(n);
    starts(c).erase(start);
    if (p_.lowest[c] == start) p_.lowest[c] = starts(c).next(start);
  }

  /// Length of the free run that ends below this page.
  std::uint32_t free_below(std::uint32_t at) const {
    if (at == 0) return 0;
    const Kind kind = what(at - 1).kind();
    return kind == Kind::free_end || kind == Kind::free_run ? length(at - 1) : 0;
  }

  /// First page of the lowest free run of n pages or more; p_.fresh if they must be fresh ones; no_page.
  std::uint32_t find(std::uint32_t n) const {
    const unsigned c = run_class(n);
    std::uint32_t best = no_page;
    for (unsigned longer = c + 1; longer < run_classes; ++longer) best = std::min(best, p_.lowest[longer]);
    for (std::uint32_t at = p_.lowest[c]; at < best; at = starts(c).next(at + 1)) {
      if (at >= p_.fresh) panic(m_, Mark::panic_free_run_start, "area_malloc: a free run is corrupted");
      if (length(at) >= n) return at;
    }
    if (best != no_page) return best;
    return p_.g.pages - p_.fresh >= n ? p_.fresh : no_page;
  }

  std::uint32_t take_fresh(std::uint32_t n, Reason& reason) const {
    const std::uint32_t at = p_.fresh;
    while (p_.described < at + n) {
      const Addr page = p_.g.table + (std::uint64_t{p_.table_pages} << p_.g.page_shift);
      ResidentCall call;
      call.range = {page, p_.g.page_bytes()};
      call.wait = Wait::no_sleep;  // blocking is only on the lock, never for memory (B13)
      if (m_.make_resident(call) != Outcome::done) {
        reason = Reason::no_frames;
        mark(m_, Mark::no_frame_for_table);
        return no_page;
      }
      m_.zero(page, p_.g.page_bytes());
      ++p_.table_pages;
      ++s_.table_pages;
      p_.described = p_.g.described_by(p_.table_pages);
    }
    p_.fresh = at + n;
    return at;
  }

  M& m_;
  State& s_;
  Pool& p_;
  Touch<M> touch_;
};

}  // namespace kmemlab::beos::detail
