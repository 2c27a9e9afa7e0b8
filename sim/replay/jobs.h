// One call of a system whose calls overlap, from its arrival to its end: an allocation or a free, waiting behind its
// task, waiting for its CPU, running, asleep. Plain records with handles that are used again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/replay/events.h"
#include "sim/replay/run_facts.h"

namespace kmemlab::sim {

/// `Adapter` names the system's requests: Call for an allocation, FreeCall for a free; plain data, resumed where they
/// stopped.
template <class Adapter>
struct Job {
  enum class Stage : std::uint8_t {
    waiting,  ///< behind its task or for its CPU
    running,  ///< its call has begun, and ends at a tick to come
    asleep,
    over,  ///< answered; kept for a free that will ask
  };
  enum class Kind : std::uint8_t { alloc, free };

  CallContext at;
  Block block;  ///< asked for, or to free
  Request request;
  typename Adapter::Call call{};
  typename Adapter::FreeCall free_call{};
  std::uint64_t start_tick = 0;
  std::uint64_t since_tick = 0;        ///< of its last sleep
  std::uint64_t first_sleep_tick = 0;  ///< it slept again since, if it was woken in vain
  std::uint64_t slept_ticks = 0;
  std::uint32_t sleeps = 0;
  std::uint32_t slot = 0;
  Kind kind = Kind::alloc;
  Stage stage = Stage::waiting;
  Outcome outcome = Outcome::done;
  bool begun = false;
  bool woken = false;      ///< before it had gone to sleep
  bool detached = false;   ///< the trace has freed the block: its slot may hold another one
  bool implied = false;    ///< of a free: its event was lost
  bool told_free = false;  ///< of a free: the observer knows that it begins
  std::optional<WaitingFree> free_after;

  Channel channel() const { return kind == Kind::alloc ? call.channel : free_call.channel; }
  SleepCause cause() const { return kind == Kind::alloc ? call.cause : free_call.cause; }
};

template <class Adapter>
class Jobs {
 public:
  Job<Adapter>& operator[](std::uint64_t handle) { return jobs_[handle]; }

  /// A record to fill. What it held before is there still, but for what begin() sets.
  std::uint32_t take() {
    std::uint32_t handle = 0;
    if (free_handles_.empty()) {
      handle = static_cast<std::uint32_t>(jobs_.size());
      jobs_.emplace_back();
    } else {
      handle = free_handles_.back();
      free_handles_.pop_back();
    }
    reset(jobs_[handle]);
    return handle;
  }
  void give(std::uint32_t handle) {
    jobs_[handle].stage = Job<Adapter>::Stage::over;
    jobs_[handle].detached = false;
    free_handles_.push_back(handle);
  }

  std::size_t bytes() const { return jobs_.capacity() * sizeof(Job<Adapter>); }

  /// f(job) for each that has not ended.
  template <class F>
  void for_each_open(F f) const {
    for (const Job<Adapter>& j : jobs_) {
      if (j.stage != Job<Adapter>::Stage::over) f(j);
    }
  }
  /// f(job) for each allocation that has not ended.
  template <class F>
  void for_each_waiting(F f) const {
    for (const Job<Adapter>& j : jobs_) {
      if (j.stage != Job<Adapter>::Stage::over && j.kind == Job<Adapter>::Kind::alloc) f(j);
    }
  }
  /// f(block) for each granted block that only a job knows: its free is under way, or will ask here.
  template <class F>
  void for_each_holding(F f) const {
    for (const Job<Adapter>& j : jobs_) {
      const bool freeing = j.kind == Job<Adapter>::Kind::free && j.stage != Job<Adapter>::Stage::over;
      const bool kept = j.kind == Job<Adapter>::Kind::alloc && j.stage == Job<Adapter>::Stage::over && j.detached;
      if ((freeing || kept) && j.block.state == Block::State::live) f(j.block);
    }
  }
  void count_waiting(RunFacts& facts) const {
    for_each_waiting([&](const Job<Adapter>& j) {
      ++facts.asleep_at_end;
      facts.asleep_bytes += j.block.requested;
    });
  }

 private:
  static void reset(Job<Adapter>& j) {
    j.start_tick = j.since_tick = j.first_sleep_tick = j.slept_ticks = 0;
    j.sleeps = 0;
    j.stage = Job<Adapter>::Stage::waiting;
    j.begun = j.woken = j.detached = j.implied = j.told_free = false;
    j.free_after.reset();
  }
  std::vector<Job<Adapter>> jobs_;
  std::vector<std::uint32_t> free_handles_;
};

}  // namespace kmemlab::sim
