#include "sim/check/course.h"

#include <algorithm>

namespace kmemlab::check {

namespace {

using sim::Decision;
using sim::Ending;

// clang-format off
constexpr Followed table[] = {
    {"at_peak.held", Follows::peak, [](const Tally& t) { return t.held; }, "bytes"},
    {"at_peak.requested", Follows::peak, [](const Tally& t) { return t.live_requested; }, "bytes"},
    {"at_peak.internal", Follows::peak, [](const Tally& t) { return t.live_granted - t.live_requested; }, "bytes"},
    {"at_peak.cached", Follows::peak, [](const Tally& t) { return t.cached(); }, "bytes"},
    {"at_peak.metadata", Follows::peak, [](const Tally& t) { return t.tables; }, "bytes"},
    {"pages.peak", Follows::peak, [](const Tally& t) { return t.mapped - t.returned; }, "pages"},
    {"pages.end", Follows::level, [](const Tally& t) { return t.mapped - t.returned; }, "pages"},
    {"pages.mapped", Follows::level, [](const Tally& t) { return t.mapped; }, "pages"},
    {"pages.returned", Follows::level, [](const Tally& t) { return t.returned; }, "pages"},
    {"granted", Follows::level, [](const Tally& t) { return t.granted; }, "requests"},
    {"failed", Follows::level, [](const Tally& t) { return t.failed; }, "requests"},
    {"refused", Follows::level, [](const Tally& t) { return t.refused; }, "requests"},
    {"refused_frees", Follows::level, [](const Tally& t) { return t.refused_frees; }, "frees"},
    {"blocking.sleeps", Follows::level, [](const Tally& t) { return t.sleeps; }, "sleeps"},
    {"bytes.granted", Follows::level, [](const Tally& t) { return t.granted_bytes; }, "bytes"},
    {"byte_ticks.held", Follows::over_time, [](const Tally& t) { return t.held; }, "byte-ticks"},
    {"byte_ticks.requested", Follows::over_time, [](const Tally& t) { return t.live_requested; }, "byte-ticks"},
    {"byte_ticks.internal", Follows::over_time, [](const Tally& t) { return t.live_granted - t.live_requested; },
     "byte-ticks"},
    {"byte_ticks.cached", Follows::over_time, [](const Tally& t) { return t.cached(); }, "byte-ticks"},
    {"byte_ticks.metadata", Follows::over_time, [](const Tally& t) { return t.tables; }, "byte-ticks"},
};
// clang-format on

std::int64_t signed_of(std::uint64_t n) {
  return static_cast<std::int64_t>(n);
}

i128 absolute(i128 n) {
  return n < 0 ? -n : n;
}

}  // namespace

const Followed* find_followed(std::string_view metric) {
  for (const Followed& f : table) {
    if (metric == f.metric) return &f;
  }
  return nullptr;
}

std::vector<std::string> followed_metrics() {
  std::vector<std::string> names;
  for (const Followed& f : table) names.emplace_back(f.metric);
  return names;
}

void Tally::add(const sim::EventDecisions& group, std::uint64_t page_bytes, const sim::MetricsWindow& window,
                bool inside) {
  for (const Decision& d : group.items) {
    const bool counts = window.has(d.of_event);
    switch (d.kind) {
      case Decision::Kind::map:
        held += signed_of(d.value * page_bytes);
        mapped += inside ? signed_of(d.value) : 0;
        break;
      case Decision::Kind::unmap:
        held -= signed_of(d.value * page_bytes);
        returned += inside ? signed_of(d.value) : 0;
        break;
      case Decision::Kind::tables:
        tables = signed_of(d.value);
        break;
      case Decision::Kind::sleep:
        sleeps += counts;
        break;
      case Decision::Kind::alloc:
        failed += counts && d.ending == Ending::failed;
        refused += counts && d.ending == Ending::refused;
        if (d.ending != Ending::ok) break;
        granted += counts;
        granted_bytes += counts ? signed_of(d.granted) : 0;
        live_requested += signed_of(d.value);
        live_granted += signed_of(d.granted);
        break;
      case Decision::Kind::free:
        refused_frees += counts && d.ending == Ending::refused;
        if (d.ending != Ending::ok) break;
        live_requested -= signed_of(d.value);
        live_granted -= signed_of(d.granted);
        break;
      default:
        break;
    }
  }
}

void Course::note(std::uint64_t event, std::uint64_t tick, i128 value) {
  if (absolute(value) > absolute(farthest_.difference)) farthest_ = {event, tick, value};
}

void Course::add(std::uint64_t event, std::uint64_t tick, const Tally& a, const Tally& b) {
  if (event >= window_.to) return;
  const i128 level = i128{followed_.level(b)} - followed_.level(a);
  if (level == level_ && event != window_.from) return;
  if (over_time()) {
    now_.value += now_.rate * (tick > now_.tick ? tick - now_.tick : 0);
    now_.rate = event >= window_.from ? level : 0;
  } else {
    now_.value = level;
  }
  level_ = level;
  now_.event = event;
  now_.tick = std::max(now_.tick, tick);
  if (event < window_.from) return;
  note(event, now_.tick, now_.value);
  if (++skipped_ < stride_) return;
  skipped_ = 0;
  if (points_.size() >= points_max) {
    for (std::size_t i = 0; i < points_.size() / 2; ++i) points_[i] = points_[2 * i + 1];
    points_.resize(points_.size() / 2);
    stride_ *= 2;
  }
  points_.push_back(now_);
}

void Course::end(std::uint64_t tick) {
  end_tick_ = std::max(tick, now_.tick);
  last_ = now_.value + (over_time() ? now_.rate * (end_tick_ - now_.tick) : 0);
  note(now_.event, end_tick_, last_);
}

std::vector<Course::Place> Course::reached(std::int64_t n, std::int64_t d) const {
  if (last_ == 0) return {};
  const bool down = last_ < 0;
  const i128 wanted = absolute(last_) / d * n + (absolute(last_) % d * n + d - 1) / d;
  const auto forward = [&](i128 value) { return down ? -value : value; };
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const Point& p = points_[i];
    if (forward(p.value) >= wanted) return {{p.event, p.tick, p.value}};
    if (!over_time() || forward(p.rate) <= 0) continue;
    const std::uint64_t until = i + 1 < points_.size() ? points_[i + 1].tick : end_tick_;
    const i128 missing = wanted - forward(p.value);
    const i128 ticks = (missing + forward(p.rate) - 1) / forward(p.rate);
    if (ticks <= static_cast<i128>(until - p.tick)) {
      return {{p.event, p.tick + static_cast<std::uint64_t>(ticks), p.value + p.rate * ticks}};
    }
  }
  return {{now_.event, end_tick_, last_}};
}

}  // namespace kmemlab::check
