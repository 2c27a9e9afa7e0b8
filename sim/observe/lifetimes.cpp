#include "sim/observe/lifetimes.h"

#include <algorithm>

namespace kmemlab::sim {

unsigned LifetimeGrid::size_class(std::uint64_t bytes) {
  return bytes <= 1 ? 0 : std::min(floor_log2(bytes - 1) + 1, lifetime_classes - 1);
}

void LifetimeGrid::count(std::uint64_t requested, std::uint64_t ticks) {
  Cell& cell = at(size_class(requested), lifetime_class(ticks));
  ++cell.blocks;
  cell.bytes += requested;
}

LifetimeTable::Part LifetimeTable::part(EventRange events) const {
  Part p;
  if (freed.empty() || events.to <= events.from) return p;
  const auto last = std::min<std::uint64_t>(axis.bucket_of(events.to - 1), freed.size() - 1);
  const auto first = std::min(axis.bucket_of(events.from), last);
  p.events = {axis.range_of(first).from, axis.range_of(last).to};
  p.grid = freed[static_cast<std::size_t>(last)];
  if (first == 0) return p;
  const LifetimeGrid& before = freed[static_cast<std::size_t>(first - 1)];
  for (std::size_t i = 0; i < p.grid.cells.size(); ++i) {
    p.grid.cells[i].blocks -= before.cells[i].blocks;
    p.grid.cells[i].bytes -= before.cells[i].bytes;
  }
  return p;
}

void Lifetimes::join(const Session& session) {
  tick_ = session.tick();
  session.for_each_block([&](const HeldBlock& b) {
    if (b.id != IdMap<Birth>::no_id) born_[b.id] = {tick_, b.requested};
  });
}

/// Moments before the one that has this event are over.
void Lifetimes::close_moments(std::uint64_t event) {
  while (axis_.outgrown_by(event)) {
    for (std::size_t i = 0; 2 * i + 1 < closed_.size(); ++i) closed_[i] = closed_[2 * i + 1];
    closed_.resize(closed_.size() / 2);
    axis_.fold();
  }
  while (closed_.size() < axis_.bucket_of(event)) closed_.push_back(freed_);
}

void Lifetimes::on_completion(const Completion& c) {
  tick_ = std::max(tick_, c.tick);
  now_.named(c.event);
  if (now_.event() - axis_.from() >= (closed_.size() + 1) * axis_.width()) close_moments(now_.event());
  if (c.ending != Ending::ok || c.id == IdMap<Birth>::no_id) return;
  if (c.action == Action::alloc) {
    born_[c.id] = {c.tick, c.requested};
  } else if (const auto birth = born_.take(c.id)) {
    freed_.count(c.requested, c.tick > birth->tick ? c.tick - birth->tick : 0);
  }
}

LifetimeTable Lifetimes::result() const {
  LifetimeTable t;
  t.axis = axis_;
  t.freed = closed_;
  t.freed.push_back(freed_);
  born_.for_each(
      [&](std::uint64_t, const Birth& b) { t.live.count(b.requested, tick_ > b.tick ? tick_ - b.tick : 0); });
  return t;
}

}  // namespace kmemlab::sim
