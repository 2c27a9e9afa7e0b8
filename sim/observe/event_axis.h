// A run drawn along its event numbers, in a bounded number of buckets of equally many events. When the events outgrow
// the buckets, neighbours are folded and a bucket holds twice as many. Whoever knows how many events will come says so,
// and nothing is ever folded.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/ints.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

/// Events [from, to).
struct EventRange {
  std::uint64_t from = 0, to = 0;
  bool operator==(const EventRange&) const = default;
};

class EventAxis {
 public:
  EventAxis() = default;
  /// At most `buckets`, an even number. `expected`: the events that will come; to = from if that is not known.
  EventAxis(std::size_t buckets, EventRange expected)
      : from_(expected.from),
        width_(std::max<std::uint64_t>(div_ceil(expected.to - expected.from, buckets), 1)),
        buckets_(buckets) {}

  std::uint64_t from() const { return from_; }
  /// Events of one bucket.
  std::uint64_t width() const { return width_; }
  std::size_t buckets_max() const { return buckets_; }
  std::uint64_t bucket_of(std::uint64_t event) const { return event < from_ ? 0 : (event - from_) / width_; }
  EventRange range_of(std::uint64_t bucket) const { return {from_ + bucket * width_, from_ + (bucket + 1) * width_}; }
  bool outgrown_by(std::uint64_t event) const { return bucket_of(event) >= buckets_; }
  void fold() { width_ *= 2; }
  bool operator==(const EventAxis&) const = default;

 private:
  std::uint64_t from_ = 0;
  std::uint64_t width_ = 1;
  std::size_t buckets_ = 2;
};

/// The event that is under way: the latest that was named. What was told before any was named belongs to the first.
/// Pages that a call took or gave back are told before their call's event is named.
class EventNow {
 public:
  explicit EventNow(std::uint64_t first = 0) : event_(first) {}
  std::uint64_t event() const { return event_; }
  void named(std::uint64_t event) { event_ = std::max(event_, event); }

 private:
  std::uint64_t event_;
};

}  // namespace kmemlab::sim
