// Where free runs of one class start: a bitmap of the pool's pages with upper levels (layout.h). Adding, removing, and
// finding the lowest start above a page cost a few words, whatever the pool's size.
#pragma once

#include <bit>
#include <cstdint>

#include "core/beos/layout.h"

namespace kmemlab::beos::detail {

/// `A` is Touch or Look of machine.h.
template <class A>
class Starts {
 public:
  Starts(A a, const Geometry& g, unsigned run_class) : a_(a), g_(g), class_(run_class) {}

  bool contains(std::uint32_t page) const { return (a_.get(word(0, page / 32)) >> page % 32 & 1) != 0; }

  void insert(std::uint32_t page) const {
    for (std::uint32_t level = 0; level <= g_.levels; ++level, page /= 32) {
      const Addr w = word(level, page / 32);
      const std::uint32_t before = a_.get(w);
      a_.put(w, before | 1U << page % 32);
      if (before != 0) return;
    }
  }

  void erase(std::uint32_t page) const {
    for (std::uint32_t level = 0; level <= g_.levels; ++level, page /= 32) {
      const Addr w = word(level, page / 32);
      const std::uint32_t after = a_.get(w) & ~(1U << page % 32);
      a_.put(w, after);
      if (after != 0) return;
    }
  }

  /// The lowest start that is not below `from`, or no_page. `from` must lie in a group that is resident.
  std::uint32_t next(std::uint32_t from) const {
    for (std::uint32_t level = 0; level <= g_.levels && from / 32 < g_.words[level]; ++level) {
      const std::uint32_t bits = a_.get(word(level, from / 32)) & ~std::uint32_t{0} << from % 32;
      if (bits != 0) return descend(level, from / 32 * 32 + lowest(bits));
      from = from / 32 + 1;
    }
    return no_page;
  }

  Addr word(std::uint32_t level, std::uint32_t n) const {
    if (level == 0) return g_.group(n) + 4 * class_;
    return g_.table + 4 * (std::uint64_t{class_} * g_.level_words + g_.level_at[level] + n);
  }

 private:
  static std::uint32_t lowest(std::uint32_t bits) { return static_cast<std::uint32_t>(std::countr_zero(bits)); }
  std::uint32_t descend(std::uint32_t level, std::uint32_t at) const {
    for (; level > 0; --level) {
      const std::uint32_t bits = a_.get(word(level - 1, at));
      if (bits == 0) return no_page;  // a corrupted bitmap; check() names it
      at = at * 32 + lowest(bits);
    }
    return at;
  }

  A a_;
  const Geometry& g_;
  unsigned class_;
};

}  // namespace kmemlab::beos::detail
