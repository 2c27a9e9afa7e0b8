// What the two players of a trace (Replayer, SmpReplayer) have in common: the run's tables, who is told, how it ends.
// A copy of a player stands where the original stands, but still works on the original's kernel and adapter until
// rebind().
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "sim/replay/answers.h"
#include "sim/replay/block_book.h"
#include "sim/replay/event_reader.h"
#include "sim/replay/observer.h"
#include "sim/replay/policy.h"
#include "sim/replay/run_facts.h"
#include "traces/kmt/view.h"

namespace kmemlab::sim {

template <class Adapter, class Clock>
class Player {
 public:
  using KernelType = typename Adapter::KernelType;

  void rebind(KernelType& kernel, Adapter& adapter) {
    kernel_ = &kernel;
    adapter_ = &adapter;
    answers_.rebind(adapter, clock_);
  }
  /// Who is told from now on.
  void watch(Observer& observer) {
    observer_ = &observer;
    answers_.watch(observer);
    kernel_->set_page_watcher(&observer);
  }
  /// A MachineTrap came out of a call: the run is over.
  void trapped() {
    facts_.stopped = kernel_->machine().stopped()->message + " at event " + std::to_string(current_event_);
  }
  /// The run is not played on, because somebody wants to look at it where it is.
  void halt(std::string why) { facts_.stopped = std::move(why); }
  const std::string& stopped() const { return facts_.stopped; }
  std::uint64_t outcomes_digest() const { return answers_.digest().value(); }

 protected:
  Player(KernelType& kernel, Adapter& adapter, const traces::KmtView& trace, const ReplayPolicy& policy, Clock clock)
      : kernel_(&kernel),
        adapter_(&adapter),
        clock_(std::move(clock)),
        events_(trace.tables(), policy, kernel.cpus()),
        answers_(adapter, clock_),
        blocks_(trace.facts().max_slots),
        tasks_(trace.tables().tasks.size()) {}
  Player(const Player&) = default;
  Player& operator=(const Player&) = default;
  ~Player() = default;

  /// What an event becomes. These systems have no realloc: the caller frees and allocates (docs/replay.md).
  template <class Self>
  void dispatch(Self& self, const traces::EventBlock& b, std::uint32_t i) {
    switch (b.op[i]) {
      case traces::Op::alloc:
        return self.alloc_arrives(b, i, EventReader::birth_of(b, i));
      case traces::Op::free:
        return self.free_arrives(b, i);
      case traces::Op::realloc: {
        const Birth birth = blocks_.birth_in(b.slot[i], EventReader::birth_of(b, i));
        self.free_arrives(b, i);
        return self.alloc_arrives(b, i, birth);
      }
      case traces::Op::alloc_null:
        ++facts_.null_allocs;
        return;
      default:
        return;
    }
  }
  void finish_digest() {
    Digest digest = answers_.digest();
    digest.add(adapter_->digest());
    digest.add(kernel_->digest());
    facts_.digest = digest.value();
  }
  std::size_t tasks_bytes() const {
    std::size_t bytes = tasks_.capacity() * sizeof(TaskState);
    for (const TaskState& task : tasks_) bytes += task.queue.bytes();
    return bytes;
  }
  /// What every player has beside outcomes: counts, and what waits behind its task.
  void tasks_into(Digest& d) const {
    for (const std::uint64_t v : {facts_.unmatched_frees, facts_.null_frees, facts_.null_allocs, facts_.deferred_frees,
                                  facts_.thread_runs, facts_.atomic_slept, current_event_}) {
      d.add(v);
    }
    for (const TaskState& task : tasks_) {
      if (!task.asleep && task.calls == 0 && task.queue.empty()) continue;
      d.add(static_cast<std::uint64_t>(&task - tasks_.data()));
      d.add(std::uint64_t{task.calls} << 1 | (task.asleep ? 1U : 0U));
      for (const Queued& q : task.queue) d.add(q.kind == Queued::Kind::free ? ~q.free.at.event : q.parked);
    }
  }
  /// The call of a free that nobody's trace asked for: a process, now.
  CallContext context_of_now(std::uint64_t tick) const {
    CallContext at;
    at.event = current_event_;
    at.tick = tick;
    return at;
  }

  KernelType* kernel_;
  Adapter* adapter_;
  Observer* observer_ = nullptr;
  Clock clock_;
  EventReader events_;
  Answers<Adapter, Clock> answers_;
  BlockBook blocks_;
  std::vector<TaskState> tasks_;
  std::uint64_t current_event_ = 0;
  RunFacts facts_;
};

}  // namespace kmemlab::sim
