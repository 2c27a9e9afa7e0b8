// Plays a trace through one core on one machine. Open loop: an event arrives at the trace's time on the trace's CPU;
// the systems here were written for one CPU and run under one kernel lock, so calls do not overlap: one begins when it
// has arrived and the last one is over.
//   - A request that blocks parks its task; the task's later events queue behind it, in order. Interrupts are nobody's
//     task and never queue.
//   - A free of a block whose allocation is asleep or queued waits for it.
//   - Sleepers that a call woke run when that call is over, first come first, before the next event.
// Slots of the trace are resolved on arrival, in trace order, so that a queued free never meets the slot's next block.
// Memory: the trace's live slots, its tasks, and what sleeps or is queued.
#pragma once

#include <algorithm>

#include "sim/kernel/kernel.h"
#include "sim/replay/background.h"
#include "sim/replay/call_clock.h"
#include "sim/replay/idle_time.h"
#include "sim/replay/parking.h"
#include "sim/replay/player.h"
#include "sim/replay/session.h"
#include "sim/replay/task_queue.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

template <class Adapter>
class Replayer : public Player<Adapter, CallClock> {
  using Base = Player<Adapter, CallClock>;

 public:
  using typename Base::KernelType;
  Replayer(KernelType& kernel, Adapter& adapter, const traces::KmtView& trace, const ReplayPolicy& policy)
      : Base(kernel, adapter, trace, policy, CallClock(kernel.cpus())), trace_begins_(trace.facts().first_tick) {}

  // ---- What a session calls, in this order; a MachineTrap that comes out ends the run: trapped(), then end(). ----
  void boot() {
    observer_->on_begin(*kernel_);
    adapter_->boot(*kernel_);
    this->tell_devices(0);
    if constexpr (HasThread<Adapter>) run_thread();
  }
  void play(const traces::EventBlock& b, std::uint32_t i) {
    if (i + 6 < b.events) blocks_.prefetch(b.slot[i + 6]);  // scattered over more than a first-level cache
    if (kernel_->any_late_wakeup() || kernel_->any_ready()) [[unlikely]]
      wake_late();
    if (background_.due() || pressure_.on() || loop_.on()) [[unlikely]]
      run_background(b.tick[i]);
    this->dispatch(*this, b, i);
  }
  bool stalls() const { return asleep_tasks_ != 0 && !background_.due(); }
  void edge(WindowEdge which, std::uint64_t event, std::uint64_t tick) {
    run_background(tick);
    facts_.lock_ticks = clock_.lock_ticks();
    facts_.call_ticks = clock_.call_ticks();
    if (which == WindowEdge::closes) return observer_->on_window_close(tick, facts_);
    kernel_->machine().restart_raised_max();
    observer_->on_window_open(event, tick, facts_);
  }
  void run_out() {
    do {
      wake_late();
      run_background(~std::uint64_t{0});
    } while (kernel_->any_late_wakeup());
  }
  RunFacts end(std::uint64_t last_tick) {
    count_waiting(parked_, tasks_, facts_);
    parked_.for_each_waiting([&](const auto& p) { observer_->on_unfinished(p.at.event, p.block.requested); });
    observer_->on_end(std::max(answers_.last_tick(), last_tick));
    facts_.lock_ticks = clock_.lock_ticks();
    facts_.call_ticks = clock_.call_ticks();
    this->finish_digest();
    return facts_;
  }

