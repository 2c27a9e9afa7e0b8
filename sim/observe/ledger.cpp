#include "sim/observe/ledger.h"

#include <algorithm>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

void Ledger::on_begin(const Kernel& kernel) {
  kernel_ = &kernel;
  page_shift_ = kernel.page_shift();
  occupancy_.emplace(kernel.arena(), page_shift_);
  kept_.on_begin(kernel);
}

void Ledger::join(const Session& session) {
  on_begin(session.kernel());
  kept_.join(session);
  session.kernel().for_each_held_page([&](Addr page) {
    ++held_pages_;
    occupancy_->page_held(page);
  });
  session.for_each_metadata([&](AddrRange range) { occupancy_->block_live(range.base, range.bytes); });
  metadata_ = session.metadata_bytes();
  session.for_each_block([&](const HeldBlock& b) {
    live_requested_ += b.requested;
    live_granted_ += b.granted;
    if (b.holding == Holding::lost) {
      leaked_requested_ += b.requested;
      leaked_granted_ += b.granted;
    }
    occupancy_->block_live(b.address, b.granted);
  });
  settled_pages_ = held_pages_;
  began_ = true;
  tick_ = held_since_ = session.tick();
}

void Ledger::advance(std::uint64_t tick) {
  if (!began_) [[unlikely]] {
    began_ = true;
    tick_ = held_since_ = tick;
  }
  if (tick <= tick_) return;
  const std::uint64_t dt = tick - tick_;
  tick_ = tick;
  if (!inside_) [[unlikely]]
    return;
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
  if (inside_) held_page_ticks_ += static_cast<u128>(settled_pages_) * (tick_ - held_since_);
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
  if (window_.has(c.event)) count_alloc(c);
  if (c.ending == Ending::failed || c.ending == Ending::refused) departs(c.event);
  if (c.ending != Ending::ok) return;
  live_requested_ += c.requested;
  live_granted_ += c.granted;
  occupancy_->block_live(c.address, c.granted);
  if (!inside_) return;
  report_.bytes.peak_requested = std::max(report_.bytes.peak_requested, live_requested_);
  report_.bytes.peak_granted = std::max(report_.bytes.peak_granted, live_granted_);
}

void Ledger::count_alloc(const Completion& c) {
  ++report_.requests;
  report_.bytes.requested += c.requested;
  if (c.sleeps > 0 && c.ending == Ending::ok) ++report_.slept;
  switch (c.ending) {
    case Ending::ok:
      ++report_.granted;
      report_.bytes.granted += c.granted;
      break;
    case Ending::failed:
      ++report_.failed;
      ++report_.failed_by[static_cast<unsigned>(c.reason)];
      report_.failed_nowait[static_cast<unsigned>(c.reason)] += c.nowait;
      report_.bytes.failed += c.requested;
      break;
    case Ending::refused:
      ++report_.refused;
      ++report_.violations[static_cast<unsigned>(c.reason)];
      report_.bytes.refused += c.requested;
      break;
    case Ending::skipped:
      break;
  }
}

void Ledger::book_free(const Completion& c) {
  const bool counts = window_.has(c.event);
  if (c.ending == Ending::refused) {
    if (counts) {
      ++report_.refused_frees;
      ++report_.free_violations[static_cast<unsigned>(c.reason)];
      report_.bytes.leaked += c.granted;
    }
    leaked_requested_ += c.requested;
    leaked_granted_ += c.granted;
    departs(c.event);
    return;
  }
  if (c.ending != Ending::ok) {
    report_.skipped_frees += counts;
    return;
  }
  (c.implied ? report_.implied_frees : report_.frees) += counts;
  live_requested_ -= c.requested;
  live_granted_ -= c.granted;
  occupancy_->block_free(c.address, c.granted);
}

void Ledger::new_peak(std::uint64_t event, std::uint64_t tick) {
  report_.pages.peak = held_pages_;
  report_.at_peak = now();
  report_.peak_event = event;
  report_.peak_tick = tick;
  report_.fill_at_peak = kept_.fill();
  occupancy_->mark_moment();
  peak_pool_ = kernel_->machine().pool();
}

void Ledger::on_completion(const Completion& c) {
  advance(c.tick);
  last_event_ = c.event;
  if (c.action == Action::alloc) {
    book_alloc(c);
  } else {
    book_free(c);
  }
  metadata_ = c.metadata;
  kept_.on_completion(c);
  settle_pages();
  if (window_.has(c.event)) report_.lag_ticks_max = std::max(report_.lag_ticks_max, c.lag_ticks);
  if (held_pages_ > report_.pages.peak && inside_) new_peak(c.event, c.tick);
}

