// How the difference of one metric between two runs came about: its course over the events, told by decisions alone, so
// that a run of another build can be followed too. Levels (held bytes), counts, and levels summed over time. Time is
// the trace's: an event counts from its arrival on, where the metric itself counts from the end of the call, so sums
// over time differ a little from the metric's. Points in between are on a straight line, and so are exact. Of very long
// courses every second point is dropped, again and again: memory is bounded.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/numbers.h"
#include "sim/observe/decisions.h"
#include "sim/replay/window.h"

namespace kmemlab::check {

/// What one side's decisions add up to.
struct Tally {
  std::int64_t held = 0, mapped = 0, returned = 0;  ///< bytes held, pages
  std::int64_t live_requested = 0, live_granted = 0, tables = 0;
  std::int64_t granted = 0, granted_bytes = 0, failed = 0, refused = 0, refused_frees = 0, sleeps = 0;

  /// Counts are of what the window has, and pages if `inside`.
  void add(const sim::EventDecisions& group, std::uint64_t page_bytes, const sim::MetricsWindow& window, bool inside);
  std::int64_t cached() const { return held - live_granted - tables; }
};

/// What a metric is of the level that is followed. Each side's peak has a moment of its own and is no level that the
/// course ends with: of it only the place is told where the levels are farthest apart.
enum class Follows : std::uint8_t { level, over_time, peak };

/// A metric that can be followed.
struct Followed {
  const char* metric;
  Follows as;
  std::int64_t (*level)(const Tally&);
  const char* unit;
};
/// Null if there is none of that name.
const Followed* find_followed(std::string_view metric);
std::vector<std::string> followed_metrics();

class Course {
 public:
  Course(const Followed& followed, const sim::MetricsWindow& window) : followed_(followed), window_(window) {}

  /// Both tallies as they are after event `event`, which arrived at `tick`.
  void add(std::uint64_t event, std::uint64_t tick, const Tally& a, const Tally& b);
  /// No event later than `tick` counts.
  void end(std::uint64_t tick);

  struct Place {
    std::uint64_t event = 0;  ///< the last one that changed anything, at or before the place
    std::uint64_t tick = 0;
    i128 difference = 0;  ///< B - A
  };
  const Followed& followed() const { return followed_; }
  bool over_time() const { return followed_.as == Follows::over_time; }
  i128 last() const { return last_; }
  /// Where the difference had reached n/d of its last value for the first time. Nothing if that is 0.
  std::vector<Place> reached(std::int64_t n, std::int64_t d) const;
  /// Where the two were farthest apart; event 0 if they never were.
  const Place& farthest() const { return farthest_; }
  /// Whether points were dropped: then places are up to that many differing events late.
  std::uint64_t stride() const { return stride_; }

 private:
  static constexpr std::size_t points_max = std::size_t{1} << 17;
  struct Point {
    std::uint64_t event = 0, tick = 0;
    i128 value = 0;
    i128 rate = 0;  ///< from here on, for each tick
  };
  void note(std::uint64_t event, std::uint64_t tick, i128 value);

  const Followed& followed_;
  sim::MetricsWindow window_;
  std::vector<Point> points_;
  Point now_;
  i128 level_ = 0;
  i128 last_ = 0;
  Place farthest_;
  std::uint64_t end_tick_ = 0;
  std::uint64_t stride_ = 1, skipped_ = 0;
};

}  // namespace kmemlab::check
