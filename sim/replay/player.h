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
#include "sim/replay/background.h"
#include "sim/replay/block_book.h"
#include "sim/replay/device_interrupts.h"
#include "sim/replay/closed_loop.h"
#include "sim/replay/event_reader.h"
#include "sim/replay/frees_to_come.h"
#include "sim/replay/observer.h"
#include "sim/replay/policy.h"
#include "sim/replay/pressure.h"
#include "sim/replay/run_facts.h"
#include "sim/replay/stuck_watch.h"
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
    devices_.rebind(kernel, adapter);
  }
  /// Who is told from now on.
  void watch(Observer& observer) {
    observer_ = &observer;
    answers_.watch(observer);
    kernel_->set_page_watcher(devices_.on() ? static_cast<PageWatcher*>(&devices_) : &observer);
    frees_watcher_ = observer.wants_frees() ? &observer : nullptr;
  }
  /// See DeviceInterrupts.
  void limit_accesses(std::uint64_t access) { devices_.limit_accesses(access); }
  /// A MachineTrap came out of a call: the run is over.
  void trapped() {
    const Machine& machine = kernel_->machine();
    const GuestFault& fault = *machine.stopped();
    facts_.stopped = fault.message + " at event " + std::to_string(current_event_);
    facts_.fault = {fault.kind, fault.access, current_event_, fault.cpu, machine.cpu(fault.cpu).level};
    tell_devices(answers_.last_tick());
  }
  /// The run is not played on, because somebody wants to look at it where it is.
  void halt(std::string why) { facts_.stopped = std::move(why); }
  const std::string& stopped() const { return facts_.stopped; }
  std::uint64_t outcomes_digest() const { return answers_.digest().value(); }
  /// Lets the player notice that nothing which is still to come can run; null: it never does.
  void look_ahead(std::shared_ptr<Lookahead> lookahead) { stuck_.look_ahead(std::move(lookahead)); }
  /// After an event, when the player stalls(): something sleeps, and nothing of its own is due. A run in which nothing
  /// can run any more stops if the free of a granted block is among what queues; else the trace just ends.
  void stop_if_stuck(std::uint64_t event) {
    if (stuck_.found() || kernel_->any_late_wakeup() || kernel_->any_ready()) return;
    if (pressure_.daemon().due() || loop_.any_armed()) return;
    Lookahead::Actors actors;
    actors.page_events = pressure_.on();
    if constexpr (RefusesFrees<Adapter>) actors.interrupts = adapter_->defers_frees();  // else they change nothing
    if (!stuck_.nothing_runs(event, actors, [&](std::uint32_t task) { return sleeps(task); })) return;
    bool any = false;
    const auto read = for_each_stuck_free(event + 1, [&](std::uint32_t, const Block&, std::uint64_t) { any = true; });
    if (any && read) stop_stuck(event);
  }
  /// Somebody may have been woken from outside.
  void look_again() { stuck_.look_again(); }
  /// Before the end is judged: a deadlock is no panic.
  void leave_deadlock() {
    if (stopped_at_ == WaitGraph::nowhere) return;
    facts_.stopped.clear();
    facts_.deadlock = true;
  }
  /// The event after which nothing could run, and a free of a granted block is stuck; WaitGraph::nowhere: none.
  std::uint64_t stopped_at() const { return stopped_at_; }
  /// f(task, block, event of the free) for each free of a granted block that is queued behind a sleeper, and, if the
  /// run stopped because nothing can run, for those that would queue too if the trace were played on.
  template <class F>
  Fallible<void> for_each_stuck_free(F f) const {
    return for_each_stuck_free(stopped_at_ == WaitGraph::nowhere ? stopped_at_ : stopped_at_ + 1, f);
  }
  const std::vector<TaskState>& tasks() const { return tasks_; }
  bool sleeps(std::uint32_t task) const { return tasks_[task].asleep || tasks_[task].calls != 0; }

 protected:
  Player(KernelType& kernel, Adapter& adapter, const traces::KmtView& trace, const ReplayPolicy& policy, Clock clock)
      : kernel_(&kernel),
        adapter_(&adapter),
        clock_(std::move(clock)),
        events_(trace.tables(), policy, kernel.cpus()),
        answers_(adapter, clock_),
        blocks_(trace.facts().max_slots),
        tasks_(trace.tables().tasks.size()),
        pressure_(trace, policy.pressure, kernel),
        loop_(policy.closed_loop, trace.tables().tasks.size()),
        devices_(policy.interrupts) {
    devices_.rebind(kernel, adapter);
  }
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
      case traces::Op::page_alloc:
      case traces::Op::page_free:
        if (pressure_.on()) self.page_event(b, i);
        return;
      default:
        return;
    }
  }
  /// A call of `at` begins: devices may interrupt it.
  void before_call(const CallContext& at) {
    if (devices_.on()) [[unlikely]]
      devices_.before_call(at.cpu, current_event_);
  }
  /// Tells what devices did, and which pages came and went meanwhile.
  void tell_devices(std::uint64_t tick) {
    if (devices_.anything_to_tell()) [[unlikely]]
      devices_.tell(*observer_, answers_, tick);
  }
  void before_free(const Block& block) {
    if (frees_watcher_ != nullptr) [[unlikely]]
      frees_watcher_->about_to_free({Addr{block.address}, block.granted});
  }
  template <class F>
  Fallible<void> for_each_stuck_free(std::uint64_t next_event, F f) const {
    for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
      if (!sleeps(task)) continue;
      for (const Queued& q : tasks_[task].queue) {
        if (q.kind == Queued::Kind::free && q.free.block.state == Block::State::live)
          f(task, q.free.block, q.free.at.event);
      }
    }
    if (next_event == WaitGraph::nowhere) return {};
    return for_each_free_to_come(stuck_.trace(), next_event, blocks_, f);
  }
  void stop_stuck(std::uint64_t event) {
    stopped_at_ = event;
    facts_.stopped = "deadlock at event " + std::to_string(event) +
                     ": every task that has something left to do sleeps, and nothing can wake one";
  }
  void finish_digest() {
    facts_.interrupts = devices_.facts();
    Digest digest = answers_.digest();
    digest.add(adapter_->digest());
    digest.add(kernel_->digest());
    facts_.frames = pressure_.facts(*kernel_);
    if (pressure_.on()) pressure_.digest_into(digest);
    facts_.digest = digest.value();
  }
  std::size_t tasks_bytes() const {
    std::size_t bytes = tasks_.capacity() * sizeof(TaskState) + loop_.bytes();
    for (const TaskState& task : tasks_) bytes += task.queue.bytes();
    return bytes;
  }
  /// What every player has beside outcomes: counts, and what waits behind its task.
  void tasks_into(Digest& d) const {
    if (pressure_.on()) pressure_.digest_into(d);
    loop_.digest_into(d);
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
    devices_.digest_into(d);
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
  Pressure pressure_;
  ClosedLoop loop_;
  std::uint64_t current_event_ = 0;
  RunFacts facts_;
  DeviceInterrupts<Adapter> devices_;
  Observer* frees_watcher_ = nullptr;
  StuckWatch stuck_;
  std::uint64_t stopped_at_ = WaitGraph::nowhere;
};

}  // namespace kmemlab::sim