void Ledger::on_sleep(const SleepNote& note) {
  advance(note.tick);
  settle_pages();
  departs(note.event);
  if (!window_.has(note.event)) return;
  ++report_.blocking.sleeps;
  ++report_.blocking.by_cause[static_cast<unsigned>(note.cause)];
}

void Ledger::on_wake(const SleepNote& note) {
  if (!window_.has(note.event)) return;
  SleepStats& b = report_.blocking;
  const unsigned length = note.slept_ticks == 0 ? 0 : floor_log2(note.slept_ticks);
  b.ticks_total += note.slept_ticks;
  b.ticks_max = std::max(b.ticks_max, note.slept_ticks);
  ++b.histogram[length];
  SleepStats::OfCause& of_cause = b.of_cause[static_cast<unsigned>(note.cause)];
  of_cause.ticks_total += note.slept_ticks;
  of_cause.ticks_max = std::max(of_cause.ticks_max, note.slept_ticks);
  ++of_cause.histogram[length];
}

void Ledger::page_mapped(Addr page) {
  ++held_pages_;
  report_.pages.mapped += inside_;
  occupancy_->page_held(page);
  kept_.page_mapped(page);
}

void Ledger::page_unmapped(Addr page) {
  --held_pages_;
  report_.pages.returned += inside_;
  occupancy_->page_gone(page);
  kept_.page_unmapped(page);
}

void Ledger::on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) {
  advance(tick);
  settle_pages();
  inside_ = opened_ = true;
  held_since_ = tick_;
  kept_.on_window_open(event, tick, so_far);
  before_ = so_far;
  counters_before_ = kernel_->machine().counters();
  raised_before_ = kernel_->machine().raised_ticks().sum;
  report_.bytes.peak_requested = live_requested_;
  report_.bytes.peak_granted = live_granted_;
  if (held_pages_ > 0) new_peak(event, tick_);
}

void Ledger::on_window_close(std::uint64_t tick, const RunFacts& so_far) {
  after_ = so_far;
  over_ = true;
  close(tick);
}

void Ledger::close(std::uint64_t tick) {
  advance(tick);
  settle_pages();
  held_page_ticks_ += static_cast<u128>(settled_pages_) * (tick_ - held_since_);
  kept_.on_window_close(tick, after_);
  if (held_pages_ > report_.pages.peak)
    new_peak(last_event_, tick_);  // a thread of the system, or who sleeps now, took some
  inside_ = false;
  report_.pages.end = held_pages_;
  const Machine& machine = kernel_->machine();
  const Counters c = machine.counters();
  report_.interrupts_off = {machine.raised_ticks().sum - raised_before_, machine.raised_max_of_part()};
  report_.accesses = {c.loads - counters_before_.loads, c.stores - counters_before_.stores,
                      c.tlb_misses - counters_before_.tlb_misses, c.table_reads - counters_before_.table_reads};
}

void Ledger::on_unfinished(std::uint64_t event, std::uint64_t requested) {
  if (!window_.has(event)) return;
  ++report_.requests;
  ++report_.asleep_at_end;
  report_.bytes.requested += requested;
  report_.bytes.asleep += requested;
}

void Ledger::on_end(std::uint64_t tick) {
  if (inside_) close(tick);
  kernel_ = nullptr;  // the run's machine may go now
}

Report Ledger::finish(const RunFacts& facts) {
  Report& r = report_;
  r.kept = kept_.stats();
  r.fill_at_end = kept_.fill_at_end();
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
  if (!opened_) before_ = facts;  // the run stopped ahead of the window
  const RunFacts& then = over_ ? after_ : facts;
  r.unmatched_frees = then.unmatched_frees - before_.unmatched_frees;
  r.deferred_frees = then.deferred_frees - before_.deferred_frees;
  r.thread_runs = then.thread_runs - before_.thread_runs;
  r.blocking.atomic_slept = then.atomic_slept - before_.atomic_slept;
  r.lock_ticks = then.lock_ticks - before_.lock_ticks;
  r.call_ticks = then.call_ticks - before_.call_ticks;
  r.blocking.deadlock = facts.deadlock;
  r.wait_graph = facts.wait_graph;
  r.digest = facts.digest;
  r.frames = facts.frames;
  r.stopped = facts.stopped;
  r.fault = facts.fault;
  r.interrupts = facts.interrupts;
  return r;
}

}  // namespace kmemlab::sim
