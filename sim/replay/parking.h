// Where requests wait that could not be answered at once: asleep on a channel, or queued behind a sleeping one of their
// task. Plain records with handles that are used again; what waits can be listed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/replay/events.h"

namespace kmemlab::sim {

enum class Stage : std::uint8_t { queued, asleep, over };

/// `Call` is the core's request: plain data, resumed where it stopped.
template <class Call>
struct Parked {
  Call call{};
  CallContext at;
  Block block;  ///< address and granted are set when over and granted
  std::uint32_t slot = 0;
  std::uint32_t sleeps = 0;
  std::uint64_t since_tick = 0;
  std::uint64_t slept_ticks = 0;
  traces::Index cache = 0, call_site = 0;
  Stage stage = Stage::queued;
  bool zero = false;
  bool detached = false;  ///< the trace has freed the block: its slot may hold another one
  std::optional<WaitingFree> free_after;
};

template <class Call>
class Parking {
 public:
  Parked<Call>& operator[](std::uint32_t handle) { return parked_[handle]; }

  /// A fresh record.
  std::uint32_t take() {
    if (free_handles_.empty()) {
      parked_.emplace_back();
      return static_cast<std::uint32_t>(parked_.size() - 1);
    }
    const std::uint32_t handle = free_handles_.back();
    free_handles_.pop_back();
    parked_[handle] = Parked<Call>{};
    return handle;
  }
  /// @pre the record's stage is over
  void give(std::uint32_t handle) { free_handles_.push_back(handle); }

  /// f(record) for each that is queued or asleep.
  template <class F>
  void for_each_waiting(F f) const {
    for (const Parked<Call>& p : parked_) {
      if (p.stage != Stage::over) f(p);
    }
  }

 private:
  std::vector<Parked<Call>> parked_;
  std::vector<std::uint32_t> free_handles_;
};

}  // namespace kmemlab::sim
