// PageUse: see page_use.h.
#include "traces/import/page_use.h"

#include <algorithm>
#include <bit>

namespace kmemlab::traces {
namespace {

constexpr unsigned page_shift = 12;
constexpr std::uint8_t movable = 1;  // MIGRATE_MOVABLE (include/linux/mmzone.h) since 4.4; before: reclaimable
constexpr std::uint64_t kernel_half = 1ULL << 63;  // 64-bit kernels live in the upper half
constexpr std::uint16_t cpus_max = 4096;

bool usable(const RawRecord& raw) {
  return raw.pointer_text == RawPointer::known && raw.pointer >= kernel_half;
}

}  // namespace

void PageUse::record(const RawRecord& raw) {
  switch (raw.kind) {
    case RawKind::page_alloc:
      return page_alloc(raw);
    case RawKind::page_free:
      return page_free(raw.pfn);
    case RawKind::slab_alloc:
    case RawKind::slab_free:
      if (usable(raw)) block(raw);
      return;
    case RawKind::slab_realloc:
    case RawKind::lost:
    case RawKind::mark:
      return;
  }
}

void PageUse::page_alloc(const RawRecord& raw) {
  ++now_;
  verdicts_.append(PageVerdict::unknown);
  if (raw.pfn == no_pfn) return;
  if (raw.order > order_max) {
    ++totals_.undecided;
    return;
  }
  page_free(raw.pfn);  // whose free was lost
  const Run run{raw.pfn, now_, raw.order, raw.migratetype == movable, Kind::untouched};
  orders_seen_ |= 1U << run.order;
  runs_[run.pfn] = run;
  if (raw.cpu >= cpus_max) return;
  if (last_on_cpu_.size() <= raw.cpu) last_on_cpu_.resize(raw.cpu + 1U, Run{0, 0, order_max + 1, false, {}});
  last_on_cpu_[raw.cpu] = run;
}

PageUse::Run* PageUse::run_at(std::uint64_t pfn) {
  Run* youngest = nullptr;
  for (std::uint32_t left = orders_seen_; left != 0; left &= left - 1) {
    const int order = std::countr_zero(left);
    const auto found = runs_.find(pfn >> order << order);
    if (found == runs_.end() || found->second.order < order) continue;
    if (youngest == nullptr || found->second.born > youngest->born) youngest = &found->second;
  }
  return youngest;
}

/// Any free of a page ends its whole run: a run that was split is no slab's any more.
void PageUse::page_free(std::uint64_t pfn) {
  Run* const run = run_at(pfn);
  if (run == nullptr) return;
  close(*run);
  if (run->kind != Kind::untouched) slab_pages_ -= std::uint64_t{1} << run->order;
  runs_.erase(run->pfn);
  last_page_ = ~std::uint64_t{0};
}

void PageUse::close(const Run& run) {
  switch (run.kind) {
    case Kind::slab:
      ++totals_.slab;
      break;
    case Kind::large:
      ++totals_.large;
      break;
    case Kind::untouched:
      ++(run.movable && have_base_ ? totals_.other : totals_.undecided);
      break;
  }
  verdicts_.set(run.born - 1, verdict_of(run));
}

PageVerdict PageUse::verdict_of(const Run& run) const {
  switch (run.kind) {
    case Kind::slab:
      return PageVerdict::slab;
    case Kind::large:
      return PageVerdict::large;
    case Kind::untouched:
      break;
  }
  return run.movable && have_base_ ? PageVerdict::other : PageVerdict::unknown;
}

void PageUse::block(const RawRecord& raw) {
  const std::uint64_t granted = raw.kind == RawKind::slab_alloc ? raw.granted : 0;
  if (have_base_) return touch(raw.pointer, granted, now_);
  if (early_.size() < early_max) early_.push_back({raw.pointer, granted, now_});
  if (raw.kind == RawKind::slab_alloc) vote(raw);
}

void PageUse::vote(const RawRecord& raw) {
  if (raw.cpu >= last_on_cpu_.size()) return;
  Run& run = last_on_cpu_[raw.cpu];
  if (run.order > order_max) return;
  const std::uint64_t page = raw.pointer >> page_shift;
  const std::uint64_t inside = (page - run.pfn) & (pages_per_gib - 1);
  const bool hit = inside < std::uint64_t{1} << run.order && page >= run.pfn + inside;
  const std::uint64_t base = page - run.pfn - inside;
  run.order = order_max + 1;  // the first block after it decides; a run votes once
  if (!hit) return;
  for (Base& c : candidates_) {
    if (c.votes != 0 && c.pages != base) continue;
    c.pages = base;
    if (++c.votes < votes_needed) return;
    base_pages_ = base;
    have_base_ = true;
    return look_up_early();
  }
}

void PageUse::look_up_early() {
  for (const Early& e : early_) touch(e.pointer, e.granted, e.when);
  early_.clear();
  early_.shrink_to_fit();
}

/// `when`: the page events that had been seen. A run that is younger than the block is not the one that it was in.
void PageUse::touch(std::uint64_t pointer, std::uint64_t granted, std::uint64_t when) {
  const std::uint64_t page = pointer >> page_shift;
  if (page == last_page_ || page < base_pages_) return;
  Run* const run = run_at(page - base_pages_);
  if (run == nullptr || run->born > when) return;
  if (run->kind == Kind::untouched) {
    const std::uint64_t bytes = std::uint64_t{1} << (page_shift + run->order);
    const bool whole = granted == bytes && pointer == (base_pages_ + run->pfn) << page_shift;
    run->kind = whole && bytes > std::uint64_t{2} << page_shift ? Kind::large : Kind::slab;
    slab_pages_ += std::uint64_t{1} << run->order;
    totals_.slab_pages_peak = std::max(totals_.slab_pages_peak, slab_pages_);
  }
  last_page_ = page;
}

PageVerdicts PageUse::verdicts() const {
  PageVerdicts all = verdicts_;
  for (const auto& [pfn, run] : runs_) all.set(run.born - 1, verdict_of(run));  // each its own: order does not show
  return all;
}

PageUseTotals PageUse::totals() const {
  PageUse rest = *this;
  for (const auto& [pfn, run] : runs_) rest.close(run);  // sums only: their order does not show
  PageUseTotals t = rest.totals_;
  t.known = have_base_;
  t.slab_pages_end = slab_pages_;
  return t;
}

}  // namespace kmemlab::traces
