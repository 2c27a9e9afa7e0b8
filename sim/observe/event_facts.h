// What the trace says of an event that observers are not told: its call site, its task, its interrupt context. For
// callbacks of observers: events are asked for in nearly ascending order, and two blocks of the trace are kept decoded,
// so that a request which slept long does not throw the present one away.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "sim/observe/lane_book.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/cursor.h"
#include "traces/kmt/view.h"

namespace kmemlab::sim {

class EventFacts {
 public:
  explicit EventFacts(std::shared_ptr<const traces::KmtView> trace);

  /// A damaged chunk gives "unknown": the run that is watched names the damage.
  std::uint32_t site_of(std::uint64_t event);  ///< traces::no_index if unknown
  LaneName lane_of(std::uint64_t event);

 private:
  struct Row {
    const traces::EventBlock* block = nullptr;  ///< null: cannot be read
    std::uint32_t row = 0;
  };
  Row row_of(std::uint64_t event);

  traces::KmtCursor cursor_;
  std::array<std::unique_ptr<traces::EventBlock>, 2> blocks_;  ///< [0]: farthest on; [1]: what was asked for behind it
};

}  // namespace kmemlab::sim
