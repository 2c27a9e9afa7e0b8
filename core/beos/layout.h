// Where a pool's records lie: in an area of their own, the pool's *table*, so that the pool's area holds nothing but
// blocks and may be read-only (B4). Readable and writable, lazily locked; its pages become resident as the used part of
// the pool grows.
//
//   table   [upper levels of the lists of free runs | group 0 | group 1 | ... ]
//            resident from the pool's creation, zeroed   resident below `described`, zeroed when brought in
//
// A group describes 32 pages: one word of bits for each class of free runs (bit n: a free run of that class starts at
// page 32 g + n), then 32 page entries. A bit of an upper level stands for a word below that is not 0, until one word
// is left.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/addr.h"
#include "core/base/ints.h"
#include "core/beos/types.h"

namespace kmemlab::beos {

inline constexpr std::uint32_t no_page = ~std::uint32_t{0};
inline constexpr unsigned group_pages = 32;

/// Free runs fall into classes by length: one for each length to 7 pages, four for each power of two from 8 to 63, one
/// for each from 64 to 2047, and one for all that is longer.
constexpr unsigned run_class(std::uint32_t pages) {
  if (pages < 8) return pages - 1;
  const unsigned log = floor_log2(pages);
  if (log < 6) return 7 + (log - 3) * 4 + (pages >> (log - 2) & 3);
  return log < 11 ? 13 + log : 24;
}
inline constexpr unsigned run_classes = 25;
static_assert(run_class(7) == 6 && run_class(63) == 18 && run_class(64) == 19 && run_class(2047) == 23 &&
              run_class(2048) == run_classes - 1);

enum class Kind : std::uint8_t {
  inside,    ///< no block or free run begins here: the rest of one, or never used. 0, as the table's pages begin
  elements,  ///< cut into elements of one bin
  run,       ///< first page of a live run of pages
  free_run,  ///< first page of a free run
  free_end,  ///< last page of a free run of two pages or more
};

/// A page's entry: byte offsets.
struct page_entry {
  static constexpr std::uint64_t what = 0;   ///< u32: What
  static constexpr std::uint64_t pages = 4;  ///< u32: run, free_run, free_end: pages of the run
  static constexpr std::uint64_t next = 4;   ///< u32: elements: the next page of the bin's list, or no_page
  static constexpr std::uint64_t prev = 8;   ///< u32: the one before
  static constexpr std::uint64_t map = 12;   ///< u32[]: elements: bit n set = element n is free
};

/// First word of an entry. Bits 0-2 Kind, 3-7 bin, 8-15 the lowest map word that may have a bit, 16-31 free elements.
struct What {
  std::uint32_t bits = 0;

  static constexpr What of(Kind kind, unsigned bin = 0, unsigned word = 0, unsigned nfree = 0) {
    return {static_cast<std::uint32_t>(kind) | bin << 3 | word << 8 | nfree << 16};
  }
  constexpr Kind kind() const { return static_cast<Kind>(bits & 7); }
  constexpr unsigned bin() const { return bits >> 3 & 31; }
  constexpr unsigned word() const { return bits >> 8 & 255; }
  constexpr unsigned nfree() const { return bits >> 16; }
};

/// Everything about the layout that follows from a pool's size. Plain data.
struct Geometry {
  static constexpr unsigned levels_max = 6;

  Addr base{};    ///< of the pool
  Addr table{};   ///< of its table
  Addr groups{};  ///< of group 0
  std::uint32_t pages = 0;
  std::uint32_t entry_bytes = 0;
  std::uint32_t group_bytes = 0;
  std::uint32_t levels = 0;                          ///< of a list, above the words in the groups
  std::uint32_t level_words = 0;                     ///< of all upper levels of one list
  std::array<std::uint32_t, levels_max> level_at{};  ///< level n (from 1): its first word among those of the list
  std::array<std::uint32_t, levels_max> words{};     ///< of level n, from 0
  unsigned page_shift = 12;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  Addr page(std::uint32_t p) const { return base + (std::uint64_t{p} << page_shift); }
  AddrRange range() const { return {base, std::uint64_t{pages} << page_shift}; }
  Addr group(std::uint32_t n) const { return groups + std::uint64_t{n} * group_bytes; }
  Addr entry(std::uint32_t p) const {
    return group(p / group_pages) + (4 * run_classes + std::uint64_t{p % group_pages} * entry_bytes);
  }
  std::uint32_t elements(unsigned bin) const { return static_cast<std::uint32_t>(page_bytes() / bin_sizes[bin]); }
  std::uint32_t map_words() const { return static_cast<std::uint32_t>(page_bytes() / bin_sizes[0] / 32); }
  std::uint64_t front_pages() const { return (groups - table + page_bytes() - 1) >> page_shift; }
  std::uint64_t table_bytes() const {
    return round_up(groups - table + div_ceil(pages, group_pages) * group_bytes, page_bytes());
  }
  /// Pages whose whole group lies in the first `table_pages` pages of the table.
  std::uint32_t described_by(std::uint64_t table_pages) const {
    const std::uint64_t n = ((table_pages << page_shift) - (groups - table)) / group_bytes * group_pages;
    return n < pages ? static_cast<std::uint32_t>(n) : pages;
  }
};

/// The layout for a pool of `pages` pages, addresses counted from 0: table 0, base 0.
inline Geometry lay_out(std::uint32_t pages, unsigned page_shift) {
  Geometry g;
  g.pages = pages;
  g.page_shift = page_shift;
  g.entry_bytes = static_cast<std::uint32_t>(page_entry::map) + 4 * g.map_words();
  g.group_bytes = 4 * run_classes + group_pages * g.entry_bytes;
  g.words[0] = static_cast<std::uint32_t>(div_ceil(pages, 32));
  while (g.words[g.levels] > 1) {
    ++g.levels;
    g.words[g.levels] = static_cast<std::uint32_t>(div_ceil(g.words[g.levels - 1], 32));
    g.level_at[g.levels] = g.level_words;
    g.level_words += g.words[g.levels];
  }
  g.groups = Addr{4 * std::uint64_t{run_classes} * g.level_words};
  return g;
}

inline Geometry placed(Geometry g, Addr base, Addr table) {
  g.base = base;
  g.groups = table + g.groups.v;
  g.table = table;
  return g;
}

}  // namespace kmemlab::beos
