// The page table of a heap and its pool of free pages. A16, recommended: page runs are taken first fit by address,
// freed runs merge with both neighbours at once. Free pages above all used ones are the fresh tail: one number, no
// entries, so that a large heap costs nothing before it is used, and a run that borders on the tail joins it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/aix/layout.h"
#include "core/aix/page_set.h"

namespace kmemlab::aix {

struct What {
  std::uint32_t bits = 0;
  Kind kind() const { return static_cast<Kind>(bits & 0x7f); }
  std::uint32_t anchor() const { return bits >> 7 & 1; }
  unsigned frag_class() const { return bits >> 8 & 0xff; }
  std::uint32_t nfree() const { return bits >> 16; }
  static What of(Kind kind, std::uint32_t anchor, unsigned k = 0, std::uint32_t nfree = 0) {
    return {static_cast<std::uint32_t>(kind) | anchor << 7 | k << 8 | nfree << 16};
  }
  What with_nfree(std::uint32_t n) const { return {(bits & 0xffff) | n << 16}; }
};

template <class A>
class PageTable {
 public:
  PageTable(A a, const Geometry& g) : a_(a), g_(g) {}

  What what(std::uint32_t p) const { return {a_.get(g_.entry(p) + page_entry::what)}; }
  std::uint32_t pages(std::uint32_t p) const { return a_.get(g_.entry(p) + page_entry::pages); }
  void put(std::uint32_t p, What w) const { a_.put(g_.entry(p) + page_entry::what, w.bits); }
  void put(std::uint32_t p, What w, std::uint32_t length) const {
    put(p, w);
    a_.put(g_.entry(p) + page_entry::pages, length);
  }
  Addr map_word(std::uint32_t p, std::uint32_t n) const { return g_.entry(p) + page_entry::map + 4 * n; }
  PageSet<A> free_runs() const { return {a_, g_, g_.free_list()}; }
  PageSet<A> with_free(std::uint32_t anchor, unsigned k) const { return {a_, g_, Geometry::list_of(anchor, k)}; }
  std::uint32_t fresh() const { return a_.get(g_.pool + page_pool::fresh); }
  std::uint32_t hint(unsigned k) const { return a_.get(g_.pool + page_pool::hint_of(k)); }

  /// First page of the lowest free run of at least `n` pages (the tail counts), or no_page. Takes nothing. A run of the
  /// right order of size is found from a hint; only runs of that order that are too short are looked at and passed
  /// over.
  std::uint32_t find(std::uint32_t n) const {
    const unsigned k = std::min(floor_log2(n), hints - 1);
    const std::uint32_t tail = fresh();
    std::uint32_t lowest = no_page;
    std::uint32_t found = no_page;
    for (std::uint32_t p = hint(k); p < tail;) {
      p = free_runs().next(p);
      if (p == no_page) break;
      const std::uint32_t length = pages(p);
      if (lowest == no_page && length >> k != 0) lowest = p;
      if (length >= n) {
        found = p;
        break;
      }
      if (length == 0) return no_page;  // a corrupted entry: the caller's panic names it
      p += length;
    }
    if (hint(k) != lowest) a_.put(g_.pool + page_pool::hint_of(k), lowest);
    if (found != no_page) return found;
    return n <= g_.numpages - tail ? tail : no_page;
  }

  /// Cuts the first n pages off the free run at p (or off the tail), which is known to be long enough. Their entries
  /// are the caller's to write.
  void take(std::uint32_t p, std::uint32_t n) const {
    if (p == fresh()) {
      set_fresh(p + n);
      return;
    }
    const std::uint32_t length = pages(p);
    free_runs().erase(p);
    if (length > n) {
      write_run(p + n, length - n);
      free_runs().insert(p + n);
    }
  }

  /// Pages p to p + n - 1, whose entries are Kind::none already, become free and merge with what is free beside them.
  void give(std::uint32_t p, std::uint32_t n) const {
    std::uint32_t start = p;
    std::uint32_t length = n;
    if (p > 0) {
      const Kind below = what(p - 1).kind();
      if (below == Kind::free_end || below == Kind::free_run) {
        const std::uint32_t more = pages(p - 1);
        start -= more;
        length += more;
        if (below == Kind::free_end) put(p - 1, {});
      }
    }
    const bool merged_below = start != p;
    if (p + n == fresh()) {
      if (merged_below) {
        free_runs().erase(start);
        put(start, {});
      }
      set_fresh(start);
      return;
    }
    if (what(p + n).kind() == Kind::free_run) {
      length += pages(p + n);
      free_runs().erase(p + n);
      put(p + n, {});
    }
    write_run(start, length);
    if (!merged_below) free_runs().insert(start);
    lower_hints(start, length);
  }

 private:
  void set_fresh(std::uint32_t p) const { a_.put(g_.pool + page_pool::fresh, p); }
  void write_run(std::uint32_t p, std::uint32_t length) const {
    put(p, What::of(Kind::free_run, 0), length);
    if (length > 1) put(p + length - 1, What::of(Kind::free_end, 0), length);
  }
  void lower_hints(std::uint32_t start, std::uint32_t length) const {
    for (unsigned k = 0; k < hints && length >> k != 0; ++k) {
      if (start < hint(k)) a_.put(g_.pool + page_pool::hint_of(k), start);
    }
  }

  A a_;
  const Geometry& g_;
};

}  // namespace kmemlab::aix