  // ---- What a session shows. ----
  std::uint64_t now() const { return clock_.now(); }
  template <class F>
  void for_each_block(F f) const {
    blocks_.for_each(f);
    parked_.for_each_kept([&](const Parked<Call>& p) {
      if (p.block.state == Block::State::live) f(p.block, Holding::leaving);
    });
    for_each_queued_block(tasks_, f);
    background_.for_each_free([&](const WaitingFree& w) { f(w.block, Holding::leaving); });
    devices_.for_each_block([&](const Block& b) { f(b, Holding::live); });
  }
  template <class F>
  void for_each_waiting(F f) const {
    parked_.for_each_waiting([&](const Parked<Call>& p) {
      const bool asleep = p.stage == Stage::asleep;
      f(Waiting{p.at.event, p.block.id, p.block.requested, asleep ? p.since_tick : p.at.tick, p.at.task,
                asleep ? p.call.channel : Channel{}, asleep ? p.call.cause : SleepCause::none, p.first_sleep_tick,
                p.sleeps});
    });
  }
  void digest_into(Digest& d) const {
    this->tasks_into(d);
    parked_.for_each_waiting([&](const Parked<Call>& p) {
      for (const std::uint64_t v : {p.at.event, p.since_tick, p.slept_ticks, std::uint64_t{p.sleeps}}) d.add(v);
      d.add(p.free_after ? p.free_after->at.event : ~std::uint64_t{0});
    });
    background_.for_each_free([&](const WaitingFree& w) { d.add(w.at.event); });
    d.add(background_.due() ? 1 : 0);
    for (const std::uint64_t v : {clock_.lock_ticks(), clock_.call_ticks()}) d.add(v);
  }
  std::uint64_t bytes_not_shared(const Replayer& with) const {
    return sizeof *this + blocks_.bytes_not_shared(with.blocks_) + this->tasks_bytes() + parked_.bytes() +
           background_.bytes() + pressure_.bytes_not_shared(with.pressure_);
  }
  /// A process frees the block now, whatever the trace says; the trace's own free is skipped later. False: not live.
  bool free_now(std::uint64_t id) {
    Block* block = blocks_.live(id);
    if (block == nullptr) return false;
    execute_free(this->context_of_now(clock_.now()), *block, false, clock_.now());
    block->state = Block::State::absent;
    drain();
    return true;
  }

 private:
  friend Base;
  friend IdleTime;
  friend TaskQueue;
  using Call = typename Adapter::Call;
  static constexpr bool has_thread = HasThread<Adapter>;
  static constexpr bool has_background = has_thread || RefusesFrees<Adapter>;

  void page_event(const traces::EventBlock& b, std::uint32_t i) { IdleTime::page_event(*this, b, i); }

  bool must_queue(const CallContext& at) const {
    return (asleep_tasks_ != 0 || loop_.on()) && TaskQueue::must_queue(*this, at);
  }

  void alloc_arrives(const traces::EventBlock& b, std::uint32_t i, const Birth& birth) {
    CallContext at = events_.context_of(b, i);
    at.may_sleep = events_.may_sleep(b, i);
    current_event_ = at.event;
    const std::uint32_t slot = blocks_.place_of(b.slot[i]);
    Block& in_slot = blocks_.at(slot);
    if (in_slot.state != Block::State::empty && slot != blocks_.nobodys()) release_slot(at, in_slot, true);
    Block block;
    block.requested = b.requested[i];
    block.id = b.id[i];
    block.birth = birth;
    const Request request = events_.request_of(b, i);
    if (must_queue(at)) {
      const std::uint32_t handle = park(at, block, slot, Stage::queued);
      parked_[handle].request = request;
      TaskQueue::push(*this, at, {Queued::Kind::alloc, handle, {}});
      return;
    }
    Call& call = call_;
    if (!adapter_->prepare(call, request, at)) {
      answers_.alloc_over(in_slot, block, call, Outcome::failed, at, {0, 0, true});
      return;
    }
    const Outcome outcome = run_call(at, at.tick, [&] { return adapter_->run(*kernel_, call); });
    if (outcome == Outcome::blocked) {
      const std::uint32_t handle = park(at, block, slot, Stage::asleep);
      parked_[handle].call = call;
      fall_asleep(handle);
    } else {
      answers_.alloc_over(in_slot, block, call, outcome, at, {});
      blocks_.answered(slot);
    }
    drain();
  }

