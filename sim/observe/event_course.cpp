#include "sim/observe/event_course.h"

#include <algorithm>
#include <utility>

#include "sim/kernel/kernel.h"

namespace kmemlab::sim {

namespace {

constexpr std::uint64_t credit_an_event = 2;  // words: some nanoseconds

void note(Band& band, std::uint64_t value) {
  band.min = std::min(band.min, value);
  band.max = std::max(band.max, value);
  band.last = value;
}

}  // namespace

EventCourse::EventCourse(EventRange expected, std::size_t buckets, const Ledger* ledger)
    : axis_(buckets, expected),
      now_(expected.from),
      bucket_end_(expected.from + axis_.width()),
      ledger_(ledger),
      next_sample_(expected.from) {
  buckets_.assign(1, flat());
}

void EventCourse::on_begin(const Kernel& kernel) {
  kernel_ = &kernel;
  page_shift_ = kernel.page_shift();
  fill_ = PageFill(kernel.arena(), page_shift_);
  frames_ = {kernel.ram_frames(), kernel.machine().free_frames(), kernel.frame_limits()};
  free_frames_ = frames_.free_least;
  buckets_.back().free_frames = {free_frames_, free_frames_, free_frames_};
}

void EventCourse::join(const Session& session) {
  on_begin(session.kernel());
  session.kernel().for_each_held_page([&](Addr page) {
    ++held_pages_;
    fill_.page_held(page);
  });
  session.for_each_metadata([&](AddrRange range) { on_metadata(range); });
  session.for_each_block([&](const HeldBlock& b) {
    requested_ += b.requested;
    granted_ += b.granted;
    fill_.block(b.address, b.granted, PageFill::Change::more);
  });
  session.for_each_waiting([&](const Waiting& w) { asleep_ += w.channel ? 1 : 0; });
  metadata_ = session.metadata_bytes();
  sparse_pages_ = static_cast<std::uint32_t>(fill_.sparse());
  buckets_.assign(1, flat());
}

CourseBucket EventCourse::flat() const {
  const auto value = [](std::uint64_t v) { return Band{v, v, v}; };
  CourseBucket b;
  b.held = value(held());
  b.requested = value(requested_);
  b.granted = value(granted_);
  b.metadata = value(metadata_);
  b.free = value(free());
  b.waste = value(waste());
  b.asleep = value(asleep_);
  b.free_frames = value(free_frames_);
  b.sparse_pages = sparse_pages_;
  return b;
}

void EventCourse::reach(std::uint64_t event) {
  now_.named(event);
  if (now_.event() >= bucket_end_) [[unlikely]]
    next_bucket();
}

void EventCourse::next_bucket() {
  while (axis_.outgrown_by(now_.event())) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < buckets_.size(); i += 2, ++out)
      buckets_[out] = i + 1 < buckets_.size() ? sim::both(buckets_[i], buckets_[i + 1]) : buckets_[i];
    buckets_.resize(out);
    axis_.fold();
  }
  const std::uint64_t at = axis_.bucket_of(now_.event());
  if (at >= buckets_.size()) buckets_.resize(at + 1, flat());
  bucket_end_ = axis_.range_of(at).to;
}

/// What a call changed counts from its end on.
void EventCourse::touch() {
  held_pages_ = held_pages_ + mapped_ - returned_;
  sparse_pages_ = static_cast<std::uint32_t>(fill_.sparse());
  CourseBucket& b = buckets_.back();
  note(b.held, held());
  note(b.requested, requested_);
  note(b.granted, granted_);
  note(b.metadata, metadata_);
  note(b.free, free());
  note(b.waste, waste());
  note(b.asleep, asleep_);
  if (kernel_ != nullptr) {
    free_frames_ = kernel_->machine().free_frames();
    frames_.free_least = std::min(frames_.free_least, free_frames_);
    frames_.limits = kernel_->frame_limits();
    note(b.free_frames, free_frames_);
  }
  b.sparse_pages = sparse_pages_;
  if (mapped_ == 0 && returned_ == 0) return;
  b.mapped += static_cast<std::uint32_t>(mapped_);
  b.returned += static_cast<std::uint32_t>(returned_);
  mapped_ = returned_ = 0;
}

void EventCourse::page_mapped(Addr page) {
  ++mapped_;
  fill_.page_held(page);
}

void EventCourse::page_unmapped(Addr page) {
  ++returned_;
  fill_.page_gone(page);
}

void EventCourse::on_completion(const Completion& c) {
  reach(c.event);
  CourseBucket& b = buckets_.back();
  if (c.ending == Ending::ok) {
    const bool gives = c.action == Action::alloc;
    requested_ = gives ? requested_ + c.requested : requested_ - c.requested;
    granted_ = gives ? granted_ + c.granted : granted_ - c.granted;
    fill_.block(c.address, c.granted, gives ? PageFill::Change::more : PageFill::Change::less);
  } else if (c.ending == Ending::failed) {
    ++b.failed;
  } else if (c.ending == Ending::refused) {
    ++b.refused;
  }
  metadata_ = c.metadata;
  touch();
  if (now_.event() >= next_sample_) [[unlikely]]
    take_sample();
}

void EventCourse::on_sleep(const SleepNote& note) {
  reach(note.event);
  ++asleep_;
  ++buckets_.back().sleeps;
  ++buckets_.back().sleeps_by[static_cast<unsigned>(note.cause)];
  touch();
}

void EventCourse::on_wake(const SleepNote& note) {
  reach(note.event);
  --asleep_;
  touch();
}

void EventCourse::on_end(std::uint64_t) {
  touch();
  kernel_ = nullptr;  // the run's machine may go now
}

// A walk reads all words of the occupancy: on large arenas samples come seldom enough to stay a small part of the run.
void EventCourse::take_sample() {
  const std::uint64_t event = now_.event();
  if (ledger_ == nullptr || kernel_ == nullptr) {
    next_sample_ = ~std::uint64_t{0};
    return;
  }
  const FramePool& pool = kernel_->machine().pool();
  const std::uint64_t words = ledger_->occupancy().words() + pool.frames() / 4;
  if (!samples_.empty()) credit_ += (event - samples_.back().event) * credit_an_event;
  if (words > credit_) {
    next_sample_ = event + (words - credit_) / credit_an_event + 1;
    return;
  }
  credit_ -= words;
  FragmentSample sample;
  sample.event = event;
  sample.largest_free_run = ledger_->occupancy().largest_free_run();
  const std::uint64_t free = ledger_->now().cached;
  if (free > 0) sample.external_permille = static_cast<std::uint32_t>(1000 - 1000 * sample.largest_free_run / free);
  sample.unusable_permille = pool.unusable_permille(FragmentSample::order);
  if (samples_.size() == samples_max) {
    for (std::size_t i = 0; i < samples_max / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(samples_max / 2);
    sample_every_ *= 2;
  }
  samples_.push_back(sample);
  next_sample_ = event + sample_every_;
}

CourseResult EventCourse::result() const {
  return {axis_, buckets_, samples_, std::uint64_t{1} << page_shift_, frames_};
}

}  // namespace kmemlab::sim
