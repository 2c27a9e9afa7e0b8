#include "sim/kernel/address_map.h"

#include <algorithm>

#include "core/base/digest.h"

namespace kmemlab::sim {

AddressMap::AddressMap(AddrRange arena, unsigned page_shift, std::uint64_t entries_max)
    : arena_(arena), page_shift_(page_shift), pages_(arena.bytes >> page_shift), free_pages_(pages_),
      entries_max_(entries_max) {
  if (pages_ > 0) gaps_.push_back({0, pages_});
}

bool AddressMap::take_entry(EntrySource* source) {
  if (source != nullptr) {
    if (!source->take()) return false;
  } else if (entries_used_ == entries_max_) {
    return false;
  }
  ++entries_used_;
  return true;
}

void AddressMap::give_entry(EntrySource* source) {
  --entries_used_;
  if (source != nullptr) source->give();
}

MapReply AddressMap::take(std::uint64_t pages, EntrySource* source) {
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(), [&](const Gap& g) { return g.pages >= pages; });
  if (gap == gaps_.end()) return {MapStatus::no_space, {}};
  // The new run lies at the gap's start: it joins the entry below, unless the gap is the arena's first pages, and the
  // entry above, if it fills the gap.
  const bool below = gap->start > 0;
  const bool above = gap->pages == pages && gap->start + pages < pages_;
  if (!below && !above && !take_entry(source)) return {MapStatus::no_entries, {}};
  if (below && above) give_entry(source);
  const Addr va = arena_.base + (gap->start << page_shift_);
  gap->start += pages;
  gap->pages -= pages;
  if (gap->pages == 0) gaps_.erase(gap);
  free_pages_ -= pages;
  return {MapStatus::ok, va};
}

MapReply AddressMap::take_between(Addr low, Addr high, std::uint64_t pages, EntrySource* source) {
  if (high < arena_.base || low >= arena_.end() || low > high) return {MapStatus::no_space, {}};
  const std::uint64_t first = low <= arena_.base ? 0 : (low - arena_.base) >> page_shift_;
  const std::uint64_t last = (high - arena_.base) >> page_shift_;
  const auto start_in = [&](const Gap& g) { return std::max(g.start, first); };
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(), [&](const Gap& g) {
    return g.start + g.pages > first && g.start + g.pages - start_in(g) >= pages;
  });
  if (gap == gaps_.end() || start_in(*gap) > last) return {MapStatus::no_space, {}};
  const std::uint64_t start = start_in(*gap);
  const std::uint64_t end = start + pages;
  const Gap rest{end, gap->start + gap->pages - end};
  const bool below = start == gap->start && start > 0;
  const bool above = rest.pages == 0 && end < pages_;
  if (!below && !above && !take_entry(source)) return {MapStatus::no_entries, {}};
  if (below && above) give_entry(source);
  gap->pages = start - gap->start;
  const auto after = gap->pages == 0 ? gaps_.erase(gap) : gap + 1;
  if (rest.pages > 0) gaps_.insert(after, rest);
  free_pages_ -= pages;
  return {MapStatus::ok, arena_.base + (start << page_shift_)};
}

bool AddressMap::give(Addr va, std::uint64_t pages, EntrySource* source) {
  const std::uint64_t start = (va - arena_.base) >> page_shift_;
  const auto next = std::upper_bound(gaps_.begin(), gaps_.end(), start,
                                     [](std::uint64_t at, const Gap& g) { return at < g.start; });
  const bool joins_next = next != gaps_.end() && next->start == start + pages;
  const bool joins_previous = next != gaps_.begin() && std::prev(next)->start + std::prev(next)->pages == start;
  const bool at_bottom = start == 0 || joins_previous;
  const bool at_top = start + pages == pages_ || joins_next;
  if (!at_bottom && !at_top && !take_entry(source)) return false;  // the middle of an entry: it splits in two
  if (at_bottom && at_top) give_entry(source);
  if (joins_previous && joins_next) {
    std::prev(next)->pages += pages + next->pages;
    gaps_.erase(next);
  } else if (joins_previous) {
    std::prev(next)->pages += pages;
  } else if (joins_next) {
    next->start = start;
    next->pages += pages;
  } else {
    gaps_.insert(next, {start, pages});
  }
  free_pages_ += pages;
  return true;
}

std::uint64_t AddressMap::largest_gap_pages() const {
  std::uint64_t largest = 0;
  for (const Gap& g : gaps_) largest = std::max(largest, g.pages);
  return largest;
}

bool AddressMap::taken(Addr va) const {
  if (!arena_.contains(va)) return false;
  const std::uint64_t page = (va - arena_.base) >> page_shift_;
  const auto next = std::upper_bound(gaps_.begin(), gaps_.end(), page,
                                     [](std::uint64_t at, const Gap& g) { return at < g.start; });
  return next == gaps_.begin() || std::prev(next)->start + std::prev(next)->pages <= page;
}

std::uint64_t AddressMap::digest() const {
  Digest d;
  d.add(arena_.base.v);
  d.add(arena_.bytes);
  d.add(entries_used_);
  for (const Gap& g : gaps_) {
    d.add(g.start);
    d.add(g.pages);
  }
  return d.value();
}

}  // namespace kmemlab::sim
