#include "sim/observe/by_site.h"

#include <utility>

namespace kmemlab::sim {

BySite::BySite(SiteOf site_of, const MetricsWindow& window)
    : site_of_(std::move(site_of)), window_(window), inside_(window.from == 0), sites_(1) {}

Account& BySite::site(std::uint32_t number) {
  const std::size_t at = number == no_site ? 0 : std::size_t{number} + 1;
  if (at >= sites_.size()) sites_.resize(at + 1);
  return sites_[at];
}

void BySite::charge(Account& a) const {
  if (inside_) {
    const std::uint64_t dt = tick_ - a.since_tick;
    a.requested_ticks += static_cast<u128>(a.live_requested) * dt;
    a.granted_ticks += static_cast<u128>(a.live_granted) * dt;
  }
  a.since_tick = tick_;
}

void BySite::charge_all() {
  for (Account& a : sites_) charge(a);
  for (Account& a : sizes_) charge(a);
}

// A free that is refused leaves its block where it is: charged to the end, as in the ledger.
void BySite::on_completion(const Completion& c) {
  advance(c.tick);
  if (c.device) return;  // a handler's own: no call site of the trace asked for it
  if (c.action != Action::alloc) {
    if (c.ending != Ending::ok) return;
    const auto block = site_of_block_.take(c.id);
    if (!block) return;
    both(*block, c.requested, [&](Account& a) {
      charge(a);
      a.live_requested -= c.requested;
      a.live_granted -= c.granted;
    });
    return;
  }
  const bool counts = window_.has(c.event);
  const std::uint32_t number = site_of_(c.event);
  if (c.ending == Ending::ok && c.id != IdMap<std::uint32_t>::no_id) site_of_block_[c.id] = number;
  both(number, c.requested, [&](Account& a) {
    if (c.ending == Ending::ok) {
      charge(a);
      a.live_requested += c.requested;
      a.live_granted += c.granted;
    }
    if (!counts) return;
    ++a.requests;
    a.requested_bytes += c.requested;
    a.granted += c.ending == Ending::ok;
    a.failed += c.ending == Ending::failed;
    a.refused += c.ending == Ending::refused;
    if (c.ending == Ending::ok) a.granted_bytes += c.granted;
    if (c.ending == Ending::failed) a.failed_bytes += c.requested;
    if (c.ending == Ending::refused) a.refused_bytes += c.requested;
  });
}

void BySite::on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) {
  advance(tick);
  charge_all();
  inside_ = true;
}

void BySite::on_window_close(std::uint64_t tick, const RunFacts&) {
  advance(tick);
  charge_all();
  inside_ = false;
}

void BySite::on_unfinished(std::uint64_t event, std::uint64_t requested) {
  if (!window_.has(event)) return;
  both(site_of_(event), requested, [&](Account& a) {
    ++a.requests;
    ++a.unfinished;
    a.requested_bytes += requested;
  });
}

void BySite::on_end(std::uint64_t tick) {
  advance(tick);
  charge_all();
  inside_ = false;
}

}  // namespace kmemlab::sim
