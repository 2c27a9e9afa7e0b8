// What the pages of a recording were used for, as far as it shows. Counts, filled in by the importer, who alone sees
// pointers; after an edit (slice, filter) they are unknown.
#pragma once

#include <cstdint>

namespace kmemlab::traces {

struct PageUseTotals {
  std::uint64_t known = 0;            ///< 1: pointers could be told from page frames (the direct map's base was found)
  std::uint64_t slab = 0;             ///< page_alloc events whose pages then held blocks
  std::uint64_t large = 0;            ///< whose pages are one kmalloc of their own, above the largest slab
  std::uint64_t other = 0;            ///< movable pages: no slab lies in those
  std::uint64_t undecided = 0;        ///< the rest: no recorded block was in them, though one might have been
  std::uint64_t slab_pages_peak = 0;  ///< most pages (of slab and large) held at one time
  std::uint64_t slab_pages_end = 0;   ///< still held when the recording ends
  bool operator==(const PageUseTotals&) const = default;
};

}  // namespace kmemlab::traces
