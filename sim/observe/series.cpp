#include "sim/observe/series.h"

#include <algorithm>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

Band both(const Band& a, const Band& b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max), b.last};
}

void note(Band& band, std::uint64_t value) {
  band = {std::min(band.min, value), std::max(band.max, value), value};
}

}  // namespace

Series::Series(std::uint64_t first_tick, const MetricsWindow& window, std::size_t buckets)
    : buckets_max_(buckets),
      inside_(window.from == 0),
      first_tick_(first_tick),
      last_tick_(first_tick),
      tick_(first_tick) {
  buckets_.reserve(buckets_max_);
  if (inside_) begin(first_tick);
}

SeriesBucket Series::flat() const {
  const auto value = [](std::uint64_t v) { return Band{v, v, v}; };
  SeriesBucket b;
  b.requested = value(requested_);
  b.granted = value(granted_);
  b.held = value(held_pages_ << page_shift_);
  b.asleep = value(asleep_);
  b.free_frames = value(free_frames_);
  return b;
}

void Series::begin(std::uint64_t tick) {
  first_tick_ = last_tick_ = tick;
  buckets_.assign(1, flat());
}

void Series::fold() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < buckets_.size(); i += 2, ++out) {
    SeriesBucket b = buckets_[i];
    if (i + 1 < buckets_.size()) {
      const SeriesBucket& next = buckets_[i + 1];
      b.requested = both(b.requested, next.requested);
      b.granted = both(b.granted, next.granted);
      b.held = both(b.held, next.held);
      b.asleep = both(b.asleep, next.asleep);
      b.mapped += next.mapped, b.returned += next.returned;
      b.failed += next.failed, b.refused += next.refused, b.sleeps += next.sleeps;
      b.free_frames = both(b.free_frames, next.free_frames);
      for (unsigned c = 0; c < sleep_causes; ++c) b.sleeps_by[c] += next.sleeps_by[c];
    }
    buckets_[out] = b;
  }
  buckets_.resize(out);
  bucket_ticks_ *= 2;
}

// Pages that a call took or gave back count from the call's end on, as in the ledger.
void Series::advance(std::uint64_t tick) {
  tick_ = std::max(tick_, tick);
  if (inside_) {
    last_tick_ = tick_;
    while ((last_tick_ - first_tick_) / bucket_ticks_ >= buckets_max_) fold();
    const std::uint64_t at = (last_tick_ - first_tick_) / bucket_ticks_;
    if (at >= buckets_.size()) buckets_.resize(at + 1, flat());
  }
  if (mapped_ == 0 && returned_ == 0) return;
  held_pages_ += mapped_;
  held_pages_ -= returned_;
  if (inside_) {
    buckets_.back().mapped += mapped_;
    buckets_.back().returned += returned_;
    touch();
  }
  mapped_ = returned_ = 0;
}

void Series::touch() {
  SeriesBucket& b = buckets_.back();
  note(b.requested, requested_);
  note(b.granted, granted_);
  note(b.held, held_pages_ << page_shift_);
  note(b.asleep, asleep_);
  if (kernel_ == nullptr) return;
  free_frames_ = kernel_->machine().free_frames();
  note(b.free_frames, free_frames_);
}

void Series::on_begin(const Kernel& kernel) {
  page_shift_ = kernel.page_shift();
  kernel_ = &kernel;
  frames_ = free_frames_ = kernel.ram_frames();
  if (!buckets_.empty()) buckets_.back().free_frames = {free_frames_, free_frames_, free_frames_};
}

void Series::on_completion(const Completion& c) {
  advance(c.tick);
  if (c.ending == Ending::ok) {
    const bool gives = c.action == Action::alloc;
    requested_ = gives ? requested_ + c.requested : requested_ - c.requested;
    granted_ = gives ? granted_ + c.granted : granted_ - c.granted;
  }
  if (!inside_) return;
  if (c.ending == Ending::failed) {
    ++buckets_.back().failed;
    if (!first_failure_) first_failure_ = {c.event, c.tick};
  } else if (c.ending == Ending::refused) {
    ++buckets_.back().refused;
    if (!first_refusal_) first_refusal_ = {c.event, c.tick};
  }
  touch();
}

void Series::on_sleep(const SleepNote& sleep) {
  advance(sleep.tick);
  ++asleep_;
  if (!inside_) return;
  ++buckets_.back().sleeps;
  ++buckets_.back().sleeps_by[static_cast<unsigned>(sleep.cause)];
  if (!first_sleep_) first_sleep_ = {sleep.event, sleep.tick};
  touch();
}

void Series::on_wake(const SleepNote& wake) {
  advance(wake.tick);
  --asleep_;
  if (inside_) touch();
}

void Series::on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) {
  advance(tick);
  inside_ = true;
  begin(tick_);
}

void Series::close(std::uint64_t tick) {
  advance(tick);
  inside_ = false;
}

void Series::on_window_close(std::uint64_t tick, const RunFacts&) {
  close(tick);
}

void Series::on_end(std::uint64_t tick) {
  if (kernel_ != nullptr) limits_ = kernel_->frame_limits();
  kernel_ = nullptr;  // the run's machine may go now
  if (inside_) close(tick);
}

}  // namespace kmemlab::sim
