// Where a heap keeps its own records: descriptor, page pool, lists and page table, all in guest memory at the front of
// the heap's area, so that a heap made inside another needs no memory from outside (shared/spec/aix_and_beos.md
// section 2.1, recommended). Field names of heap_t are those that IBM's debugger shows (section 1.5); offsets, the
// pool's record, the lists and the page entries are ours, since no document shows them.
//
//   front   [heap_t | heap_t of pinned_heap | pool | upper levels of the lists | group 0 | group 1 | ...]  whole pages
//   base    page 0, page 1, ... page numpages - 1
//
// A group describes 32 pages: one word of bits for each list (bit n: page 32 g + n is on it), then 32 page entries. The
// upper levels of a list are bitmaps too: a bit stands for a word below that is not 0, until one word is left. So the
// lowest page of a list above a given one is found in at most five words up and five down.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/addr.h"
#include "core/base/ints.h"

namespace kmemlab::aix {

inline constexpr std::uint32_t HEAP_SANITY = 0x48454150;  ///< "HEAP"
inline constexpr std::uint32_t no_page = 0x00FFFFFF;      ///< an empty list; so a heap has fewer pages than this
inline constexpr unsigned frag_min = 4;                   ///< smallest fragment 2^4 = 16 bytes
inline constexpr unsigned frag_max = 11;                  ///< largest 2^11 = 2048, on 8 KiB pages too
inline constexpr unsigned frag_classes = frag_max - frag_min + 1;
inline constexpr unsigned group_pages = 32;

/// Heap descriptor: byte offsets. Arrays have 12 entries, of which 4 to 11 are used.
struct heap_t {
  static constexpr std::uint64_t sanity = 0;     ///< u32: HEAP_SANITY
  static constexpr std::uint64_t alt = 4;        ///< u32: 1 = this descriptor's memory is pinned
  static constexpr std::uint64_t base = 8;       ///< u64: address of page 0
  static constexpr std::uint64_t amount = 16;    ///< u64: bytes granted and not freed
  static constexpr std::uint64_t numpages = 24;  ///< u32
  static constexpr std::uint64_t pinflag = 28;   ///< u32: as alt
  static constexpr std::uint64_t pagtot = 32;    ///< u32: pages that this descriptor has out of the pool (meaning ours)
  static constexpr std::uint64_t pagused = 36;   ///< u32: of them, pages of live page runs (meaning ours)
  static constexpr std::uint64_t frtot = 40;     ///< u32[12]: fragments that exist
  static constexpr std::uint64_t frused = 88;    ///< u32[12]: fragments that live
  static constexpr std::uint64_t fr = 136;       ///< u32[12]: lowest page with a free fragment, or no_page
  static constexpr std::uint64_t bytes = 184;
  static constexpr std::uint64_t frtot_of(unsigned k) { return frtot + 4 * k; }
  static constexpr std::uint64_t frused_of(unsigned k) { return frused + 4 * k; }
  static constexpr std::uint64_t fr_of(unsigned k) { return fr + 4 * k; }
};

/// The page pool of a heap: byte offsets.
struct page_pool {
  static constexpr std::uint64_t fresh = 0;   ///< u32: from this page on, none is used or has been since the last merge
  static constexpr std::uint64_t mapped = 4;  ///< u32: pages of the front that have frames (kernel_heap; else all)
  static constexpr std::uint64_t hint = 8;    ///< u32[12]: no free run of 2^k pages or more starts below; no_page: none
  static constexpr std::uint64_t bytes = 56;
  static constexpr std::uint64_t hint_of(unsigned k) { return hint + 4 * k; }
};
inline constexpr unsigned hints = 12;

/// A page entry: byte offsets. Bits of `what`: 0-6 Kind, 7 pinned, 8-15 fragment class, 16-31 free fragments.
struct page_entry {
  static constexpr std::uint64_t what = 0;   ///< u32
  static constexpr std::uint64_t pages = 4;  ///< u32: free run, its end, run: length; rest: distance to the first page
  static constexpr std::uint64_t map = 8;    ///< u32[page / 16 / 32]: bit n set = fragment n is free
};

enum class Kind : std::uint8_t {
  none,       ///< inside a free run, or fresh
  free_run,   ///< first page of a free run
  free_end,   ///< last page of a free run of two pages or more
  fragments,  ///< cut into fragments of one class
  run,        ///< first page of a live page run
  rest,       ///< another page of it
};

/// Everything about the layout that follows from an area's size. Plain data.
struct Geometry {
  Addr front{};
  Addr base{};
  Addr pool{};
  Addr index{};                ///< upper levels of the lists
  Addr table{};                ///< groups
  std::uint32_t numpages = 0;  ///< 0: the area is too small for a heap
  std::uint32_t front_pages = 0;
  std::uint32_t anchors = 1;      ///< descriptors: 2 for the pair kernel_heap and pinned_heap, else 1
  std::uint32_t lists = 0;        ///< a list for each class of each descriptor, and the starts of free runs
  std::uint32_t index_words = 0;  ///< of one list
  std::uint32_t levels = 0;
  std::array<std::uint32_t, 6> level_at{};  ///< level n (from 1): first word in the list's index
  std::array<std::uint32_t, 6> level_words{};
  std::uint32_t entry_bytes = 0;
  std::uint32_t group_bytes = 0;
  std::uint32_t page_shift = 12;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  Addr page(std::uint32_t p) const { return base + (std::uint64_t{p} << page_shift); }
  AddrRange pages() const { return {base, std::uint64_t{numpages} << page_shift}; }
  AddrRange area() const { return {front, (std::uint64_t{front_pages} + numpages) << page_shift}; }
  std::uint32_t page_of(Addr a) const { return static_cast<std::uint32_t>((a - base) >> page_shift); }
  std::uint32_t free_list() const { return lists - 1; }
  static constexpr std::uint32_t list_of(std::uint32_t anchor, unsigned k) {
    return anchor * frag_classes + k - frag_min;
  }
  Addr anchor(std::uint32_t n) const { return front + n * heap_t::bytes; }
  Addr group(std::uint32_t g) const { return table + std::uint64_t{g} * group_bytes; }
  Addr entry(std::uint32_t p) const {
    return group(p / group_pages) + 4 * lists + std::uint64_t{p % group_pages} * entry_bytes;
  }
  /// Pages of the front that are needed to describe the pages below `end`.
  std::uint32_t front_for(std::uint32_t end) const {
    const std::uint64_t used = (table - front) + div_ceil(end, group_pages) * group_bytes;
    return static_cast<std::uint32_t>(div_ceil(used, page_bytes()));
  }
};

/// The layout for `numpages` pages whose front starts at `front`; base and front_pages are what they come to.
inline Geometry lay_out_pages(Addr front, std::uint64_t numpages, std::uint32_t anchors, unsigned page_shift) {
  Geometry g;
  g.front = front;
  g.numpages = static_cast<std::uint32_t>(numpages);
  g.anchors = anchors;
  g.page_shift = page_shift;
  g.lists = anchors * frag_classes + 1;
  g.entry_bytes = static_cast<std::uint32_t>(page_entry::map + g.page_bytes() / 16 / 8);
  g.group_bytes = 4 * g.lists + group_pages * g.entry_bytes;
  std::uint64_t words = div_ceil(numpages, group_pages);
  do {
    words = div_ceil(words, 32);
    ++g.levels;
    g.level_at[g.levels] = g.index_words;
    g.level_words[g.levels] = static_cast<std::uint32_t>(words);
    g.index_words += static_cast<std::uint32_t>(words);
  } while (words > 1);
  g.pool = front + anchors * heap_t::bytes;
  g.index = g.pool + page_pool::bytes;
  g.table = g.index + round_up(std::uint64_t{4} * g.lists * g.index_words, 8);
  g.front_pages = g.front_for(g.numpages);
  g.base = front + (std::uint64_t{g.front_pages} << page_shift);
  return g;
}

/// The layout of an area of `pages` pages: as many of them as possible are the heap's. numpages 0 if none are left.
inline Geometry lay_out(Addr area, std::uint64_t pages, std::uint32_t anchors, unsigned page_shift) {
  std::uint64_t fits = 0;
  std::uint64_t above = pages < no_page ? pages : no_page;  // never fits: the front takes a page at least
  while (above - fits > 1) {
    const std::uint64_t middle = fits + (above - fits) / 2;
    if (middle + lay_out_pages(area, middle, anchors, page_shift).front_pages <= pages) {
      fits = middle;
    } else {
      above = middle;
    }
  }
  return fits == 0 ? Geometry{} : lay_out_pages(area, fits, anchors, page_shift);
}

}  // namespace kmemlab::aix
