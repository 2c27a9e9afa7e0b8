// The course of a run over simulated time, for drawings: live requested and granted bytes, held bytes and sleeping
// requests as the least, the greatest and the last value of each bucket; pages mapped and returned, failures, refusals
// and sleeps as counts. Memory is bounded whatever the length of the trace: when time outgrows the buckets, neighbours
// are folded and a bucket holds twice the time. With a metrics window it shows the time of the window only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

/// A value that lasts until it changes, inside one bucket.
struct Band {
  std::uint64_t min = 0, max = 0, last = 0;
  bool operator==(const Band&) const = default;
};

/// Bytes; `asleep` is a number of requests. The counts are of what happened in the bucket.
struct SeriesBucket {
  Band requested, granted, held, asleep;
  std::uint64_t mapped = 0, returned = 0;  ///< pages
  std::uint64_t failed = 0, refused = 0, sleeps = 0;
  std::array<std::uint64_t, sleep_causes> sleeps_by{};  ///< sleeps, by cause
  Band free_frames;                                     ///< of the machine, after the calls of the bucket
  bool operator==(const SeriesBucket&) const = default;
};

class Series final : public Observer {
 public:
  static constexpr std::size_t default_buckets = 512;

  /// A first event of its kind.
  struct Moment {
    std::uint64_t event = 0, tick = 0;
  };

  /// Time begins at `first_tick`, or where the window opens. `buckets` is the greatest number kept, at least 2 and
  /// even.
  explicit Series(std::uint64_t first_tick, const MetricsWindow& window = {}, std::size_t buckets = default_buckets);

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_wake(const SleepNote& note) override;
  void on_background(std::uint64_t tick) override { advance(tick); }
  void page_mapped(Addr) override { ++mapped_; }
  void page_unmapped(Addr) override { ++returned_; }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts& so_far) override;
  void on_end(std::uint64_t tick) override;

  std::uint64_t first_tick() const { return first_tick_; }
  std::uint64_t last_tick() const { return last_tick_; }
  /// Bucket n covers the ticks from first_tick + n * bucket_ticks on.
  std::uint64_t bucket_ticks() const { return bucket_ticks_; }
  const std::vector<SeriesBucket>& buckets() const { return buckets_; }
  /// The machine's, when the run ended. @pre it has begun
  std::uint64_t frames() const { return frames_; }
  const FrameLimits& frame_limits() const { return limits_; }
  const std::optional<Moment>& first_failure() const { return first_failure_; }
  const std::optional<Moment>& first_refusal() const { return first_refusal_; }
  const std::optional<Moment>& first_sleep() const { return first_sleep_; }

 private:
  void begin(std::uint64_t tick);
  void advance(std::uint64_t tick);
  void fold();
  void touch();
  void close(std::uint64_t tick);
  SeriesBucket flat() const;

  std::size_t buckets_max_;
  bool inside_;
  const Kernel* kernel_ = nullptr;
  std::uint64_t frames_ = 0, free_frames_ = 0;
  FrameLimits limits_;
  unsigned page_shift_ = 12;
  std::uint64_t first_tick_, last_tick_;  ///< of what is shown
  std::uint64_t tick_;
  std::uint64_t bucket_ticks_ = 1;
  std::vector<SeriesBucket> buckets_;
  std::uint64_t requested_ = 0, granted_ = 0, held_pages_ = 0, asleep_ = 0;
  std::uint64_t mapped_ = 0, returned_ = 0;  ///< pages since the last event: they count from its end on
  std::optional<Moment> first_failure_, first_refusal_, first_sleep_;
};

}  // namespace kmemlab::sim
