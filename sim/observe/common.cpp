#include "sim/observe/common.h"

#include <algorithm>
#include <bit>

namespace kmemlab::sim {

std::uint64_t BlockSet::size() const {
  std::uint64_t n = 0;
  for (const std::uint64_t word : words_) n += static_cast<unsigned>(std::popcount(word));
  return n;
}

void CommonLedger::on_completion(const Completion& c) {
  if (c.action == Action::alloc) {
    if (c.ending == Ending::ok) allocated({c.event, c.tick}, c.id, c.requested, c.granted);
  } else if (c.ending == Ending::ok || c.ending == Ending::refused) {
    freed(c.tick, c.id, c.requested, c.granted);
  }
}

void CommonLedger::advance(std::uint64_t tick) {
  if (tick <= tick_) return;
  if (inside_) {
    bytes_.requested_ticks += static_cast<u128>(live_requested_) * (tick - tick_);
    bytes_.granted_ticks += static_cast<u128>(live_granted_) * (tick - tick_);
  }
  tick_ = tick;
}

void CommonLedger::opens(std::uint64_t tick) {
  advance(tick);
  inside_ = true;
  bytes_.peak_requested = live_requested_;
  bytes_.peak_granted = live_granted_;
}

void CommonLedger::closes(std::uint64_t tick) {
  advance(tick);
  inside_ = false;
}

void CommonLedger::allocated(const Moment& at, std::uint64_t id, std::uint64_t requested, std::uint64_t granted) {
  if (!common_.has(id)) return;
  advance(at.tick);
  if (window_.has(at.event)) {
    bytes_.requested += requested;
    bytes_.granted += granted;
  }
  live_requested_ += requested;
  live_granted_ += granted;
  if (!inside_) return;
  bytes_.peak_requested = std::max(bytes_.peak_requested, live_requested_);
  bytes_.peak_granted = std::max(bytes_.peak_granted, live_granted_);
}

void CommonLedger::freed(std::uint64_t tick, std::uint64_t id, std::uint64_t requested, std::uint64_t granted) {
  if (!common_.has(id)) return;
  advance(tick);
  live_requested_ -= requested;
  live_granted_ -= granted;
}

}  // namespace kmemlab::sim
