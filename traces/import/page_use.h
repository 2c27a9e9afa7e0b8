// Tells slab pages from other pages (report.md, "What an import settles"). A page is a slab's if pointers of blocks
// fall into it while it is allocated. For that a pointer must be turned into a page frame number: kernel memory is
// mapped in one piece, pointer = base + 4096 * pfn, and the base is a multiple of 1 GiB (x86-64 places it at a PUD,
// arm64 too).
//   base      An allocation that grows a slab shows as mm_page_alloc and then, on the same CPU, as a block inside those
//             pages. If pointer minus page is a multiple of 1 GiB, that is a vote; by chance 1 in 2^(18 - order). The
//             first base with three votes is taken.
//   before it Blocks seen before are kept, 65,536 at most, and looked up when it is found.
//   large     A kmalloc above the largest slab is its pages: granted bytes equal them, and it begins where they do.
//   movable   Migratetype 1. Before kernel 4.4 that number meant reclaimable: there a slab of which nothing was
//   recorded
//             would count among the others.
// Refuses to guess: hashed or 32-bit pointers, or a recording without page events, leave everything undecided.
// Runs of pages are naturally aligned, as the buddy system's are. Memory: about 64 bytes for each allocated run, 2
// bits for each page allocation.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traces/page_use.h"
#include "traces/page_verdicts.h"
#include "traces/readers/raw_record.h"

namespace kmemlab::traces {

class PageUse {
 public:
  void record(const RawRecord& raw);
  PageUseTotals totals() const;
  /// Of each page_alloc record so far, as if every run that is still allocated ended here.
  PageVerdicts verdicts() const;

 private:
  enum class Kind : std::uint8_t { untouched, slab, large };
  struct Run {
    std::uint64_t pfn = 0;
    std::uint64_t born = 0;  // page allocations up to and with its own
    std::uint8_t order = 0;
    bool movable = false;
    Kind kind = Kind::untouched;
  };
  struct Base {
    std::uint64_t pages = 0;  // base / 4096
    unsigned votes = 0;
  };
  struct Early {
    std::uint64_t pointer = 0, granted = 0, when = 0;
  };
  void page_alloc(const RawRecord& raw);
  void page_free(std::uint64_t pfn);
  /// The youngest allocated run that holds this page.
  Run* run_at(std::uint64_t pfn);
  void block(const RawRecord& raw);
  void vote(const RawRecord& raw);
  void touch(std::uint64_t pointer, std::uint64_t granted, std::uint64_t when);
  void close(const Run& run);
  PageVerdict verdict_of(const Run& run) const;
  void look_up_early();

  static constexpr std::size_t early_max = 65536;
  static constexpr unsigned votes_needed = 3;
  static constexpr std::uint64_t pages_per_gib = std::uint64_t{1} << 18;
  static constexpr unsigned order_max = 20;  // the kernel's own limit is 10 or so; a run above is not believed

  PageUseTotals totals_;
  PageVerdicts verdicts_;
  bool have_base_ = false;
  std::uint64_t base_pages_ = 0;
  std::array<Base, 8> candidates_{};
  std::vector<Run> last_on_cpu_;  // newest page_alloc of each CPU; order above order_max: none
  std::vector<Early> early_;
  std::uint64_t now_ = 0, slab_pages_ = 0;
  std::unordered_map<std::uint64_t, Run> runs_;  // by first page
  std::uint32_t orders_seen_ = 0;                // one bit an order: where run_at() has to look
  std::uint64_t last_page_ = ~std::uint64_t{0};  // a page that is known to be a slab's: blocks come in clusters
};

}  // namespace kmemlab::traces
