// The numbers of `kmemlab info`: counts, sums and digests of a trace, from its events alone and in their order. The
// importer and the container's reader feed the same TotalsCounter, so that a trace has the same totals before and after
// it was stored. report.md ("What an import settles") defines the fields.
//
// Conventions that the words alone leave open:
//   allocs  all slab allocation events, `alloc_nulls` among them.
//   frees   all slab free events = matched + before_trace + unrecorded + null_frees.
//   kmalloc(0) yields ZERO_SIZE_PTR (0x10), which is no block: it is an alloc_null with requested 0, its free a
//   null_free. Only alloc_nulls with requested > 0 are counted in `refused`.
//   records all events but Op::lost, which are places, not records.
//   reallocs are counted apart; their old size counts as freed, their new one as requested and granted.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "traces/event.h"
#include "traces/meta.h"
#include "traces/page_use.h"

namespace kmemlab::traces {

struct ByteTotals {
  std::uint64_t requested = 0;  ///< sum over allocations (and reallocs)
  std::uint64_t granted = 0;    ///< the same, as the recorded system rounded it
  std::uint64_t freed = 0;      ///< granted bytes of matched frees
  bool operator==(const ByteTotals&) const = default;
};

/// What `perf kmem stat --slab` prints: its rule forgets no pointer.
struct PerfKmemTotals {
  std::uint64_t requested = 0;
  std::uint64_t allocated = 0;
  std::uint64_t freed = 0;
  bool operator==(const PerfKmemTotals&) const = default;
};

/// What `perf kmem stat --page` prints, by its rule (tools/perf/builtin-kmem.c): an allocation replaces what is live at
/// its frame; a free of a live frame counts as alloc+freed (whatever its order: perf gives up where it differs);
/// mm_page_free_batched does not count.
struct PerfPageTotals {
  static constexpr std::size_t orders = 11;  ///< perf's MAX_PAGE_ORDER
  /// The migratetype's number is perf's column: what its first three are called depends on the recorded kernel.
  static constexpr std::size_t types = 5;
  struct Count {
    std::uint64_t requests = 0;
    std::uint64_t pages = 0;  ///< sum of 2^order
    constexpr bool operator==(const Count&) const = default;
  };
  Count allocs;  ///< failures among them
  Count frees;
  Count free_only;
  Count failures;
  std::array<std::array<std::uint64_t, types>, orders> by_order{};  ///< allocations that got their pages

  constexpr Count alloc_freed() const { return {frees.requests - free_only.requests, frees.pages - free_only.pages}; }
  /// No pages where frees had larger orders than their allocations had.
  constexpr Count alloc_only() const {
    const Count freed = alloc_freed();
    return {allocs.requests - freed.requests, allocs.pages > freed.pages ? allocs.pages - freed.pages : 0};
  }
  constexpr bool operator==(const PerfPageTotals&) const = default;
};

struct PageTotals {
  std::uint64_t allocs = 0;       ///< page_alloc events
  std::uint64_t failed = 0;       ///< of these, without a page
  std::uint64_t frees = 0;        ///< page_free events; a batched free has a record of its own behind mm_page_free
  std::uint64_t matched = 0;      ///< frees of a live pfn with the order of its allocation
  std::uint64_t other_order = 0;  ///< frees of a live pfn with another order (split blocks); they close it too
  std::uint64_t unmatched = 0;    ///< frees of a pfn that is not live
  std::uint64_t live_at_end = 0;
  std::uint64_t allocated_pages = 0;  ///< sum of 2^order
  std::uint64_t freed_pages = 0;
  PerfPageTotals perf_kmem;
  PageUseTotals use;  ///< filled in by the importer: a TotalsCounter sees no pointers
  bool operator==(const PageTotals&) const = default;
};

struct EventCount {
  std::string name;
  std::uint64_t count = 0;
  bool operator==(const EventCount&) const = default;
};

struct Totals {
  std::uint64_t records = 0;
  std::vector<EventCount> events;  ///< by name, in alphabetical order
  std::uint64_t cpus = 0;          ///< distinct CPUs that records name
  std::uint64_t tasks = 0;         ///< distinct tasks (pid and name) that records name
  std::uint64_t allocs = 0, frees = 0, reallocs = 0;
  std::uint64_t alloc_nulls = 0, refused = 0;
  std::uint64_t matched = 0, before_trace = 0, unrecorded = 0, null_frees = 0;
  std::uint64_t lost_free = 0, live_at_end = 0;
  std::uint64_t lost_events = 0, lost_marks = 0;  ///< known number; places with an unknown number
  ByteTotals bytes;
  std::uint64_t peak_requested = 0, peak_granted = 0;  ///< each the maximum of its own live sum
  std::uint64_t peak_blocks = 0;
  std::uint64_t tick_first = 0, tick_last = 0;
  PerfKmemTotals perf_kmem;
  PageTotals pages;
  std::uint64_t digest = 0;  ///< identity: op, id, requested, granted, cpu, pid (pfn and order for pages), in order
  std::uint64_t digest_full = 0;  ///< and tick, context, cpu state, flags, call site, cache
  bool operator==(const Totals&) const = default;
};

class TotalsCounter {
 public:
  /// `tables` is read while counting and must hold every index of an event by the time the event is added.
  explicit TotalsCounter(const Tables& tables) : tables_(tables) {}

  void add(const Event& event);
  /// As EventSink::learn_cache: makes digest_full what it would be had the event carried its cache.
  void learn_cache(std::uint64_t event_index, Index cache);
  /// Totals so far. May be called more than once.
  Totals totals() const;

 private:
  struct Live {
    std::uint64_t requested = 0, granted = 0;
    bool occupied = false;
  };
  struct Page {
    std::uint64_t pfn = 0;  // +1; 0 = never used
    std::uint8_t order = 0;
    bool live = false;
    bool perf_live = false;
  };
  void add_alloc(const Event& e);
  void add_free(const Event& e);
  void add_realloc(const Event& e);
  void add_page(const Event& e);
  void add_page_free(const Event& e, Page& page);
  bool is_batched(Index name);
  void add_digests(const Event& e);
  void close_block(Live& block);
  Page& page_at(std::uint64_t pfn);
  void grow_pages();
  std::uint64_t cache_term(std::uint64_t event_index, Index cache);

  const Tables& tables_;
  Totals t_;
  std::uint64_t index_ = 0;
  std::vector<std::uint64_t> name_counts_;
  std::vector<bool> cpus_seen_, tasks_seen_;
  std::vector<Live> live_;
  std::uint64_t live_requested_ = 0, live_granted_ = 0, live_blocks_ = 0;
  std::vector<bool> batched_names_;
  std::vector<Page> pages_;
  std::uint64_t pages_used_ = 0;
  Digest identity_, full_;
  std::uint64_t cache_sum_ = 0;  // commutative, since a cache may be learned late
  std::vector<std::uint64_t> site_hash_, cache_hash_, gfp_hash_;
};

}  // namespace kmemlab::traces
