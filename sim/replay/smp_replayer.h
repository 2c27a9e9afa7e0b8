// Plays a trace through a core whose calls may overlap: systems written for several CPUs, which protect themselves with
// semaphores. Open loop, as Replayer; but every CPU runs on its own, a call lasts from its begin to its end, and what
// it released is released at its end. So a call on another CPU in between finds the semaphore held, and sleeps.
//   - A CPU does one call at a time; what arrives meanwhile waits for it, in order.
//   - A task does one call at a time; its later events wait behind the one in progress. Interrupts are nobody's task.
//   - Allocations and frees alike are requests that may sleep.
//   - A block exists from the end of the call that gave it. A free that arrives before waits for it.
// Pages count from the begin of the call that took them, everything else from its end.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/replay/agenda.h"
#include "sim/replay/cpu_queues.h"
#include "sim/replay/jobs.h"
#include "sim/replay/player.h"
#include "sim/replay/session.h"
#include "sim/replay/task_queue.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

/// The times that Answers asks for, set by the replayer.
struct JobClock {
  std::uint64_t start_tick = 0;
  std::uint64_t now_tick = 0;
  std::uint64_t start() const { return start_tick; }
  std::uint64_t now() const { return now_tick; }
  std::uint64_t no_call(const CallContext&) { return start_tick = now_tick; }
};

template <class Adapter>
class SmpReplayer : public Player<Adapter, JobClock> {
  using Base = Player<Adapter, JobClock>;

 public:
  using typename Base::KernelType;
  SmpReplayer(KernelType& kernel, Adapter& adapter, const traces::KmtView& trace, const ReplayPolicy& policy)
      : Base(kernel, adapter, trace, policy, {}), cpus_(kernel.cpus()) {}

  // ---- What a session calls: as Replayer's. ----
  void boot() {
    observer_->on_begin(*kernel_);
    adapter_->boot(*kernel_);
    this->tell_devices(0);
    kernel_->defer_releases(true);
  }
  void play(const traces::EventBlock& b, std::uint32_t i) { this->dispatch(*this, b, i); }
  bool stalls() const { return agenda_.empty() && kernel_->sleepers().any_asleep(); }
  void edge(WindowEdge which, std::uint64_t event, std::uint64_t tick) {
    run_until(tick);
    if (which == WindowEdge::closes) return observer_->on_window_close(tick, facts_);
    kernel_->machine().restart_raised_max();
    observer_->on_window_open(event, tick, facts_);
  }
  void run_out() {
    do {
      run_until(~std::uint64_t{0});
    } while (kernel_->any_late_wakeup());
  }
  RunFacts end(std::uint64_t last_tick) {
    jobs_.count_waiting(facts_);
    jobs_.for_each_waiting([&](const JobType& j) { observer_->on_unfinished(j.at.event, j.block.requested); });
    for (const TaskState& task : tasks_) {
      for (const Queued& q : task.queue) {
        facts_.deadlock |=
            facts_.stopped.empty() && q.kind == Queued::Kind::free && q.free.block.state == Block::State::live;
      }
    }
    observer_->on_end(std::max(answers_.last_tick(), last_tick));
    this->finish_digest();
    return facts_;
  }

