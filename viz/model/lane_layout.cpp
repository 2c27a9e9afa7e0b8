#include "viz/model/lane_layout.h"

#include <algorithm>
#include <numeric>

namespace kmemlab::viz {

namespace {

bool interrupt(const sim::Lane& lane) {
  return lane.name.kind != sim::LaneKind::task && lane.name.kind != sim::LaneKind::unknown;
}

std::uint64_t end_of(const sim::LaneSleep& sleep, std::uint64_t prepared) {
  return sleep.to_event == sim::LaneSleep::open ? prepared : sleep.to_event + 1;
}

// Calls in the buckets that touch these events; a bucket wider than the column is shared out.
std::uint64_t calls_in(const sim::EventAxis& axis, const std::vector<std::uint32_t>& buckets, sim::EventRange events) {
  const auto first = static_cast<std::size_t>(axis.bucket_of(events.from));
  const auto last = static_cast<std::size_t>(axis.bucket_of(events.to - 1));
  std::uint64_t sum = 0;
  for (std::size_t i = first; i <= last && i < buckets.size(); ++i) sum += buckets[i];
  return sum;
}

unsigned height_of(std::uint64_t calls, std::uint64_t most) {  // 0 to 256
  if (calls == 0) return 0;
  const unsigned all = std::max(floor_log2(most) + 1, 1U), part = floor_log2(calls) + 1;
  return std::max(256 * part / all, 48U);
}

}  // namespace

LaneOrder lane_order(const sim::Lanes& lanes) {
  LaneOrder order;
  order.lanes.resize(lanes.lanes.size());
  std::iota(order.lanes.begin(), order.lanes.end(), 0U);
  std::sort(order.lanes.begin(), order.lanes.end(), [&](std::uint32_t x, std::uint32_t y) {
    const sim::Lane &a = lanes.lanes[x], &b = lanes.lanes[y];
    if (interrupt(a) != interrupt(b)) return interrupt(a);
    if (interrupt(a) && a.name.kind != b.name.kind) return a.name.kind < b.name.kind;
    if (interrupt(a)) return a.name.number < b.name.number;
    if (a.sleeps != b.sleeps) return a.sleeps > b.sleeps;
    if (a.calls != b.calls) return a.calls > b.calls;
    return x < y;
  });
  order.row_of.resize(order.lanes.size());
  for (std::size_t row = 0; row < order.lanes.size(); ++row)
    order.row_of[order.lanes[row]] = static_cast<std::uint32_t>(row);
  order.sleeps_of.resize(order.lanes.size());
  for (std::uint32_t i = 0; i < lanes.sleeps.size(); ++i) order.sleeps_of[lanes.sleeps[i].lane].push_back(i);
  return order;
}

std::vector<SleepBar> visible_sleeps(const sim::Lanes& lanes, const std::vector<std::uint32_t>& of_lane,
                                     const TimeAxis& axis, std::uint64_t prepared) {
  std::vector<SleepBar> bars;
  const auto from_of = [&](std::uint32_t i) { return lanes.sleeps[i].from_event; };
  const auto behind = [&](std::uint64_t event, std::size_t at) {
    return static_cast<std::size_t>(std::lower_bound(of_lane.begin() + static_cast<std::ptrdiff_t>(at), of_lane.end(),
                                                     event,
                                                     [&](std::uint32_t i, std::uint64_t e) { return from_of(i) < e; }) -
                                    of_lane.begin());
  };
  std::size_t at = behind(axis.range.from, 0);
  if (at > 0) --at;  // the one before may last into the range
  while (at < of_lane.size() && from_of(of_lane[at]) < axis.range.to) {
    const sim::LaneSleep& sleep = lanes.sleeps[of_lane[at]];
    const std::uint64_t end = end_of(sleep, prepared);
    if (end <= axis.range.from) {
      ++at;
      continue;
    }
    const double x0 = std::max(axis.x_of(sleep.from_event), 0.0), x1 = std::min(axis.x_of(end), axis.width);
    const bool ends = sleep.to_event != sim::LaneSleep::open && sleep.to_event < axis.range.to;
    if (!bars.empty() && x0 - bars.back().x1 < 2) {
      ++bars.back().more;
      bars.back().x1 = std::max(bars.back().x1, x1);
      bars.back().ends = ends;
    } else {
      bars.push_back({x0, std::max(x1, x0 + 1), of_lane[at], 0, ends});
    }
    // Whatever begins within this pixel is part of the bar too, and need not be looked at: a lane sleeps one sleep
    // after the other, so the last of them ends last.
    const std::size_t next = behind(axis.event_at(std::min(x0 + 1, axis.width)), at + 1);
    if (next > at + 1) {
      const sim::LaneSleep& last = lanes.sleeps[of_lane[next - 1]];
      bars.back().more += static_cast<std::uint32_t>(next - at - 1);
      bars.back().x1 = std::max(bars.back().x1, std::min(axis.x_of(end_of(last, prepared)), axis.width));
      bars.back().ends = last.to_event != sim::LaneSleep::open && last.to_event < axis.range.to;
    }
    at = next;
  }
  return bars;
}

Pixels paint_lanes(const sim::Lanes& lanes, const LaneOrder& order, const TimeAxis& axis, const Palette& colours,
                   const LanePart& part) {
  Pixels picture(std::max(part.width, 1), std::max(static_cast<int>(part.rows) * part.row_height, 1), colours.panel);
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::vector<std::uint64_t>> calls(part.rows);
  std::uint64_t most = 1;
  for (std::size_t r = 0; r < part.rows; ++r) {
    const std::size_t row = part.first + r;
    const std::vector<std::uint32_t>* buckets = nullptr;
    if (row < order.lanes.size()) {
      const sim::Lane& lane = lanes.lanes[order.lanes[row]];
      if (lane.activity != sim::Lane::summed) buckets = &lanes.activity[lane.activity];
    } else if (row == order.lanes.size()) {
      buckets = &lanes.others;
    }
    if (buckets == nullptr) continue;
    calls[r].resize(width);
    for (std::size_t x = 0; x < width; ++x) {
      const sim::EventRange events = axis.events_at(static_cast<double>(x));
      if (events.from >= part.prepared) break;
      calls[r][x] = calls_in(lanes.axis, *buckets, events);
      most = std::max(most, calls[r][x]);
    }
  }
  for (std::size_t r = 0; r < part.rows; ++r) {
    const bool raised = part.first + r < order.lanes.size() && interrupt(lanes.lanes[order.lanes[part.first + r]]);
    const Rgba colour = raised ? colours.interrupt : colours.of(Fill::live);
    const int bottom = static_cast<int>(r + 1) * part.row_height - part.gap, room = part.row_height - 2 * part.gap;
    for (std::size_t x = 0; x < calls[r].size(); ++x) {
      const int high = room * static_cast<int>(height_of(calls[r][x], most)) / 256;
      picture.fill(static_cast<int>(x), bottom - high, static_cast<int>(x) + 1, bottom, colour);
    }
  }
  return picture;
}

std::string interrupt_name(const sim::LaneName& name) {
  const std::string cpu = ", CPU " + std::to_string(name.number);
  switch (name.kind) {
    case sim::LaneKind::hardirq:
      return "hardirq" + cpu;
    case sim::LaneKind::softirq:
      return "softirq" + cpu;
    case sim::LaneKind::nmi:
      return "NMI" + cpu;
    case sim::LaneKind::task:
      return "task " + std::to_string(name.number);
    case sim::LaneKind::unknown:
      break;
  }
  return "not recorded";
}

std::string_view cause_words(SleepCause cause) {
  switch (cause) {
    case SleepCause::type_limit:
      return "the type's limit";
    case SleepCause::address_space:
      return "address space";
    case SleepCause::frames:
      return "page frames";
    case SleepCause::lock:
      return "a lock";
    case SleepCause::none:
      break;
  }
  return "its turn";
}

}  // namespace kmemlab::viz
