// TotalsCounter: see totals.h.
#include "traces/totals.h"

#include <algorithm>

namespace kmemlab::traces {
namespace {

/// What the identity digest calls an event. These numbers are part of the digest: never renumber.
std::uint64_t operation_code(const Event& e) {
  switch (e.op) {
    case Op::alloc:
      return 1;
    case Op::free:
      return e.free_kind == FreeKind::null_free ? 3 : 2;
    case Op::realloc:
      return 4;
    case Op::alloc_null:
      return 5;
    case Op::page_alloc:
      return 6;
    case Op::page_free:
      return 7;
    case Op::lost:
    case Op::mark:
      break;
  }
  return 0;
}

std::uint64_t text_hash(std::string_view text) {
  Digest d;
  d.add(text);
  return d.value();
}

template <class TextAt>
std::uint64_t cached_hash(std::vector<std::uint64_t>& hashes, Index i, TextAt text_at) {
  if (i == no_index) return 0;
  while (hashes.size() <= i) hashes.push_back(text_hash(text_at(static_cast<Index>(hashes.size()))));
  return hashes[i];
}

/// A flag per small number, set; true if it was not set before.
bool first_sight(std::vector<bool>& seen, std::size_t i) {
  if (seen.size() <= i) seen.resize(i + 1);
  if (seen[i]) return false;
  seen[i] = true;
  return true;
}

}  // namespace

void TotalsCounter::add(const Event& e) {
  if (t_.records == 0 && e.op != Op::lost) t_.tick_first = e.tick;
  t_.tick_last = e.tick;
  switch (e.op) {
    case Op::alloc:
    case Op::alloc_null:
      add_alloc(e);
      break;
    case Op::free:
      add_free(e);
      break;
    case Op::realloc:
      add_realloc(e);
      break;
    case Op::page_alloc:
    case Op::page_free:
      add_page(e);
      break;
    case Op::lost:
      t_.lost_events += e.requested;
      t_.lost_marks += e.requested == 0;
      break;
    case Op::mark:
      break;
  }
  if (e.op != Op::lost) {
    ++t_.records;
    t_.cpus += first_sight(cpus_seen_, e.cpu);
    if (e.task != no_index) t_.tasks += first_sight(tasks_seen_, e.task);
    if (e.name != no_index) {
      if (name_counts_.size() <= e.name) name_counts_.resize(e.name + std::size_t{1});
      ++name_counts_[e.name];
    }
    if (e.op != Op::mark) add_digests(e);
  }
  ++index_;
}

void TotalsCounter::close_block(Live& block) {
  live_requested_ -= block.requested;
  live_granted_ -= block.granted;
  --live_blocks_;
  block.occupied = false;
}

void TotalsCounter::add_alloc(const Event& e) {
  ++t_.allocs;
  t_.perf_kmem.requested += e.requested;
  t_.perf_kmem.allocated += e.granted;
  t_.bytes.requested += e.requested;
  t_.bytes.granted += e.granted;
  if (e.op == Op::alloc_null) {
    ++t_.alloc_nulls;
    t_.refused += e.requested > 0;
    return;
  }
  if (e.slot == no_slot) return;
  if (live_.size() <= e.slot) live_.resize(e.slot + std::size_t{1});
  Live& block = live_[e.slot];
  if (block.occupied) {
    ++t_.lost_free;
    close_block(block);
  }
  block = {e.requested, e.granted, true};
  live_requested_ += e.requested;
  live_granted_ += e.granted;
  ++live_blocks_;
  t_.peak_requested = std::max(t_.peak_requested, live_requested_);
  t_.peak_granted = std::max(t_.peak_granted, live_granted_);
  t_.peak_blocks = std::max(t_.peak_blocks, live_blocks_);
}

void TotalsCounter::add_free(const Event& e) {
  ++t_.frees;
  switch (e.free_kind) {
    case FreeKind::matched:
      ++t_.matched;
      if (e.slot < live_.size() && live_[e.slot].occupied) {
        t_.bytes.freed += live_[e.slot].granted;
        t_.perf_kmem.freed += live_[e.slot].granted;
        close_block(live_[e.slot]);
      }
      break;
    case FreeKind::unrecorded:
      ++t_.unrecorded;
      t_.perf_kmem.freed += e.granted;
      break;
    case FreeKind::before_trace:
      ++t_.before_trace;
      break;
    case FreeKind::null_free:
      ++t_.null_frees;
      break;
    case FreeKind::none:
      break;
  }
}

void TotalsCounter::add_realloc(const Event& e) {
  ++t_.reallocs;
  t_.bytes.requested += e.requested;
  t_.bytes.granted += e.granted;
  if (e.slot >= live_.size() || !live_[e.slot].occupied) return;
  Live& block = live_[e.slot];
  t_.bytes.freed += block.granted;
  live_requested_ += e.requested - block.requested;
  live_granted_ += e.granted - block.granted;
  block.requested = e.requested;
  block.granted = e.granted;
  t_.peak_requested = std::max(t_.peak_requested, live_requested_);
  t_.peak_granted = std::max(t_.peak_granted, live_granted_);
}

TotalsCounter::Page& TotalsCounter::page_at(std::uint64_t pfn) {
  if (pages_.empty()) pages_.resize(4096);
  const std::size_t mask = pages_.size() - 1;
  for (std::size_t i = mix64(pfn) & mask;; i = (i + 1) & mask) {
    if (pages_[i].pfn == pfn + 1 || pages_[i].pfn == 0) return pages_[i];
  }
}

void TotalsCounter::grow_pages() {
  std::vector<Page> old(pages_.size() * 2);
  old.swap(pages_);
  pages_used_ = 0;
  for (const Page& p : old) {
    if (!p.pfn || !(p.live || p.perf_live)) continue;  // what is freed need not be remembered
    page_at(p.pfn - 1) = p;
    ++pages_used_;
  }
}

/// A record beside mm_page_free, since 3.3: perf does not look at it. (mm_pagevec_free of before stands alone.)
bool TotalsCounter::is_batched(Index name) {
  if (name == no_index) return false;
  while (batched_names_.size() <= name)
    batched_names_.push_back(tables_.names[batched_names_.size()].ends_with("mm_page_free_batched"));
  return batched_names_[name];
}

void TotalsCounter::add_page(const Event& e) {
  const std::uint64_t pages = std::uint64_t{1} << std::min<unsigned>(e.order, 63);
  PerfPageTotals& perf = t_.pages.perf_kmem;
  if (e.op == Op::page_free) {
    t_.pages.freed_pages += pages;
    add_page_free(e, page_at(e.pfn));
    return;
  }
  ++t_.pages.allocs;
  ++perf.allocs.requests;
  perf.allocs.pages += pages;
  if (e.pfn == no_pfn) {
    ++t_.pages.failed;
    ++perf.failures.requests;
    perf.failures.pages += pages;
    return;
  }
  t_.pages.allocated_pages += pages;
  if (e.order < perf.orders && e.migratetype < perf.types) ++perf.by_order[e.order][e.migratetype];
  if (pages_.size() * 5 <= (pages_used_ + 1) * 8) grow_pages();
  Page& p = page_at(e.pfn);
  if (!p.pfn) ++pages_used_;
  t_.pages.live_at_end += !p.live;
  p = {e.pfn + 1, e.order, true, true};
}

void TotalsCounter::add_page_free(const Event& e, Page& p) {
  ++t_.pages.frees;
  if (!is_batched(e.name)) {
    PerfPageTotals& perf = t_.pages.perf_kmem;
    const std::uint64_t pages = std::uint64_t{1} << std::min<unsigned>(e.order, 63);
    ++perf.frees.requests;
    perf.frees.pages += pages;
    if (!p.perf_live) {
      ++perf.free_only.requests;
      perf.free_only.pages += pages;
    }
    p.perf_live = false;
  }
  if (!p.live) {
    ++t_.pages.unmatched;
    return;
  }
  ++(p.order == e.order ? t_.pages.matched : t_.pages.other_order);
  p.live = false;
  --t_.pages.live_at_end;
}

std::uint64_t TotalsCounter::cache_term(std::uint64_t event_index, Index cache) {
  const std::uint64_t h =
      cached_hash(cache_hash_, cache, [&](Index i) -> std::string_view { return tables_.caches[i]; });
  return mix64(h ^ mix64(event_index + 1));
}

void TotalsCounter::learn_cache(std::uint64_t event_index, Index cache) {
  cache_sum_ += cache_term(event_index, cache);
}

void TotalsCounter::add_digests(const Event& e) {
  const std::int32_t pid = e.task == no_index ? -1 : tables_.tasks[e.task].pid;
  const std::uint64_t who =
      operation_code(e) | std::uint64_t{e.cpu} << 8 | std::uint64_t{static_cast<std::uint32_t>(pid)} << 32;
  const bool page = e.op == Op::page_alloc || e.op == Op::page_free;
  const std::uint64_t what = page ? e.pfn : e.id;
  const std::uint64_t size = page ? e.order : e.requested;
  const std::uint64_t site =
      cached_hash(site_hash_, e.call_site, [&](Index i) -> std::string_view { return tables_.call_sites[i].name; });
  const std::uint64_t gfp =
      cached_hash(gfp_hash_, e.gfp, [&](Index i) -> std::string_view { return tables_.gfps[i].text; });
  const auto state = static_cast<std::uint64_t>(e.context) | static_cast<std::uint64_t>(e.cpu_state.irqs_off) << 8 |
                     static_cast<std::uint64_t>(e.cpu_state.preempt_off) << 16;
  for (const std::uint64_t word : {who, what, size, e.granted}) {
    identity_.add(word);
    full_.add(word);
  }
  for (const std::uint64_t word : {e.tick, state, gfp, site}) full_.add(word);
  if (e.cache != no_index) cache_sum_ += cache_term(index_, e.cache);
}

Totals TotalsCounter::totals() const {
  Totals t = t_;
  for (std::size_t i = 0; i < name_counts_.size(); ++i) {
    if (name_counts_[i]) t.events.push_back({tables_.names[i], name_counts_[i]});
  }
  std::sort(t.events.begin(), t.events.end(), [](const EventCount& a, const EventCount& b) { return a.name < b.name; });
  t.live_at_end = live_blocks_;
  t.digest = identity_.value();
  Digest full = full_;
  full.add(cache_sum_);
  t.digest_full = full.value();
  return t;
}

}  // namespace kmemlab::traces
