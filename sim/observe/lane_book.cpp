#include "sim/observe/lane_book.h"

#include <algorithm>
#include <utility>

namespace kmemlab::sim {

namespace {

void add_to(std::vector<std::uint32_t>& buckets, std::size_t at) {
  if (at >= buckets.size()) buckets.resize(at + 1);
  ++buckets[at];
}

void fold(std::vector<std::uint32_t>& buckets) {
  const std::size_t half = (buckets.size() + 1) / 2;
  buckets.resize(2 * half);
  for (std::size_t i = 0; i < half; ++i) buckets[i] = buckets[2 * i] + buckets[2 * i + 1];
  buckets.resize(half);
}

}  // namespace

LaneBook::LaneBook(LaneOf lane_of, EventRange expected, const Limits& limits)
    : lane_of_(std::move(lane_of)), limits_(limits), now_(expected.from) {
  lanes_.axis = EventAxis(limits.buckets, expected);
}

void LaneBook::join(const Session& session) {
  now_.named(session.next_event());
  session.for_each_waiting([&](const Waiting& w) {
    if (!w.channel) return;
    LaneSleep sleep;
    sleep.lane = lane(w.event);
    sleep.cause = w.cause;
    sleep.channel = w.channel;
    sleep.event = w.event;
    sleep.from_event = session.next_event();
    sleep.from_tick = w.since_tick;
    begin_sleep(sleep);
  });
}

std::uint32_t LaneBook::lane(std::uint64_t event) {
  const LaneName name = lane_of_(event);
  std::vector<std::uint32_t>& index = index_[static_cast<unsigned>(name.kind)];
  if (name.number >= index.size()) index.resize(std::size_t{name.number} + 1);
  std::uint32_t& at = index[name.number];
  if (at == 0) {
    Lane fresh;
    fresh.name = name;
    lanes_.lanes.push_back(fresh);
    at = static_cast<std::uint32_t>(lanes_.lanes.size());
    promote(at - 1);
  }
  return at - 1;
}

void LaneBook::reach(std::uint64_t event) {
  now_.named(event);
  while (lanes_.axis.outgrown_by(event)) {
    for (auto& buckets : lanes_.activity) fold(buckets);
    fold(lanes_.others);
    lanes_.axis.fold();
  }
}

void LaneBook::count(std::uint32_t number, std::uint64_t event) {
  Lane& l = lanes_.lanes[number];
  ++l.calls;
  if (l.activity == Lane::summed && is_power_of_two(weight(l))) promote(number);
  add_to(l.activity == Lane::summed ? lanes_.others : lanes_.activity[l.activity],
         static_cast<std::size_t>(lanes_.axis.bucket_of(event)));
}

/// Gives the lane buckets of its own: fresh ones, or those of the lane that matters least, whose counts join the
/// others.
void LaneBook::promote(std::uint32_t number) {
  Lane& l = lanes_.lanes[number];
  if (keepers_.size() < limits_.lanes) {
    l.activity = static_cast<std::uint32_t>(keepers_.size());
    keepers_.push_back(number);
    lanes_.activity.emplace_back();
    return;
  }
  std::size_t least = 0;
  for (std::size_t i = 1; i < keepers_.size(); ++i) {
    if (weight(lanes_.lanes[keepers_[i]]) < weight(lanes_.lanes[keepers_[least]])) least = i;
  }
  if (keepers_.empty() || weight(lanes_.lanes[keepers_[least]]) >= weight(l)) return;
  lanes_.lanes[keepers_[least]].activity = Lane::summed;
  std::vector<std::uint32_t>& buckets = lanes_.activity[least];
  if (lanes_.others.size() < buckets.size()) lanes_.others.resize(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) lanes_.others[i] += buckets[i];
  buckets.clear();
  keepers_[least] = number;
  l.activity = static_cast<std::uint32_t>(least);
  l.activity_from = now_.event();
}

void LaneBook::on_completion(const Completion& c) {
  reach(c.event);
  const std::uint32_t number = lane(c.event);
  lanes_.lanes[number].failed += c.ending == Ending::failed || c.ending == Ending::refused;
  count(number, c.event);
}

void LaneBook::begin_sleep(const LaneSleep& sleep) {
  Lane& l = lanes_.lanes[sleep.lane];
  ++l.sleeps;
  if (l.activity == Lane::summed) promote(sleep.lane);
  if (lanes_.sleeps.size() >= limits_.sleeps) {
    ++lanes_.sleeps_not_kept;
    return;
  }
  asleep_[sleep.event] = static_cast<std::uint32_t>(lanes_.sleeps.size());
  lanes_.sleeps.push_back(sleep);
}

void LaneBook::on_sleep(const SleepNote& note) {
  reach(note.event);
  LaneSleep sleep;
  sleep.lane = lane(note.event);
  sleep.cause = note.cause;
  sleep.channel = note.channel;
  sleep.event = note.event;
  sleep.from_event = now_.event();
  sleep.from_tick = note.tick;
  begin_sleep(sleep);
}

void LaneBook::on_wake(const SleepNote& note) {
  reach(note.event);
  lanes_.lanes[lane(note.event)].asleep_ticks += note.slept_ticks;
  if (const auto at = asleep_.take(note.event)) {
    const std::uint32_t waker = lane(now_.event());
    lanes_.sleeps[*at].waker = waker;
    lanes_.sleeps[*at].to_event = now_.event();
    lanes_.sleeps[*at].to_tick = note.tick;
  }
}

}  // namespace kmemlab::sim
