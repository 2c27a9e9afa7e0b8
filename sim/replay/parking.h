// Where requests wait that could not be answered at once: asleep on a channel, or queued behind a sleeping one of their
// task. Plain records with handles that are used again; what waits can be listed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/replay/events.h"
#include "sim/replay/run_facts.h"

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
  std::uint64_t since_tick = 0;        ///< of its last sleep
  std::uint64_t first_sleep_tick = 0;  ///< it slept again since, if it was woken in vain
  std::uint64_t slept_ticks = 0;
  Request request;
  Stage stage = Stage::queued;
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
  void give(std::uint32_t handle) {
    parked_[handle].detached = false;
    free_handles_.push_back(handle);
  }

  std::size_t bytes() const { return parked_.capacity() * sizeof(Parked<Call>); }

  /// f(record) for each that is queued or asleep.
  template <class F>
  void for_each_waiting(F f) const {
    for (const Parked<Call>& p : parked_) {
      if (p.stage != Stage::over) f(p);
    }
  }
  /// f(record) for each that is answered and kept for a free that will ask.
  template <class F>
  void for_each_kept(F f) const {
    for (const Parked<Call>& p : parked_) {
      if (p.stage == Stage::over && p.detached) f(p);
    }
  }

 private:
  std::vector<Parked<Call>> parked_;
  std::vector<std::uint32_t> free_handles_;
};

/// What never ended: allocations asleep or queued. It is a deadlock if tasks sleep although a free of a live block,
/// which could wake somebody, is queued behind a sleeper; a run that stopped is not judged.
template <class Call>
void count_waiting(const Parking<Call>& parked, const std::vector<TaskState>& tasks, RunFacts& facts) {
  parked.for_each_waiting([&](const Parked<Call>& p) {
    ++facts.asleep_at_end;
    facts.asleep_bytes += p.block.requested;
  });
  if (!facts.stopped.empty()) return;
  for (const TaskState& task : tasks) {
    for (const Queued& q : task.queue) {
      facts.deadlock |= task.asleep && q.kind == Queued::Kind::free && q.free.block.state == Block::State::live;
    }
  }
}

}  // namespace kmemlab::sim