  // ---- What a session shows: as Replayer's. ----
  std::uint64_t now() const { return clock_.now_tick; }
  template <class F>
  void for_each_block(F f) const {
    blocks_.for_each(f);
    jobs_.for_each_holding([&](const Block& b) { f(b, Holding::leaving); });
    for_each_queued_block(tasks_, f);
  }
  template <class F>
  void for_each_waiting(F f) const {
    jobs_.for_each_waiting([&](const JobType& j) {
      const bool asleep = j.stage == Stage::asleep;
      f(Waiting{j.at.event, j.block.id, j.block.requested, asleep ? j.since_tick : j.at.tick, j.at.task,
                asleep ? j.channel() : Channel{}, asleep ? j.cause() : SleepCause::none, j.first_sleep_tick, j.sleeps});
    });
  }
  void digest_into(Digest& d) const {
    this->tasks_into(d);
    jobs_.for_each_open([&](const JobType& j) {
      for (const std::uint64_t v :
           {j.at.event, static_cast<std::uint64_t>(j.stage), j.since_tick, j.slept_ticks, std::uint64_t{j.sleeps}}) {
        d.add(v);
      }
      d.add(j.free_after ? j.free_after->at.event : ~std::uint64_t{0});
    });
    agenda_.for_each([&](const Due& due) {
      for (const std::uint64_t v : {due.tick, due.what, static_cast<std::uint64_t>(due.kind)}) d.add(v);
    });
    cpus_.digest_into(d);
  }
  std::uint64_t bytes_not_shared(const SmpReplayer& with) const {
    return sizeof *this + blocks_.bytes_not_shared(with.blocks_) + this->tasks_bytes() + jobs_.bytes() +
           agenda_.bytes() + cpus_.bytes() + pressure_.bytes_not_shared(with.pressure_);
  }
  bool free_now(std::uint64_t id) {
    Block* block = blocks_.live(id);
    if (block == nullptr) return false;
    begin_free({this->context_of_now(clock_.now_tick), *block, false});
    block->state = Block::State::absent;
    return true;
  }

 private:
  friend Base;
  friend SmpTaskQueue;
  using JobType = Job<Adapter>;
  using Stage = typename JobType::Stage;
  using Kind = typename JobType::Kind;

  void alloc_arrives(const traces::EventBlock& b, std::uint32_t i, const Birth& birth) {
    CallContext at = events_.context_of(b, i);
    at.may_sleep = events_.may_sleep(b, i);
    arrives(at);
    const std::uint32_t slot = blocks_.place_of(b.slot[i]);
    Block& in_slot = blocks_.at(slot);
    if (in_slot.state != Block::State::empty && slot != blocks_.nobodys()) release_slot(at, in_slot, true);
    const std::uint32_t handle = jobs_.take();
    JobType& job = jobs_[handle];
    job.kind = Kind::alloc;
    job.at = at;
    job.request = events_.request_of(b, i);
    job.block = Block{};
    job.block.requested = job.request.size;
    job.block.id = b.id[i];
    job.block.birth = birth;
    job.slot = slot;
    in_slot = job.block;
    in_slot.state = Block::State::pending;
    in_slot.handle = handle;
    if (must_queue(at)) {
      SmpTaskQueue::push(*this, at, {Queued::Kind::alloc, handle, {}});
    } else {
      begin_alloc(handle);
    }
  }

  void free_arrives(const traces::EventBlock& b, std::uint32_t i) {
    const CallContext at = events_.context_of(b, i);
    arrives(at);
    if (Block* block = blocks_.named(b.slot[i])) return release_slot(at, *block, false);
    ++(b.id[i] == traces::no_block ? facts_.null_frees : facts_.unmatched_frees);
  }

  void page_event(const traces::EventBlock& b, std::uint32_t i) {
    run_until(b.tick[i]);
    current_event_ = b.first_event + i;
    clock_.now_tick = std::max(clock_.now_tick, b.tick[i]);
    if (const auto note = pressure_.page_event(*kernel_, b, i)) observer_->on_frames(*note);
    watch_frames(clock_.now_tick);
    wake_those_ready(clock_.now_tick);
  }
  /// After whatever may have taken frames.
  void watch_frames(std::uint64_t now) {
    if (!pressure_.on()) return;
    if (const auto due = pressure_.watch(*kernel_, now)) agenda_.add(*due, Due::Kind::daemon, 0);
  }

  /// Everything that happens before the arrival, then the arrival's tick is the present.
  void arrives(const CallContext& at) {
    run_until(at.tick);
    current_event_ = at.event;
    clock_.now_tick = std::max(clock_.now_tick, at.tick);
  }

  bool must_queue(const CallContext& at) const { return SmpTaskQueue::must_queue(*this, at); }

