// What waits behind a task, in order: its events while it sleeps or has a call under way, and in a closed loop
// (closed_loop.h) those whose time has not come. Parts of Replayer and SmpReplayer, in a file of their own.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/replay/agenda.h"
#include "sim/replay/closed_loop.h"
#include "sim/replay/events.h"
#include "sim/replay/parking.h"

namespace kmemlab::sim {

/// Under one kernel lock. `r.tasks_[task].asleep` says whether a task sleeps.
struct TaskQueue {
  template <class R>
  static bool must_queue(const R& r, const CallContext& at) {
    if (at.interrupt || at.task >= r.tasks_.size()) return false;
    const TaskState& task = r.tasks_[at.task];
    return task.asleep || (r.loop_.on() && (r.loop_.delays(at.task) || !task.queue.empty()));
  }
  template <class R>
  static void push(R& r, const CallContext& at, const Queued& what) {
    TaskState& task = r.tasks_[at.task];
    const bool first = task.queue.empty() && !task.asleep;
    task.queue.push_back(what);
    if (first) set_timer(r, at);
  }
  /// Runs the queue until the task sleeps or its next event has not arrived. From `ready_tick` on the task can.
  template <class R>
  static void run(R& r, std::uint32_t number, std::uint64_t ready_tick) {
    if (number >= r.tasks_.size()) return;
    TaskState& task = r.tasks_[number];
    for (; !task.asleep && !task.queue.empty(); ready_tick = r.clock_.now()) {
      Queued next = task.queue.front();
      CallContext& at = next.kind == Queued::Kind::free ? next.free.at : r.parked_[next.parked].at;
      const std::uint64_t arrival = r.loop_.arrival(at);
      if (r.loop_.on() && arrival > r.clock_.now()) return set_timer(r, at);
      at.tick = arrival;
      task.queue.pop_front();
      r.current_event_ = at.event;
      if (next.kind == Queued::Kind::free) {
        r.execute_free(next.free.at, next.free.block, next.free.implied, std::max(arrival, ready_tick));
      } else {
        r.begin_parked(next.parked, std::max(arrival, ready_tick));
      }
    }
  }
  /// The first of a queue arrives.
  template <class R>
  static void run_timer(R& r) {
    const ClosedLoop::Timer timer = *r.loop_.next();
    r.loop_.drop_next();
    r.loop_.fired(timer.task);
    r.clock_.idle_until(timer.tick);
    run(r, timer.task, timer.tick);
    r.drain();
  }

 private:
  template <class R>
  static void set_timer(R& r, const CallContext& at) {
    if (r.loop_.arm(at.task)) r.loop_.set_timer(r.loop_.arrival(at), at.event, at.task);
  }
};

/// Where calls overlap. `r.tasks_[task].calls` counts a task's calls that have not ended.
struct SmpTaskQueue {
  template <class R>
  static bool must_queue(const R& r, const CallContext& at) {
    if (at.interrupt || at.task >= r.tasks_.size()) return false;
    return r.tasks_[at.task].calls != 0 || !r.tasks_[at.task].queue.empty() || r.loop_.delays(at.task);
  }
  template <class R>
  static void push(R& r, const CallContext& at, const Queued& what) {
    TaskState& task = r.tasks_[at.task];
    const bool first = task.queue.empty() && task.calls == 0;
    task.queue.push_back(what);
    if (first) set_timer(r, at);
  }
  template <class R>
  static void run(R& r, std::uint32_t number) {
    TaskState& task = r.tasks_[number];
    while (task.calls == 0 && !task.queue.empty()) {
      Queued next = task.queue.front();
      CallContext& at = next.kind == Queued::Kind::free ? next.free.at : r.jobs_[next.parked].at;
      const std::uint64_t arrival = r.loop_.arrival(at);
      if (r.loop_.on() && arrival > r.clock_.now_tick) return set_timer(r, at);
      at.tick = arrival;
      task.queue.pop_front();
      if (next.kind == Queued::Kind::free) {
        r.begin_free(next.free);
      } else {
        r.begin_alloc(next.parked);
      }
    }
  }

 private:
  template <class R>
  static void set_timer(R& r, const CallContext& at) {
    if (r.loop_.arm(at.task)) r.agenda_.add(r.loop_.arrival(at), Due::Kind::arrival, at.task);
  }
};

}  // namespace kmemlab::sim
