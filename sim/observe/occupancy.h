// Which bytes of the arena are live, and which pages are held: a bitmap of 8-byte granules for each page. It keeps,
// beside the present, the moment last marked with mark_moment(), at no cost but one comparison a change: a page's old
// bits are set aside when it is first changed after the mark. So "at the peak" needs no second replay, however often
// the peak moves. Memory: 2 bits for each 8 bytes and 24 bytes a page, from the arena's base up to the highest page
// ever held.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/addr.h"

namespace kmemlab::sim {

class Occupancy {
 public:
  Occupancy(AddrRange arena, unsigned page_shift);

  void page_held(Addr page);
  void page_gone(Addr page);
  /// The bytes [at, at + bytes) become live / free. Both ends are multiples of 8; what no held page covers is left out.
  void block_live(Addr at, std::uint64_t bytes) { change<Mark::live>(at, bytes); }
  void block_free(Addr at, std::uint64_t bytes) { change<Mark::free>(at, bytes); }

  /// Now becomes the moment that moment_*() speak of.
  void mark_moment() { ++moment_; }

  /// Longest run of free bytes inside held pages (adjacent held pages make one run) at the marked moment.
  std::uint64_t moment_largest_free_run() const;
  /// The same now. O(words()).
  std::uint64_t largest_free_run() const;
  /// Words of 64 bits that such a walk reads.
  std::uint64_t words() const { return now_.size(); }

 private:
  enum class Mark : std::uint8_t { free, live };
  static constexpr unsigned granule_shift = 3;
  struct Page {
    std::uint64_t stamp = 0;  ///< the moment for which `then` is kept
    bool held = false;
    bool held_then = false;
  };
  /// Granule n of the arena is bit n of now_. Most blocks lie within one word of it: that is the way of few
  /// instructions.
  template <Mark mark>
  void change(Addr at, std::uint64_t bytes) {
    const std::uint64_t first = (at - arena_.base) >> granule_shift;
    const std::uint64_t n = bytes >> granule_shift;
    const std::uint64_t in_word = first & 63;
    if (n == 0 || in_word + n > 64 || first >> 6 >= now_.size()) [[unlikely]] {
      change_long(first, n, mark);
      return;
    }
    keep(first >> page_granules_shift_);
    apply<mark>(now_[first >> 6], (~std::uint64_t{0} >> (64 - n)) << in_word);
  }
  template <Mark mark>
  static void apply(std::uint64_t& word, std::uint64_t mask) {
    word = mark == Mark::live ? word | mask : word & ~mask;
  }
  void change_long(std::uint64_t first, std::uint64_t n, Mark mark);
  void keep(std::uint64_t page) {
    if (pages_[page].stamp != moment_) keep_slow(page);
  }
  void keep_slow(std::uint64_t page);
  template <class F>
  std::uint64_t longest_run(F page_at) const;

  AddrRange arena_;
  unsigned page_shift_;
  unsigned page_granules_shift_;
  unsigned words_;  ///< of a page's bitmap
  std::uint64_t moment_ = 1;
  std::vector<Page> pages_;
  std::vector<std::uint64_t> now_;  ///< words_ for each page; bit set = live
  std::vector<std::uint64_t> then_;
};

}  // namespace kmemlab::sim