  /// The trace is done with the block in this slot.
  void release_slot(const CallContext& at, Block& block, bool implied) {
    if (block.state == Block::State::pending) jobs_[block.handle].detached = true;
    if (must_queue(at)) {
      SmpTaskQueue::push(*this, at, {Queued::Kind::free, no_handle, {at, block, implied}});
    } else {
      begin_free({at, block, implied});
    }
    block.state = Block::State::empty;
  }

  void begin_alloc(std::uint32_t handle) {
    JobType& job = jobs_[handle];
    if (adapter_->prepare(job.call, job.request, job.at)) return make_ready(handle);
    clock_.start_tick = clock_.now_tick;
    alloc_over(handle, Outcome::failed, true);
  }

  void begin_free(WaitingFree free) {
    if (free.block.state == Block::State::pending) {
      JobType& job = jobs_[free.block.handle];
      if (job.stage != Stage::over) {
        job.free_after = free;
        return;
      }
      const std::uint32_t handle = free.block.handle;
      free.block = job.block;
      jobs_.give(handle);
    }
    if (free.block.state != Block::State::live) {
      return answers_.free_over(free.at, free.block, {Ending::skipped, Reason::none, free.implied});
    }
    if (const Reason rule = adapter_->free_forbidden(free.at); rule != Reason::none) {
      if (!adapter_->defers_frees()) {
        blocks_.lose(free.block);
        return answers_.free_over(free.at, free.block, {Ending::refused, rule, free.implied});
      }
      free.at.interrupt = false;  // a process of that CPU frees it as soon as the CPU has time
      free.at.task = traces::no_index;
      ++facts_.deferred_frees;
    }
    const std::uint32_t handle = jobs_.take();
    JobType& job = jobs_[handle];
    job.kind = Kind::free;
    job.at = free.at;
    job.block = free.block;
    job.implied = free.implied;
    adapter_->prepare_free(job.free_call, free.block);
    make_ready(handle);
  }

  /// The request may run from now on: at once, or when its CPU is free.
  void make_ready(std::uint32_t handle) {
    JobType& job = jobs_[handle];
    if (!job.begun) {
      job.begun = true;
      if (job.at.task < tasks_.size() && !job.at.interrupt) ++tasks_[job.at.task].calls;
    }
    start(handle);
  }
  void start(std::uint32_t handle) {
    const unsigned cpu = jobs_[handle].at.cpu;
    if (cpus_.is_free(cpu, clock_.now_tick)) {
      run_job(handle);
    } else {
      cpus_.wait(cpu, handle, agenda_);
    }
  }
  void start_next(unsigned cpu) {
    std::uint32_t handle = 0;
    if (!cpus_.next(cpu, clock_.now_tick, agenda_, handle)) return;
    run_job(handle);
    cpus_.rearm(cpu, agenda_);
  }

  void run_job(std::uint32_t handle) {
    JobType& job = jobs_[handle];
    const std::uint64_t begin = clock_.now_tick;
    current_event_ = job.at.event;
    if (job.stage == Stage::waiting) job.start_tick = begin;
    job.stage = Stage::running;
    if (job.kind == Kind::free && !std::exchange(job.told_free, true)) this->before_free(job.block);
    this->before_call(job.at);
    kernel_->begin_call(job.at.cpu, begin, environment_of(job.at));
    job.outcome =
        job.kind == Kind::alloc ? adapter_->run(*kernel_, job.call) : adapter_->run_free(*kernel_, job.free_call);
    const std::uint64_t over = kernel_->end_call();
    cpus_.busy_until(job.at.cpu, over);
    facts_.call_ticks += over - begin;
    this->tell_devices(clock_.now_tick);
    for (const sem_id sem : kernel_->take_releases()) {
      agenda_.add(over, Due::Kind::release, static_cast<std::uint64_t>(sem));
    }
    watch_frames(over);
    wake_those_ready(over);
    agenda_.add(over, Due::Kind::finish, handle);
    if (job.outcome == Outcome::blocked) kernel_->sleep(Sleeper{handle, job.channel(), job.cause(), over});
  }

  void wake_those_ready(std::uint64_t tick) {
    if (!kernel_->any_ready()) return;
    for (const Sleeper& s : kernel_->take_ready()) agenda_.add(tick, Due::Kind::wake, s.who);
  }

