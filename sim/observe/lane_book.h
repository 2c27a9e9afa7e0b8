// Who called, when, and who slept: a lane for each task and for each CPU's interrupt contexts. A lane has the number of
// its calls; the busiest lanes also have how many fell into each bucket of events. Sleeps are kept one by one.
// Memory is bounded: 2,048 buckets for each of 256 lanes, the other lanes' calls summed; 100,000 sleeps, more are
// counted; an account a lane.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/observe/event_axis.h"
#include "sim/observe/id_map.h"
#include "sim/replay/observer.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

enum class LaneKind : std::uint8_t { hardirq, softirq, nmi, task, unknown };
inline constexpr unsigned lane_kinds = 5;

struct LaneName {
  LaneKind kind = LaneKind::unknown;
  std::uint32_t number = 0;  ///< of interrupts: the CPU; of tasks: in the trace's table
  bool operator==(const LaneName&) const = default;
};

struct Lane {
  static constexpr std::uint32_t summed = ~std::uint32_t{0};
  LaneName name;
  std::uint64_t calls = 0;   ///< that came to their end, allocations and frees
  std::uint64_t failed = 0;  ///< of them: failed or refused
  std::uint64_t sleeps = 0;
  std::uint64_t asleep_ticks = 0;   ///< of sleeps that ended
  std::uint32_t activity = summed;  ///< index of its calls by bucket; summed: they are among the others'
  std::uint64_t activity_from = 0;  ///< from this event on: what came before is among the others'
};

struct LaneSleep {
  static constexpr std::uint64_t open = ~std::uint64_t{0};
  std::uint32_t lane = 0;
  SleepCause cause = SleepCause::none;
  Channel channel{};
  std::uint64_t event = 0;  ///< whose request
  std::uint64_t from_event = 0, from_tick = 0;
  std::uint64_t to_event = open;  ///< the event during which it woke: whoever made that call woke it
  std::uint64_t to_tick = open;
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};
  std::uint32_t waker = nobody;  ///< that event's lane
  bool operator==(const LaneSleep&) const = default;
};

struct Lanes {
  EventAxis axis;
  std::vector<Lane> lanes;                           ///< in the order in which they first called
  std::vector<std::vector<std::uint32_t>> activity;  ///< calls by bucket of the event that made them
  std::vector<std::uint32_t> others;                 ///< calls of all lanes without
  std::vector<LaneSleep> sleeps;                     ///< in the order in which they began
  std::uint64_t sleeps_not_kept = 0;
};

class LaneBook final : public Observer {
 public:
  /// Asked in nearly ascending order, of events that called.
  using LaneOf = std::function<LaneName(std::uint64_t event)>;
  struct Limits {
    std::size_t buckets = 2'048;  ///< even
    std::size_t lanes = 256;
    std::size_t sleeps = 100'000;
  };

  /// `expected`: see EventAxis.
  explicit LaneBook(LaneOf lane_of, EventRange expected = {}, const Limits& limits = {2'048, 256, 100'000});
  /// Joins a run that is under way: those who sleep fell asleep at its event.
  void join(const Session& session);

  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_wake(const SleepNote& note) override;

  const Lanes& result() const { return lanes_; }

 private:
  std::uint32_t lane(std::uint64_t event);
  void reach(std::uint64_t event);
  void count(std::uint32_t lane, std::uint64_t event);
  void promote(std::uint32_t lane);
  void begin_sleep(const LaneSleep& sleep);
  /// What decides who keeps its buckets: a sleep is worth a thousand calls.
  static std::uint64_t weight(const Lane& lane) { return lane.calls + 1000 * lane.sleeps; }

  LaneOf lane_of_;
  Limits limits_;
  EventNow now_;
  Lanes lanes_;
  std::array<std::vector<std::uint32_t>, lane_kinds> index_;  ///< 1 + lane, 0 = none yet
  std::vector<std::uint32_t> keepers_;                        ///< [n]: whose activity[n] is
  IdMap<std::uint32_t> asleep_;                               ///< by event: index in sleeps
};

}  // namespace kmemlab::sim
