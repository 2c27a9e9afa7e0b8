// Asking what EventCourse collected.
#include <algorithm>
#include <utility>

#include "sim/observe/event_course.h"

namespace kmemlab::sim {

namespace {

Band join(const Band& a, const Band& b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max), b.last};
}

CourseBucket without_counts(CourseBucket b) {
  b.failed = b.refused = b.sleeps = b.mapped = b.returned = 0;
  b.sleeps_by = {};
  return b;
}

/// What lasts behind it.
CourseBucket after(CourseBucket b) {
  for (Band* band : {&b.held, &b.requested, &b.granted, &b.metadata, &b.free, &b.waste, &b.asleep, &b.free_frames})
    *band = {band->last, band->last, band->last};
  return without_counts(b);
}

}  // namespace

std::uint32_t waste_permille(const CourseBucket& bucket) {
  const std::uint64_t held = bucket.held.last;
  return held == 0 ? 0 : static_cast<std::uint32_t>(static_cast<u128>(bucket.waste.last) * 1000 / held);
}

std::uint32_t sparse_permille(const CourseBucket& bucket, std::uint64_t page_bytes) {
  const std::uint64_t pages = bucket.held.last / page_bytes;
  return pages == 0 ? 0 : static_cast<std::uint32_t>(std::uint64_t{bucket.sparse_pages} * 1000 / pages);
}

CourseBucket both(const CourseBucket& earlier, const CourseBucket& later) {
  CourseBucket b = later;
  b.held = join(earlier.held, later.held);
  b.requested = join(earlier.requested, later.requested);
  b.granted = join(earlier.granted, later.granted);
  b.metadata = join(earlier.metadata, later.metadata);
  b.free = join(earlier.free, later.free);
  b.waste = join(earlier.waste, later.waste);
  b.asleep = join(earlier.asleep, later.asleep);
  b.free_frames = join(earlier.free_frames, later.free_frames);
  for (unsigned c = 0; c < sleep_causes; ++c) b.sleeps_by[c] += earlier.sleeps_by[c];
  b.failed += earlier.failed, b.refused += earlier.refused, b.sleeps += earlier.sleeps;
  b.mapped += earlier.mapped, b.returned += earlier.returned;
  return b;
}

CourseResult::CourseResult(const EventAxis& axis, std::vector<CourseBucket> buckets,
                           std::vector<FragmentSample> samples, std::uint64_t page_bytes, const CourseFrames& frames)
    : axis_(axis), samples_(std::move(samples)), page_bytes_(page_bytes), frames_(frames) {
  levels_.front() = std::move(buckets);
  while (levels_.back().size() > fan_out) {
    const std::vector<CourseBucket>& below = levels_.back();
    std::vector<CourseBucket> level;
    level.reserve(below.size() / fan_out + 1);
    for (std::size_t i = 0; i < below.size(); ++i) {
      if (i % fan_out == 0) {
        level.push_back(below[i]);
      } else {
        level.back() = both(level.back(), below[i]);
      }
    }
    levels_.push_back(std::move(level));
  }
}

std::array<std::uint64_t, sleep_causes> CourseResult::sleeps_by_cause() const {
  std::array<std::uint64_t, sleep_causes> sleeps{};
  for (const CourseBucket& b : levels_.back()) {
    for (unsigned c = 0; c < sleep_causes; ++c) sleeps[c] += b.sleeps_by[c];
  }
  return sleeps;
}

/// @pre from < to <= buckets
CourseBucket CourseResult::sum(std::size_t from, std::size_t to) const {
  CourseBucket all = levels_.front()[from];
  ++from;
  while (from < to) {
    std::size_t level = 0;
    std::size_t step = 1;
    while (level + 1 < levels_.size() && from % (step * fan_out) == 0 && from + step * fan_out <= to) {
      ++level;
      step *= fan_out;
    }
    all = both(all, levels_[level][from / step]);
    from += step;
  }
  return all;
}

std::vector<CourseBucket> CourseResult::columns(EventRange range, std::size_t n) const {
  std::vector<CourseBucket> columns;
  const std::vector<CourseBucket>& all = levels_.front();
  if (all.empty() || range.to <= range.from || n == 0) return columns;
  columns.reserve(n);
  const u128 events = range.to - range.from;
  std::size_t counted = 0;  // buckets before this one have stood in a column
  for (std::size_t i = 0; i < n; ++i) {
    const auto from = range.from + static_cast<std::uint64_t>(events * i / n);
    const auto to = range.from + static_cast<std::uint64_t>(events * (i + 1) / n);
    const auto first = static_cast<std::size_t>(axis_.bucket_of(from));
    const auto last = static_cast<std::size_t>(axis_.bucket_of(std::max(to, from + 1) - 1));
    if (first >= all.size()) {
      columns.push_back(after(all.back()));
      continue;
    }
    const std::size_t end = std::min(last + 1, all.size());
    const std::size_t fresh = std::max(first, counted);
    CourseBucket b = fresh < end ? sum(fresh, end) : without_counts(all[first]);
    if (fresh < end && first < fresh) b = both(without_counts(all[first]), b);
    columns.push_back(b);
    counted = end;
  }
  return columns;
}

const CourseBucket* CourseResult::at(std::uint64_t event) const {
  const std::vector<CourseBucket>& all = levels_.front();
  if (all.empty()) return nullptr;
  return &all[std::min(static_cast<std::size_t>(axis_.bucket_of(event)), all.size() - 1)];
}

const FragmentSample* CourseResult::sample_at(std::uint64_t event) const {
  const auto behind = std::upper_bound(samples_.begin(), samples_.end(), event,
                                       [](std::uint64_t e, const FragmentSample& s) { return e < s.event; });
  return behind == samples_.begin() ? nullptr : &*std::prev(behind);
}

}  // namespace kmemlab::sim
