// Lists of pages in address order: which pages have a free fragment of a class, where free runs start. A list is a
// bitmap with upper levels (layout.h); adding, removing and finding the next page cost a few words, whatever the
// heap's size.
#pragma once

#include <bit>
#include <cstdint>

#include "core/aix/layout.h"

namespace kmemlab::aix {

/// `A` is Touch or Look of access.h.
template <class A>
class PageSet {
 public:
  PageSet(A a, const Geometry& g, std::uint32_t list) : a_(a), g_(g), list_(list) {}

  bool contains(std::uint32_t page) const { return (a_.get(word(0, page / 32)) >> page % 32 & 1) != 0; }

  void insert(std::uint32_t page) const {
    std::uint32_t at = page;
    for (std::uint32_t level = 0; level <= g_.levels; ++level, at /= 32) {
      const Addr w = word(level, at / 32);
      const std::uint32_t before = a_.get(w);
      a_.put(w, before | 1U << at % 32);
      if (before != 0) return;
    }
  }

  void erase(std::uint32_t page) const {
    std::uint32_t at = page;
    for (std::uint32_t level = 0; level <= g_.levels; ++level, at /= 32) {
      const Addr w = word(level, at / 32);
      const std::uint32_t after = a_.get(w) & ~(1U << at % 32);
      a_.put(w, after);
      if (after != 0) return;
    }
  }

  /// The lowest page of the list that is not below `from`, or no_page. `from` must lie in a group that has its frame.
  std::uint32_t next(std::uint32_t from) const {
    std::uint32_t at = from;
    for (std::uint32_t level = 0; level <= g_.levels; ++level) {
      if (at / 32 < words(level)) {
        const std::uint32_t bits = a_.get(word(level, at / 32)) & ~std::uint32_t{0} << at % 32;
        if (bits != 0) return descend(level, at / 32 * 32 + lowest(bits));
      }
      at = at / 32 + 1;
    }
    return no_page;
  }

  Addr word(std::uint32_t level, std::uint32_t n) const {
    if (level == 0) return g_.group(n) + 4 * list_;
    return g_.index + 4 * (std::uint64_t{list_} * g_.index_words + g_.level_at[level] + n);
  }
  std::uint32_t words(std::uint32_t level) const {
    return level == 0 ? static_cast<std::uint32_t>(div_ceil(g_.numpages, group_pages)) : g_.level_words[level];
  }

 private:
  static std::uint32_t lowest(std::uint32_t bits) { return static_cast<std::uint32_t>(std::countr_zero(bits)); }
  std::uint32_t descend(std::uint32_t level, std::uint32_t at) const {
    for (; level > 0; --level) {
      const std::uint32_t bits = a_.get(word(level - 1, at));
      if (bits == 0) return no_page;  // a corrupted list; check() names it
      at = at * 32 + lowest(bits);
    }
    return at;
  }

  A a_;
  const Geometry& g_;
  std::uint32_t list_;
};

}  // namespace kmemlab::aix
