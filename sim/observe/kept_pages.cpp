#include "sim/observe/kept_pages.h"

#include <algorithm>

#include "sim/kernel/kernel.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

void KeptPages::on_begin(const Kernel& kernel) {
  base_ = kernel.arena().base;
  page_shift_ = kernel.page_shift();
}

void KeptPages::join(const Session& session) {
  on_begin(session.kernel());
  tick_ = session.tick();
  session.kernel().for_each_held_page([&](Addr page) { page_mapped(page); });
  session.for_each_metadata([&](AddrRange range) { on_metadata(range); });
  session.for_each_block([&](const HeldBlock& b) { block(b.address, b.granted, Change::more); });
  settle();
}

KeptPages::Page& KeptPages::page_at(std::uint64_t index) {
  if (index >= pages_.size()) pages_.resize(index + 1);
  return pages_[index];
}

void KeptPages::block_long(std::uint64_t from, std::uint64_t bytes, Change change) {
  const std::uint64_t end = from + bytes;
  const std::uint64_t page_mask = (std::uint64_t{1} << page_shift_) - 1;
  while (from < end) {
    const std::uint64_t stop = std::min(end, (from | page_mask) + 1);
    change_live(page_at(from >> page_shift_), static_cast<std::uint32_t>(stop - from), change);
    from = stop;
  }
}

void KeptPages::count(const Page& p, Change change) {
  const int c = std::bit_width(p.live);
  change == Change::more ? ++in_class_[c] : --in_class_[c];
  live_[c] = change == Change::more ? live_[c] + p.live : live_[c] - p.live;
}

void KeptPages::set_held(Addr page, bool held) {
  const std::uint64_t index = (page - base_) >> page_shift_;
  Page& p = page_at(index);
  if (counts(p)) count(p, Change::less);
  p.held = held;
  p.went |= !held;
  if (!held) p.table = false;
  if (counts(p)) count(p, Change::more);
  touched_.push_back(index);
}

// Tables take whole pages in every system that has them in its arena. The same range is told again when it grows.
void KeptPages::on_metadata(AddrRange range) {
  if (range.bytes == 0) return;
  const std::uint64_t end = (range.end() - base_ - 1) >> page_shift_;
  for (std::uint64_t index = (range.base - base_) >> page_shift_; index <= end; ++index) {
    Page& p = page_at(index);
    if (p.table) continue;
    if (counts(p)) count(p, Change::less);
    p.table = true;
    touched_.push_back(index);
  }
}

void KeptPages::settle() {
  for (const std::uint64_t index : touched_) judge(pages_[index]);
  touched_.clear();
  if (inside_) stats_.most = std::max(stats_.most, kept_now_);
}

void KeptPages::judge(Page& p) {
  const bool free = counts(p) && p.live == 0;
  if (p.kept && (p.went || !free)) {
    book(p, p.went ? Ended::returned : Ended::used);
    p.kept = false;
    --kept_now_;
  }
  p.went = false;
  if (!free || p.kept) return;
  p.kept = true;
  p.since_tick = tick_;
  ++kept_now_;
  if (touched_.empty() && inside_) stats_.most = std::max(stats_.most, kept_now_);
}

void KeptPages::book(const Page& p, Ended how) {
  if (!inside_) return;
  const std::uint64_t ticks = tick_ - p.since_tick;
  ++stats_.times;
  ++(how == Ended::returned ? stats_.returned : how == Ended::used ? stats_.used : stats_.at_end);
  stats_.page_ticks += ticks;
  stats_.ticks_max = std::max(stats_.ticks_max, ticks);
  ++stats_.histogram[ticks == 0 ? 0 : floor_log2(ticks)];
}

void KeptPages::on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) {
  advance(tick);
  settle();
  inside_ = true;
  for (Page& p : pages_) {
    if (p.kept) p.since_tick = tick_;
  }
  stats_.most = kept_now_;
}

void KeptPages::close(std::uint64_t tick) {
  advance(tick);
  settle();
  for (const Page& p : pages_) {
    if (p.kept) book(p, Ended::still_kept);
  }
  fill_at_end_ = fill();
  inside_ = false;
  closed_ = true;
}

void KeptPages::on_books_closed(const Session& session) {
  if (explained_ || !closed_) return;
  explained_ = true;
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    if (!pages_[i].kept) continue;
    const PageRule rule = session.page_rule(base_ + (std::uint64_t{i} << page_shift_));
    ++stats_.by_rule[static_cast<unsigned>(rule.code)];
  }
}

PageFillStats KeptPages::fill() const {
  PageFillStats stats;
  for (unsigned c = 0; c < PageFillStats::classes; ++c) {
    stats.pages[c] = in_class_[c];
    stats.free_bytes[c] = (in_class_[c] << page_shift_) - live_[c];
  }
  return stats;
}

}  // namespace kmemlab::sim
