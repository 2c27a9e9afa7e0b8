// Which bytes of the arena are live, and which pages are held: a bitmap of 8-byte granules for each page. It keeps, beside
// the present, the moment last marked with mark_moment(), at no cost but one comparison a change: a page's old bits are
// set aside when it is first changed after the mark. So "at the peak" needs no second replay, however often the peak moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/addr.h"

namespace kmemlab::sim {

class Occupancy {
 public:
  Occupancy(AddrRange arena, unsigned page_shift);

  void page_held(Addr page);
  void page_gone(Addr page);
  /// The bytes [at, at + bytes) become live / free; clipped to the arena.
  void block_live(Addr at, std::uint64_t bytes) { change<true>(at, bytes); }
  void block_free(Addr at, std::uint64_t bytes) { change<false>(at, bytes); }

  /// Now becomes the moment that moment_*() speak of.
  void mark_moment() { ++moment_; }

  /// Longest run of free bytes inside held pages (adjacent held pages make one run) at the marked moment.
  std::uint64_t moment_largest_free_run() const;

 private:
  static constexpr unsigned granule_shift = 3;
  static constexpr std::uint64_t pages_per_chunk = 64;
  struct Page {
    std::uint64_t stamp = 0;  ///< the moment for which `then` is kept
    bool held = false;
    bool held_then = false;
  };
  struct Chunk {
    explicit Chunk(unsigned words) : now(words * pages_per_chunk), then(words * pages_per_chunk) {}
    Page page[pages_per_chunk];
    std::vector<std::uint64_t> now;  ///< bit set = live
    std::vector<std::uint64_t> then;
  };
  template <bool live>
  void change(Addr at, std::uint64_t bytes);
  Chunk& chunk_of(std::uint64_t page);
  void keep(Chunk& chunk, std::uint64_t in_chunk);

  AddrRange arena_;
  unsigned page_shift_;
  unsigned words_;  ///< of a page's bitmap
  std::uint64_t moment_ = 1;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace kmemlab::sim
