#include "sim/observe/waste.h"

#include <algorithm>
#include <utility>

#include "sim/kernel/kernel.h"
#include "sim/observe/by_site.h"

namespace kmemlab::sim {

namespace {

constexpr unsigned granule_shift = 3;

constexpr unsigned index_of(WasteReason reason) {
  return static_cast<unsigned>(reason);
}

}  // namespace

const char* name_of(WasteReason reason) {
  switch (reason) {
    case WasteReason::internal:
      return "internal";
    case WasteReason::leaked:
      return "leaked";
    case WasteReason::free_in_used_page:
      return "free_in_used_page";
    case WasteReason::free_page_kept:
      return "free_page_kept";
    case WasteReason::never_used:
      return "never_used";
    case WasteReason::metadata:
      return "metadata";
  }
  return "?";
}

Waste::Waste(AskerOf asker_of, const MetricsWindow& window)
    : asker_of_(std::move(asker_of)), window_(window), inside_(window.from == 0), accounts_(1) {}

void Waste::on_begin(const Kernel& kernel) {
  base_ = kernel.arena().base;
  page_shift_ = kernel.page_shift();
}

void Waste::advance(std::uint64_t tick) {
  tick_ = std::max(tick_, tick);
}

void Waste::charge(Account& a) {
  const std::uint64_t dt = tick_ - a.since_tick;
  a.since_tick = tick_;
  if (!inside_ || dt == 0) return;
  for (unsigned r = 0; r < waste_reasons; ++r) a.ticks[r] += static_cast<u128>(a.bytes[r]) * dt;
}

void Waste::charge_all() {
  for (Account& a : accounts_) charge(a);
}

void Waste::change(WasteReason reason, Owner owner, std::uint64_t bytes, bool more) {
  if (bytes == 0) return;
  Account& a = accounts_[owner];
  charge(a);
  std::uint64_t& of_owner = a.bytes[index_of(reason)];
  std::uint64_t& of_all = now_[index_of(reason)];
  of_owner = more ? of_owner + bytes : of_owner - bytes;
  of_all = more ? of_all + bytes : of_all - bytes;
}

Waste::Owner Waste::owner_of(const Asker& asker) {
  const unsigned size_class = BySite::size_class(asker.requested);
  const std::uint64_t key = std::uint64_t{asker.site} << 8 | size_class;
  const auto [at, added] = owner_of_asker_.try_emplace(key, static_cast<Owner>(accounts_.size()));
  if (added) {
    accounts_.emplace_back();
    accounts_.back().site = asker.site;
    accounts_.back().size_class = size_class;
    accounts_.back().since_tick = tick_;
  }
  return at->second;
}

WasteReason Waste::reason_of(const Page& page, Use use) {
  if (use == Use::never) return WasteReason::never_used;
  return page.live_granules != 0 ? WasteReason::free_in_used_page : WasteReason::free_page_kept;
}

void Waste::take(Page& page, std::size_t from, std::size_t end, Use use, Owner owner) {
  while (from < end) {
    const Granule old = page.granules[from];
    std::size_t stop = from;
    for (; stop < end && page.granules[stop] == old; ++stop) page.granules[stop] = granule(use, owner);
    if (old.use() == Use::never || old.use() == Use::free) {
      change(reason_of(page, old.use()), old.owner(), (stop - from) << granule_shift, false);
    }
    from = stop;
  }
}

void Waste::move(const Page& page, WasteReason from, WasteReason to) {
  for (std::size_t i = 0; i < page.granules.size();) {
    const Granule first = page.granules[i];
    std::size_t stop = i;
    while (stop < page.granules.size() && page.granules[stop] == first) ++stop;
    if (first.use() == Use::free) {
      change(from, first.owner(), (stop - i) << granule_shift, false);
      change(to, first.owner(), (stop - i) << granule_shift, true);
    }
    i = stop;
  }
}

template <class F>
void Waste::for_each_part(Addr at, std::uint64_t bytes, F f) {
  const std::uint64_t page_granules = std::uint64_t{1} << (page_shift_ - granule_shift);
  std::uint64_t first = (at - base_) >> granule_shift;
  const std::uint64_t end = first + (bytes >> granule_shift);
  while (first < end) {
    const std::uint64_t page = first / page_granules;
    const std::uint64_t stop = std::min(end, (page + 1) * page_granules);
    if (page >= pages_.size()) return;
    if (pages_[page]) f(*pages_[page], first % page_granules, first % page_granules + (stop - first));
    first = stop;
  }
}

void Waste::map(Addr at, Owner by) {
  const std::uint64_t page = (at - base_) >> page_shift_;
  if (page >= pages_.size()) pages_.resize(page + 1);
  pages_[page] = std::make_unique<Page>();
  pages_[page]->granules.assign(std::size_t{1} << (page_shift_ - granule_shift), granule(Use::never, by));
  change(WasteReason::never_used, by, std::uint64_t{1} << page_shift_, true);
}

void Waste::unmap(Addr at) {
  const std::uint64_t page = (at - base_) >> page_shift_;
  if (page >= pages_.size() || !pages_[page]) return;
  take(*pages_[page], 0, pages_[page]->granules.size(), Use::table, 0);
  pages_[page].reset();
}

void Waste::settle(Owner by) {
  for (const PageChange& c : changes_) {
    if (c.mapped) {
      map(c.page, by);
    } else {
      unmap(c.page);
    }
  }
  changes_.clear();
}

// Tables only grow into what nobody had: a range told again changes nothing.
void Waste::mark_tables() {
  for (const AddrRange& range : tables_) {
    for_each_part(range.base, range.bytes,
                  [&](Page& page, std::size_t from, std::size_t end) { take(page, from, end, Use::table, 0); });
  }
  tables_.clear();
}

void Waste::begin_block(const Completion& c, Owner owner) {
  for_each_part(c.address, c.granted, [&](Page& page, std::size_t from, std::size_t end) {
    if (page.live_granules == 0) move(page, WasteReason::free_page_kept, WasteReason::free_in_used_page);
    page.live_granules += end - from;
    take(page, from, end, Use::live, owner);
  });
  change(WasteReason::internal, owner, c.granted - c.requested, true);
}

void Waste::end_block(const Completion& c, Owner owner) {
  change(WasteReason::internal, owner, c.granted - c.requested, false);
  for_each_part(c.address, c.granted, [&](Page& page, std::size_t from, std::size_t end) {
    take(page, from, end, Use::free, owner);
    change(WasteReason::free_in_used_page, owner, (end - from) << granule_shift, true);
    page.live_granules -= end - from;
    if (page.live_granules == 0) move(page, WasteReason::free_in_used_page, WasteReason::free_page_kept);
  });
}

namespace {

/// Blocks of devices have no id; no id is as large as these.
std::uint64_t key_of(const Completion& c) { return c.device ? ~c.address.v : c.id; }

}  // namespace

void Waste::on_completion(const Completion& c) {
  advance(c.tick);
  if (c.action == Action::alloc) {
    const Owner owner = owner_of({asker_of_(c.event).site, c.requested});
    settle(owner);
    mark_tables();
    if (c.ending == Ending::ok) {
      owner_of_block_[key_of(c)] = owner;
      begin_block(c, owner);
    }
  } else {
    const auto block = owner_of_block_.find(key_of(c));
    if (block != owner_of_block_.end() && c.ending == Ending::refused) {
      change(WasteReason::internal, block->second, c.granted - c.requested, false);
      change(WasteReason::leaked, block->second, c.granted, true);
    } else if (block != owner_of_block_.end() && c.ending == Ending::ok) {
      end_block(c, block->second);  // before its pages go: they were live until now
    }
    if (block != owner_of_block_.end() && c.ending != Ending::skipped) owner_of_block_.erase(block);
    settle(0);
    mark_tables();
  }
  const std::uint64_t tables = now_[index_of(WasteReason::metadata)];
  if (c.metadata >= tables) {
    change(WasteReason::metadata, 0, c.metadata - tables, true);
  } else {
    change(WasteReason::metadata, 0, tables - c.metadata, false);
  }
}

void Waste::on_sleep(const SleepNote& note) {
  advance(note.tick);
  if (!changes_.empty()) settle(owner_of(asker_of_(note.event)));
}

void Waste::on_background(std::uint64_t tick) {
  advance(tick);
  settle(0);
}

void Waste::on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) {
  advance(tick);
  settle(0);
  charge_all();
  inside_ = true;
}

void Waste::on_window_close(std::uint64_t tick, const RunFacts&) {
  advance(tick);
  settle(0);
  charge_all();
  inside_ = false;
}

void Waste::on_end(std::uint64_t tick) {
  advance(tick);
  charge_all();
  inside_ = false;
}

std::vector<Waste::Cell> Waste::cells() const {
  std::vector<Cell> cells;
  for (const Account& a : accounts_) {
    if (std::any_of(a.ticks.begin(), a.ticks.end(), [](u128 n) { return n != 0; })) {
      cells.push_back({a.site, a.size_class, a.ticks});
    }
  }
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair(a.site, a.size_class) < std::pair(b.site, b.size_class);
  });
  return cells;
}

}  // namespace kmemlab::sim
