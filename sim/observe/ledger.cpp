#include "sim/observe/ledger.h"

#include <algorithm>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

void Ledger::on_begin(const Kernel& kernel) {
  kernel_ = &kernel;
  page_shift_ = kernel.page_shift();
  occupancy_.emplace(kernel.arena(), page_shift_);
}

void Ledger::advance(std::uint64_t tick) {
  if (!began_) [[unlikely]] {
    began_ = true;
    tick_ = held_since_ = tick;
  }
  if (tick <= tick_) return;
  const std::uint64_t dt = tick - tick_;
  tick_ = tick;
  requested_ticks_ += static_cast<u128>(live_requested_) * dt;
  granted_ticks_ += static_cast<u128>(live_granted_) * dt;
  if (metadata_ != 0) metadata_ticks_ += static_cast<u128>(metadata_) * dt;
  if (leaked_granted_ != 0) {
    report_.leaked_ticks.requested += static_cast<u128>(leaked_requested_) * dt;
    report_.leaked_ticks.granted += static_cast<u128>(leaked_granted_) * dt;
  }
}

// Pages that a call took or gave back count from the call's end on. Held pages change seldom: summed only then.
void Ledger::settle_pages() {
  if (settled_pages_ == held_pages_) return;
  held_page_ticks_ += static_cast<u128>(settled_pages_) * (tick_ - held_since_);
  held_since_ = tick_;
  settled_pages_ = held_pages_;
}

HeldParts<std::uint64_t> Ledger::now() const {
  HeldParts<std::uint64_t> p;
  p.held = held_pages_ << page_shift_;
  p.requested = live_requested_;
  p.internal = live_granted_ - live_requested_;
  p.metadata = metadata_;
  p.cached = p.held - live_granted_ - metadata_;
  return p;
}

void Ledger::book_alloc(const Completion& c) {
  ++report_.requests;
  report_.bytes.requested += c.requested;
  if (c.sleeps > 0 && c.ending == Ending::ok) ++report_.slept;
  switch (c.ending) {
    case Ending::ok:
      ++report_.granted;
      report_.bytes.granted += c.granted;
      live_requested_ += c.requested;
      live_granted_ += c.granted;
      report_.bytes.peak_requested = std::max(report_.bytes.peak_requested, live_requested_);
      report_.bytes.peak_granted = std::max(report_.bytes.peak_granted, live_granted_);
      occupancy_->block_live(c.address, c.granted);
      break;
    case Ending::failed:
      ++report_.failed;
      ++report_.failed_by[static_cast<unsigned>(c.reason)];
      report_.bytes.failed += c.requested;
      departs(c.event);
      break;
    case Ending::refused:
      ++report_.refused;
      ++report_.violations[static_cast<unsigned>(c.reason)];
      report_.bytes.refused += c.requested;
      departs(c.event);
      break;
    case Ending::skipped:
      break;
  }
}

void Ledger::book_free(const Completion& c) {
  if (c.ending == Ending::refused) {
    ++report_.refused_frees;
    ++report_.free_violations[static_cast<unsigned>(c.reason)];
    report_.bytes.leaked += c.granted;
    leaked_requested_ += c.requested;
    leaked_granted_ += c.granted;
    departs(c.event);
    return;
  }
  if (c.ending != Ending::ok) {
    ++report_.skipped_frees;
    return;
  }
  ++(c.implied ? report_.implied_frees : report_.frees);
  live_requested_ -= c.requested;
  live_granted_ -= c.granted;
  occupancy_->block_free(c.address, c.granted);
}

void Ledger::new_peak(const Completion& c) {
  report_.pages.peak = held_pages_;
  report_.at_peak = now();
  report_.peak_event = c.event;
  report_.peak_tick = c.tick;
  occupancy_->mark_moment();
  peak_pool_ = kernel_->machine().pool();
}

void Ledger::on_completion(const Completion& c) {
  advance(c.tick);
  if (c.action == Action::alloc) {
    book_alloc(c);
  } else {
    book_free(c);
  }
  metadata_ = c.metadata;
  settle_pages();
  report_.lag_ticks_max = std::max(report_.lag_ticks_max, c.lag_ticks);
  if (held_pages_ > report_.pages.peak) new_peak(c);
}

void Ledger::on_sleep(const SleepNote& note) {
  advance(note.tick);
  settle_pages();
  ++report_.blocking.sleeps;
  ++report_.blocking.by_cause[static_cast<unsigned>(note.cause)];
  departs(note.event);
}

void Ledger::on_wake(const SleepNote& note) {
  SleepStats& b = report_.blocking;
  b.ticks_total += note.slept_ticks;
  b.ticks_max = std::max(b.ticks_max, note.slept_ticks);
  ++b.histogram[note.slept_ticks == 0 ? 0 : floor_log2(note.slept_ticks)];
}

void Ledger::page_mapped(Addr page) {
  ++held_pages_;
  ++report_.pages.mapped;
  occupancy_->page_held(page);
}

void Ledger::page_unmapped(Addr page) {
  --held_pages_;
  ++report_.pages.returned;
  occupancy_->page_gone(page);
}

void Ledger::on_end(std::uint64_t tick) {
  advance(tick);
  held_page_ticks_ += static_cast<u128>(settled_pages_) * (tick_ - held_since_);
  const Machine& machine = kernel_->machine();
  const Counters counters = machine.counters();
  report_.interrupts_off = {machine.raised_ticks().sum, machine.raised_ticks().max};
  report_.accesses = {counters.loads, counters.stores, counters.tlb_misses, counters.table_reads};
  kernel_ = nullptr;  // the run's machine may go now
}

Report Ledger::finish(const RunFacts& facts) {
  Report& r = report_;
  r.pages.end = held_pages_;
  r.byte_ticks.held = held_page_ticks_ << page_shift_;
  r.byte_ticks.requested = requested_ticks_;
  r.byte_ticks.internal = granted_ticks_ - requested_ticks_;
  r.byte_ticks.metadata = metadata_ticks_;
  r.byte_ticks.cached = r.byte_ticks.held - granted_ticks_ - metadata_ticks_;
  if (r.pages.peak > 0) {
    r.largest_free_run = occupancy_->moment_largest_free_run();
    if (r.at_peak.cached > 0) r.external_permille = 1000 - 1000 * r.largest_free_run / r.at_peak.cached;
    for (unsigned order = 0; order < report_orders; ++order) {
      r.unusable_permille[order] = peak_pool_->unusable_permille(order);
    }
  }
  r.requests += facts.asleep_at_end;
  r.bytes.requested += facts.asleep_bytes;
  r.bytes.asleep = facts.asleep_bytes;
  r.asleep_at_end = facts.asleep_at_end;
  r.unmatched_frees = facts.unmatched_frees;
  r.blocking.deadlock = facts.deadlock;
  r.deferred_frees = facts.deferred_frees;
  r.thread_runs = facts.thread_runs;
  r.blocking.atomic_slept = facts.atomic_slept;
  r.lock_ticks = facts.lock_ticks;
  r.call_ticks = facts.call_ticks;
  r.digest = facts.digest;
  r.stopped = facts.stopped;
  return r;
}

}  // namespace kmemlab::sim