  void run_until(std::uint64_t tick) {
    if (kernel_->any_late_wakeup()) [[unlikely]]
      kernel_->deliver_late_wakeups();
    wake_those_ready(clock_.now_tick);
    Due next;
    while (agenda_.take(tick, next)) {
      clock_.now_tick = std::max(clock_.now_tick, next.tick);
      const auto handle = static_cast<std::uint32_t>(next.what);  // of a job, a CPU, a task
      switch (next.kind) {
        case Due::Kind::release:
          kernel_->finish_release(static_cast<sem_id>(next.what));
          wake_those_ready(clock_.now_tick);
          break;
        case Due::Kind::wake:
          wake(handle);
          break;
        case Due::Kind::finish:
          finish(handle);
          break;
        case Due::Kind::start:
          start_next(handle);
          break;
        case Due::Kind::arrival:
          loop_.fired(handle);
          SmpTaskQueue::run(*this, handle);
          break;
        case Due::Kind::daemon:
          observer_->on_frames(pressure_.run_daemon(*kernel_));
          watch_frames(clock_.now_tick);
          wake_those_ready(clock_.now_tick);
          break;
      }
    }
  }

  /// What the request waited for is there. A call that has not ended yet goes to sleep all the same, for no time.
  void wake(std::uint32_t handle) {
    JobType& job = jobs_[handle];
    if (job.stage == Stage::running) {
      job.woken = true;
      return;
    }
    const std::uint64_t slept = clock_.now_tick - job.since_tick;
    job.slept_ticks += slept;
    loop_.slept(job.at, slept);
    if (job.cause() == SleepCause::lock) facts_.lock_ticks += slept;
    observer_->on_wake({job.at.event, clock_.now_tick, slept, job.channel(), job.cause(), job.at.task});
    start(handle);
  }

  void finish(std::uint32_t handle) {
    JobType& job = jobs_[handle];
    if (job.outcome == Outcome::blocked) {
      job.stage = Stage::asleep;
      job.since_tick = clock_.now_tick;
      if (job.sleeps == 0) job.first_sleep_tick = clock_.now_tick;
      if (++job.sleeps == 1 && job.kind == Kind::alloc && !job.at.may_sleep) ++facts_.atomic_slept;
      observer_->on_sleep({job.at.event, clock_.now_tick, 0, job.channel(), job.cause(), job.at.task});
      if (!job.woken) return;
      job.woken = false;
      return wake(handle);
    }
    const CallContext at = job.at;
    clock_.start_tick = job.start_tick;
    if (job.kind == Kind::alloc) {
      alloc_over(handle, job.outcome, false);
    } else {
      answers_.free_over(at, job.block, {Ending::ok, Reason::none, job.implied});
      jobs_.give(handle);
    }
    if (at.interrupt || at.task >= tasks_.size()) return;
    --tasks_[at.task].calls;
    SmpTaskQueue::run(*this, at.task);
  }

  void alloc_over(std::uint32_t handle, Outcome outcome, bool forbidden) {
    JobType& job = jobs_[handle];
    job.stage = Stage::over;
    Block result;
    answers_.alloc_over(result, job.block, job.call, outcome, job.at, {job.slept_ticks, job.sleeps, forbidden});
    if (!job.detached) {
      blocks_.at(job.slot) = result;
      blocks_.answered(job.slot);
      jobs_.give(handle);
      return;
    }
    job.block = result;  // the free that is queued somewhere will look here
    if (!job.free_after) return;
    WaitingFree free = *job.free_after;
    free.block = result;
    jobs_.give(handle);
    begin_free(free);
  }

  using Base::adapter_;
  using Base::answers_;
  using Base::blocks_;
  using Base::clock_;
  using Base::current_event_;
  using Base::events_;
  using Base::facts_;
  using Base::kernel_;
  using Base::loop_;
  using Base::observer_;
  using Base::pressure_;
  using Base::tasks_;
  CpuQueues cpus_;
  Jobs<Adapter> jobs_;
  Agenda agenda_;
};

}  // namespace kmemlab::sim
