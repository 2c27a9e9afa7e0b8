// A session's place in its trace: hands over one event after the other, and the edges of the metrics window in their
// places. Copies stand at the same place, but decode for themselves, when they first need to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "sim/replay/policy.h"
#include "sim/replay/pressure.h"
#include "sim/replay/window.h"
#include "traces/kmt/cursor.h"

namespace kmemlab::sim {

/// What a replay by this policy needs to know of events.
inline traces::ColumnSet columns_for(const ReplayPolicy& policy) {
  const bool pages = policy.pressure.pages == PageEvents::pressure;
  return pages ? traces::replay_columns | pressure_columns : traces::replay_columns;
}

class TraceFeed {
 public:
  TraceFeed(std::shared_ptr<const traces::KmtView> trace, const MetricsWindow& window, traces::ColumnSet columns)
      : trace_(std::move(trace)), columns_(columns), window_(window) {}
  TraceFeed(const TraceFeed& other)
      : trace_(other.trace_), columns_(other.columns_), window_(other.window_), next_(other.next_) {}
  TraceFeed& operator=(const TraceFeed&) = delete;
  ~TraceFeed() = default;

  const traces::KmtView& trace() const { return *trace_; }
  /// Events [0, next()) were handed over.
  std::uint64_t next() const { return next_; }
  void go_to(std::uint64_t event) { next_ = event; }
  void set_window(const MetricsWindow& window) { window_ = window; }
  const MetricsWindow& window() const { return window_; }

  /// play(block, row) for each event before `to`; false: enough. edge(which, event, tick) before the event that opens
  /// or closes the window, unless it is the first or behind the last; progress(events done) now and then. The error is
  /// the trace's: a damaged chunk. When play throws, the event counts as handed over.
  template <class Play, class Edge, class Progress>
  Fallible<void> play(std::uint64_t to, Play play, Edge edge, Progress progress) {
    while (next_ < to) {
      if (auto loaded = load(); !loaded) return loaded;
      const traces::EventBlock& b = *block_;
      const std::uint64_t end = to - b.first_event < b.events ? to - b.first_event : b.events;
      for (auto i = static_cast<std::uint32_t>(next_ - b.first_event); i < end; ++i) {
        const std::uint64_t event = b.first_event + i;
        if (event == window_.from || event == window_.to) [[unlikely]] {
          if (event != 0) edge(event == window_.from ? WindowEdge::opens : WindowEdge::closes, event, b.tick[i]);
        }
        next_ = event + 1;
        if (!play(b, i)) return {};
      }
      if ((next_ & 0xffff) == 0) progress(next_);
    }
    return {};
  }

 private:
  Fallible<void> load() {
    if (block_ == nullptr) {
      cursor_.emplace(trace_);
      block_ = std::make_unique<traces::EventBlock>();
    } else if (next_ - block_->first_event < block_->events) {
      return {};
    }
    const auto rows = cursor_->block(next_, columns_, *block_);
    if (!rows) {
      block_->events = 0;  // it holds some other event's columns now
      return Failure<Error>{rows.error()};
    }
    return {};
  }

  std::shared_ptr<const traces::KmtView> trace_;
  traces::ColumnSet columns_;
  std::optional<traces::KmtCursor> cursor_;
  std::unique_ptr<traces::EventBlock> block_;
  MetricsWindow window_;
  std::uint64_t next_ = 0;
};

}  // namespace kmemlab::sim
