// The course of a run along its events: what was held, live, wasted, free and asleep, as the least, the greatest and
// the last value of each bucket of events; and how often something happened there. A value lasts until it changes, so a
// bucket's least and greatest take in the value that it began with. Pages count from the end of the call that took or
// gave them back. Memory is bounded: 65,536 buckets.
// Beside them, at up to 1,024 moments, the indices that cost a walk over all pages or frames (FragmentSample).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/observe/event_axis.h"
#include "sim/observe/ledger.h"
#include "sim/observe/page_fill.h"
#include "sim/observe/series.h"

namespace kmemlab::sim {

/// Of the events of one bucket. Bytes, but for `asleep`, a number of requests, `free_frames`, and the counts.
struct CourseBucket {
  Band held, requested, granted, metadata;
  Band free;   ///< held and not granted, nor metadata
  Band waste;  ///< held and not requested
  Band asleep;
  Band free_frames;  ///< of the machine, after each call
  std::uint32_t failed = 0, refused = 0, sleeps = 0;
  std::uint32_t mapped = 0, returned = 0;  ///< pages
  std::array<std::uint32_t, sleep_causes> sleeps_by{};  ///< sleeps, by cause
  std::uint32_t sparse_pages = 0;          ///< held pages of which less than an eighth is live; at the bucket's end
  bool operator==(const CourseBucket&) const = default;
};
/// held but not requested, of held, at the bucket's end
std::uint32_t waste_permille(const CourseBucket& bucket);
/// held pages of which less than an eighth is live, of all held pages, at the bucket's end
std::uint32_t sparse_permille(const CourseBucket& bucket, std::uint64_t page_bytes);
/// Two neighbours in one.
CourseBucket both(const CourseBucket& earlier, const CourseBucket& later);

/// The indices of external fragmentation after one event, as the report has them for the peak.
struct FragmentSample {
  static constexpr unsigned order = 4;  ///< runs of 16 frames
  std::uint64_t event = 0;
  std::uint64_t largest_free_run = 0;                ///< bytes: free, inside held pages that adjoin
  std::uint32_t external_permille = 0;               ///< 1000 - 1000 * largest_free_run / free; 0 if nothing is free
  std::uint32_t unusable_permille = 0;  ///< free frames in runs that are too short for `order`, of all free frames
  bool operator==(const FragmentSample&) const = default;
};

/// The machine's frames, and its watermarks as far as the run came.
struct CourseFrames {
  std::uint64_t frames = 0;
  std::uint64_t free_least = 0;
  FrameLimits limits;
  bool operator==(const CourseFrames&) const = default;
};

/// What was collected, made for being asked: any range in as many columns as a picture has.
class CourseResult {
 public:
  CourseResult() = default;
  CourseResult(const EventAxis& axis, std::vector<CourseBucket> buckets, std::vector<FragmentSample> samples,
               std::uint64_t page_bytes, const CourseFrames& frames = {});

  const EventAxis& axis() const { return axis_; }
  const std::vector<CourseBucket>& buckets() const { return levels_.front(); }
  const std::vector<FragmentSample>& samples() const { return samples_; }
  std::uint64_t page_bytes() const { return page_bytes_; }
  const CourseFrames& frames() const { return frames_; }
  /// Sleeps on each cause, in all.
  std::array<std::uint64_t, sleep_causes> sleeps_by_cause() const;
  /// `n` equally wide columns of the events of a range. A bucket that reaches into several columns is counted in the
  /// first. Columns behind the last bucket hold its last values. Empty if there is no bucket, or no event in the range.
  std::vector<CourseBucket> columns(EventRange range, std::size_t n) const;
  /// The bucket that has this event, the last one for events behind it; null if there is none.
  const CourseBucket* at(std::uint64_t event) const;
  /// The last sample at or before `event`, or null.
  const FragmentSample* sample_at(std::uint64_t event) const;

 private:
  static constexpr std::size_t fan_out = 4;
  CourseBucket sum(std::size_t from, std::size_t to) const;

  EventAxis axis_;
  std::vector<std::vector<CourseBucket>> levels_{1};  ///< [k]: of fan_out^k buckets each
  std::vector<FragmentSample> samples_;
  std::uint64_t page_bytes_ = 4096;
  CourseFrames frames_;
};

class EventCourse final : public Observer {
 public:
  static constexpr std::size_t default_buckets = 65'536;
  static constexpr std::size_t samples_max = 1'024;

  /// `expected`: see EventAxis. `ledger`, if there is one, is told the same before this, and asked for the samples.
  explicit EventCourse(EventRange expected = {}, std::size_t buckets = default_buckets, const Ledger* ledger = nullptr);
  /// Joins a run that is under way.
  void join(const Session& session);

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_wake(const SleepNote& note) override;
  void on_metadata(AddrRange range) override { fill_.block(range.base, range.bytes, PageFill::Change::more); }
  void on_background(std::uint64_t) override { touch(); }
  void page_mapped(Addr page) override;
  void page_unmapped(Addr page) override;
  void on_end(std::uint64_t) override;

  CourseResult result() const;

 private:
  void reach(std::uint64_t event);
  void next_bucket();
  void touch();
  CourseBucket flat() const;
  void take_sample();
  std::uint64_t held() const { return held_pages_ << page_shift_; }
  /// Where calls overlap, a page may go before its last block's free is told.
  std::uint64_t free() const { return held() > granted_ + metadata_ ? held() - granted_ - metadata_ : 0; }
  std::uint64_t waste() const { return held() > requested_ ? held() - requested_ : 0; }

  EventAxis axis_;
  EventNow now_;
  std::uint64_t bucket_end_;
  const Ledger* ledger_;
  const Kernel* kernel_ = nullptr;
  unsigned page_shift_ = 12;
  CourseFrames frames_;
  std::uint64_t free_frames_ = 0;
  PageFill fill_;
  std::vector<CourseBucket> buckets_;
  std::uint64_t held_pages_ = 0, requested_ = 0, granted_ = 0, metadata_ = 0, asleep_ = 0;
  std::uint32_t sparse_pages_ = 0;
  std::uint64_t mapped_ = 0, returned_ = 0;  ///< since the last call ended
  std::vector<FragmentSample> samples_;
  std::uint64_t sample_every_ = 1;
  std::uint64_t next_sample_;
  std::uint64_t credit_ = std::uint64_t{1} << 18;  ///< words that samples may read, so that they stay a small part
};

}  // namespace kmemlab::sim