  void free_arrives(const traces::EventBlock& b, std::uint32_t i) {
    const CallContext at = events_.context_of(b, i);
    current_event_ = at.event;
    Block* in_slot = blocks_.named(b.slot[i]);
    if (in_slot == nullptr) {
      if (b.id[i] == traces::no_block) {
        ++facts_.null_frees;
      } else {
        ++facts_.unmatched_frees;
      }
      return;
    }
    release_slot(at, *in_slot, false);
    drain();
  }

  /// The trace is done with the block in this slot: free it now, or queue the free behind its sleeping task.
  void release_slot(const CallContext& at, Block& block, bool implied) {
    if (block.state == Block::State::pending) parked_[block.handle].detached = true;
    if (must_queue(at)) {
      TaskQueue::push(*this, at, {Queued::Kind::free, no_handle, {at, block, implied}});
    } else {
      execute_free(at, block, implied, at.tick);
    }
    block.state = Block::State::empty;
  }

  /// `ready_tick`: from when on it waits for the kernel lock only.
  void execute_free(const CallContext& at, const Block& block, bool implied, std::uint64_t ready_tick) {
    switch (block.state) {
      case Block::State::pending: {
        Parked<Call>& p = parked_[block.handle];
        if (p.stage != Stage::over) {
          p.free_after = WaitingFree{at, block, implied};
          return;
        }
        const Block granted = p.block;
        parked_.give(block.handle);
        execute_free(at, granted, implied, clock_.now());
        return;
      }
      case Block::State::live:
        if constexpr (RefusesFrees<Adapter>) {
          if (const Reason rule = adapter_->free_forbidden(at); rule != Reason::none) [[unlikely]]
            return forbidden_free(at, block, rule, implied);
        }
        this->before_free(block);
        this->before_call(at);
        clock_.run(*kernel_, at, ready_tick, [&] {
          adapter_->free(*kernel_, block);
          return Outcome::done;
        });
        if (!devices_.blocks_to_tell()) devices_.tell_pages(*observer_);
        answers_.free_over(at, block, {Ending::ok, Reason::none, implied});
        this->tell_devices(clock_.now());
        IdleTime::watch_frames(*this);
        return;
      case Block::State::absent:
      case Block::State::empty:
        answers_.free_over(at, block, {Ending::skipped, Reason::none, implied});
        return;
    }
  }

  /// The block stays the system's for good, unless a process is asked to free it.
  void forbidden_free(CallContext at, const Block& block, Reason rule, bool implied) {
    if (!adapter_->defers_frees()) {
      blocks_.lose(block);
      return answers_.free_over(at, block, {Ending::refused, rule, implied});
    }
    at.interrupt = false;
    at.task = traces::no_index;
    ++facts_.deferred_frees;
    background_.defer({at, block, implied});
  }

  void run_thread() {
    CallContext at;
    at.event = current_event_;
    ThreadWait wait;
    run_call(at, clock_.now(), [&] {
      wait = adapter_->run_thread(*kernel_);
      return Outcome::done;
    });
    ++facts_.thread_runs;
    kernel_->sleep(Sleeper{Background::thread_who, wait.channel, wait.cause, clock_.now()});
    observer_->on_background(std::max(clock_.now(), trace_begins_));  // the boot took none of the trace's time
    drain();
  }

  void run_background(std::uint64_t tick) { IdleTime::run_until(*this, tick); }

  std::uint32_t park(const CallContext& at, const Block& block, std::uint32_t slot, Stage stage) {
    const std::uint32_t handle = parked_.take();
    Parked<Call>& p = parked_[handle];
    p.at = at;
    p.block = block;
    p.slot = slot;
    p.stage = stage;
    Block& in_slot = blocks_.at(slot);
    in_slot = block;
    in_slot.state = Block::State::pending;
    in_slot.handle = handle;
    return handle;
  }

  void fall_asleep(std::uint32_t handle) {
    Parked<Call>& p = parked_[handle];
    p.stage = Stage::asleep;
    p.since_tick = clock_.now();
    if (p.sleeps++ == 0) p.first_sleep_tick = p.since_tick;
    if (p.at.task < tasks_.size() && !tasks_[p.at.task].asleep) {
      tasks_[p.at.task].asleep = true;
      ++asleep_tasks_;
    }
    kernel_->sleep(Sleeper{handle, p.call.channel, p.call.cause, p.since_tick});
    observer_->on_sleep({p.at.event, p.since_tick, 0, p.call.channel, p.call.cause, p.at.task});
  }

  /// A call that is no free: what devices did meanwhile is told before it.
  template <class F>
  Outcome run_call(const CallContext& at, std::uint64_t ready_tick, F&& call) {
    this->before_call(at);
    const Outcome outcome = clock_.run(*kernel_, at, ready_tick, call);
    this->tell_devices(clock_.now());
    IdleTime::watch_frames(*this);
    return outcome;
  }
  void wake_late() {
    kernel_->deliver_late_wakeups();
    drain();
  }
  /// Runs everybody who was woken, and what queued behind them, until nobody is ready.
  void drain() {
    if (kernel_->any_ready()) [[unlikely]]
      drain_ready();
  }
  void drain_ready() {
    if (draining_) return;
    draining_ = true;
    while (kernel_->any_ready()) {
      for (const Sleeper& s : kernel_->take_ready()) {
        if (s.who == Background::thread_who) {
          background_.thread_woken();
        } else {
          resume(static_cast<std::uint32_t>(s.who));
        }
      }
    }
    draining_ = false;
  }

  void resume(std::uint32_t handle) {
    const CallContext at = parked_[handle].at;
    current_event_ = at.event;
    const std::uint64_t slept = clock_.now() - parked_[handle].since_tick;
    parked_[handle].slept_ticks += slept;
    loop_.slept(at, slept);
    observer_->on_wake(
        {at.event, clock_.now(), slept, parked_[handle].call.channel, parked_[handle].call.cause, at.task});
    if (at.task < tasks_.size()) {
      tasks_[at.task].asleep = false;
      --asleep_tasks_;
    }
    run_parked(handle, clock_.now());
    TaskQueue::run(*this, at.task, clock_.now());
  }

  void run_parked(std::uint32_t handle, std::uint64_t ready_tick) {
    Parked<Call>& p = parked_[handle];
    const Outcome outcome = run_call(p.at, ready_tick, [&] { return adapter_->run(*kernel_, p.call); });
    if (outcome == Outcome::blocked) {
      fall_asleep(handle);
    } else {
      finish_parked(handle, outcome, false);
    }
  }

  void begin_parked(std::uint32_t handle, std::uint64_t ready_tick) {
    Parked<Call>& p = parked_[handle];
    if (adapter_->prepare(p.call, p.request, p.at)) {
      run_parked(handle, ready_tick);
    } else {
      finish_parked(handle, Outcome::failed, true);
    }
  }

  void finish_parked(std::uint32_t handle, Outcome outcome, bool forbidden) {
    Parked<Call>& p = parked_[handle];
    p.stage = Stage::over;
    Block result;
    answers_.alloc_over(result, p.block, p.call, outcome, p.at, {p.slept_ticks, p.sleeps, forbidden});
    if (!p.detached) {
      blocks_.at(p.slot) = result;
      blocks_.answered(p.slot);
      parked_.give(handle);
      return;
    }
    p.block = result;  // the free that is queued somewhere will look here
    if (!p.free_after) return;
    const WaitingFree free = *p.free_after;
    parked_.give(handle);
    execute_free(free.at, result, free.implied, clock_.now());
  }

  using Base::adapter_;
  using Base::answers_;
  using Base::blocks_;
  using Base::clock_;
  using Base::current_event_;
  using Base::devices_;
  using Base::events_;
  using Base::facts_;
  using Base::kernel_;
  using Base::loop_;
  using Base::observer_;
  using Base::pressure_;
  using Base::tasks_;
  Parking<Call> parked_;
  Background background_;
  std::uint64_t trace_begins_;  ///< tick of its first event
  std::uint64_t asleep_tasks_ = 0;
  bool draining_ = false;
  Call call_;  ///< of the present event, unless it is parked
};

}  // namespace kmemlab::sim
