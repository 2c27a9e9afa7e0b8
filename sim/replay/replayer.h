// Plays a trace through one core on one machine. Open loop: an event arrives at the trace's time on the trace's CPU; the
// systems here were written for one CPU and run under one kernel lock, so calls do not overlap: one begins when it has
// arrived and the last one is over.
//   - A request that blocks parks its task; the task's later events queue behind it, in order. Interrupts are nobody's
//     task and never queue.
//   - A free of a block whose allocation is asleep or queued waits for it.
//   - Sleepers that a call woke run when that call is over, first come first, before the next event.
// Slots of the trace are resolved on arrival, in trace order, so that a queued free never meets the slot's next block.
// Memory: the trace's live slots, its tasks, and what sleeps or is queued.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/digest.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/events.h"
#include "sim/replay/observer.h"
#include "sim/replay/policy.h"
#include "sim/replay/run_facts.h"
#include "traces/kmt/reader.h"

namespace kmemlab::sim {

template <class Adapter>
class Replayer {
 public:
  using KernelType = typename Adapter::KernelType;
  Replayer(KernelType& kernel, Adapter& adapter, traces::KmtReader& trace, const ReplayPolicy& policy, Observer& observer)
      : kernel_(kernel), adapter_(adapter), trace_(trace), policy_(policy), observer_(observer) {
    blocks_.resize(trace.max_slots());
    tasks_.resize(trace.tables().tasks.size());
    cpu_free_at_.resize(std::max<std::uint32_t>(1, kernel.cpus()));
    for (const traces::Gfp& gfp : trace.tables().gfps) {
      gfp_may_sleep_.push_back(gfp.may_sleep);
      gfp_zero_.push_back(gfp.zero == traces::Tri::yes);
    }
  }

  /// Plays the whole trace. Errors are the trace's (damaged chunk); a panic of the core ends the run and stands in
  /// RunFacts::stopped. `progress(events done)` is called now and then.
  template <class Progress>
  Fallible<RunFacts> run(Progress&& progress) {
    observer_.on_begin(kernel_);
    kernel_.set_page_watcher(&observer_);
    const auto block = std::make_unique<traces::EventBlock>();
    try {
      for (std::uint64_t at = 0; at < trace_.events(); at += traces::block_events) {
        const Fallible<std::uint32_t> rows = trace_.block(at, traces::replay_columns, *block);
        if (!rows) return Failure<Error>{rows.error()};
        for (std::uint32_t i = 0; i < block->events; ++i) {
          prefetch(*block, i + 6);
          play(*block, i);
        }
        if ((at & 0xffff) == 0) progress(at);
      }
    } catch (const MachineTrap&) {
      facts_.stopped = kernel_.machine().stopped()->message + " at event " + std::to_string(current_event_);
    }
    return end();
  }

 private:
  using Call = typename Adapter::Call;
  enum class Stage : std::uint8_t { queued, asleep, over };

  /// A request that could not be answered at once.
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

  /// Slots are known ahead; their records are scattered over more than a first-level cache.
  void prefetch(const traces::EventBlock& b, std::uint32_t i) const {
    if (i < b.events && b.slot[i] < blocks_.size()) __builtin_prefetch(&blocks_[b.slot[i]], 1);
  }

  void play(const traces::EventBlock& b, std::uint32_t i) {
    switch (b.op[i]) {
      case traces::Op::alloc: return alloc_arrives(b, i);
      case traces::Op::free: return free_arrives(b, i);
      case traces::Op::realloc:  // these systems have none: the caller frees and allocates (docs/replay.md)
        free_arrives(b, i);
        return alloc_arrives(b, i);
      case traces::Op::alloc_null: ++facts_.null_allocs; return;
      default: return;
    }
  }

  CallContext context_of(const traces::EventBlock& b, std::uint32_t i) const {
    CallContext at;
    at.event = b.first_event + i;
    at.tick = b.tick[i];
    at.task = b.task[i];
    at.cpu = b.cpu[i] < cpu_free_at_.size() ? b.cpu[i] : 0;
    const traces::Context context = traces::context_of(b.context[i]);
    at.interrupt = context >= traces::Context::softirq;
    return at;
  }

  bool may_sleep(const traces::EventBlock& b, std::uint32_t i) const {
    const traces::Tri known = b.gfp[i] < gfp_may_sleep_.size() ? gfp_may_sleep_[b.gfp[i]] : traces::Tri::unknown;
    if (known != traces::Tri::unknown) return known == traces::Tri::yes;
    return policy_.unknown_may_sleep(traces::context_of(b.context[i]), traces::cpu_state_of(b.context[i]));
  }

  bool must_queue(const CallContext& at) const {
    return asleep_tasks_ != 0 && !at.interrupt && at.task < tasks_.size() && tasks_[at.task].asleep;
  }

  void alloc_arrives(const traces::EventBlock& b, std::uint32_t i) {
    CallContext at = context_of(b, i);
    at.may_sleep = may_sleep(b, i);
    current_event_ = at.event;
    const std::uint32_t slot = b.slot[i];
    if (blocks_[slot].state != Block::State::empty) release_slot(at, slot, true);
    Block block;
    block.requested = b.requested[i];
    block.id = b.id[i];
    const bool zero = b.gfp[i] < gfp_zero_.size() && gfp_zero_[b.gfp[i]];
    if (must_queue(at)) {
      const std::uint32_t handle = park(at, block, slot, Stage::queued);
      parked_[handle].zero = zero;
      parked_[handle].cache = b.cache[i];
      parked_[handle].call_site = b.call_site[i];
      tasks_[at.task].queue.push_back({Queued::Kind::alloc, handle, {}});
      return;
    }
    Call& call = call_;
    if (!adapter_.prepare(call, block.requested, b.cache[i], b.call_site[i], at, zero)) {
      settle(blocks_[slot], block, call, Outcome::failed, at, 0, 0, true);
      return;
    }
    const Outcome outcome = timed(at, at.tick, [&] { return adapter_.run(kernel_, call); });
    if (outcome == Outcome::blocked) {
      const std::uint32_t handle = park(at, block, slot, Stage::asleep);
      parked_[handle].call = call;
      fall_asleep(handle);
    } else {
      settle(blocks_[slot], block, call, outcome, at, 0, 0, false);
    }
    drain();
  }

  void free_arrives(const traces::EventBlock& b, std::uint32_t i) {
    const CallContext at = context_of(b, i);
    current_event_ = at.event;
    const std::uint32_t slot = b.slot[i];
    if (slot == traces::no_slot || blocks_[slot].state == Block::State::empty) {
      if (b.id[i] == traces::no_block) {
        ++facts_.null_frees;
      } else {
        ++facts_.unmatched_frees;
      }
      return;
    }
    release_slot(at, slot, false);
    drain();
  }

  /// The trace is done with the block in `slot`: free it now, or queue the free behind its sleeping task.
  void release_slot(const CallContext& at, std::uint32_t slot, bool implied) {
    Block& block = blocks_[slot];
    if (block.state == Block::State::pending) parked_[block.handle].detached = true;
    if (must_queue(at)) {
      tasks_[at.task].queue.push_back({Queued::Kind::free, no_handle, {at, block, implied}});
    } else {
      execute_free(at, block, implied);
    }
    block.state = Block::State::empty;
  }

  void execute_free(const CallContext& at, const Block& block, bool implied) {
    switch (block.state) {
      case Block::State::pending: {
        Parked& p = parked_[block.handle];
        if (p.stage != Stage::over) {
          p.free_after = WaitingFree{at, block, implied};
          return;
        }
        const Block granted = p.block;
        unpark(block.handle);
        execute_free(at, granted, implied);
        return;
      }
      case Block::State::live:
        timed(at, at.tick, [&] {
          adapter_.free(kernel_, block);
          return Outcome::done;
        });
        complete_free(at, block, Ending::ok, implied);
        return;
      case Block::State::absent:
      case Block::State::empty: complete_free(at, block, Ending::skipped, implied); return;
    }
  }

  /// Runs one call on its CPU, not before `ready_tick`; the machine's clock of that CPU is left at its end.
  template <class F>
  Outcome timed(const CallContext& at, std::uint64_t ready_tick, F&& call) {
    const std::uint64_t start = std::max(ready_tick, lock_free_at_);
    if (start > ready_tick) {
      const std::uint64_t idle_from = std::max(ready_tick, cpu_free_at_[at.cpu]);
      if (start > idle_from) facts_.lock_ticks += start - idle_from;
    }
    start_tick_ = start;
    kernel_.begin_call(at.cpu, start, at.interrupt ? CallEnvironment::interrupt : CallEnvironment::process);
    const Outcome outcome = call();
    lock_free_at_ = kernel_.end_call();
    cpu_free_at_[at.cpu] = lock_free_at_;
    facts_.call_ticks += lock_free_at_ - start;
    return outcome;
  }

  /// A request is answered: books it and fills the block of its slot (or of its parked record).
  void settle(Block& to, const Block& asked, const Call& call, Outcome outcome, const CallContext& at,
              std::uint64_t slept_ticks, std::uint32_t sleeps, bool forbidden) {
    Completion& c = completion_;
    c.action = Action::alloc;
    c.implied = false;
    c.requested = asked.requested;
    c.id = asked.id;
    c.slept_ticks = slept_ticks;
    c.sleeps = sleeps;
    to = asked;
    if (outcome == Outcome::done) {
      to.state = Block::State::live;
      to.address = call.address.v;
      to.granted = call.granted;
      to.tag = Adapter::tag_of(call);
      c.address = call.address;
      c.granted = call.granted;
      c.ending = Ending::ok;
      c.reason = Reason::none;
    } else {
      to.state = Block::State::absent;
      c.address = null_addr;
      c.granted = 0;
      c.ending = forbidden || Adapter::is_refusal(call.reason) ? Ending::refused : Ending::failed;
      c.reason = call.reason;
    }
    if (forbidden) start_tick_ = std::max(at.tick, lock_free_at_);
    book(c, at, forbidden ? start_tick_ : lock_free_at_);
  }

  void complete_free(const CallContext& at, const Block& block, Ending ending, bool implied) {
    Completion& c = completion_;
    c.action = Action::free;
    c.ending = ending;
    c.reason = Reason::none;
    c.id = block.id;
    c.requested = block.requested;
    c.slept_ticks = 0;
    c.sleeps = 0;
    c.implied = implied;
    if (ending == Ending::ok) {
      c.address = Addr{block.address};
      c.granted = block.granted;
    } else {
      c.address = null_addr;
      c.granted = 0;
      start_tick_ = std::max(at.tick, lock_free_at_);
    }
    book(c, at, ending == Ending::ok ? lock_free_at_ : start_tick_);
  }

  void book(Completion& c, const CallContext& at, std::uint64_t tick) {
    c.event = at.event;
    c.tick = tick;
    c.lag_ticks = start_tick_ - at.tick;
    c.metadata = adapter_.metadata_bytes();
    digest_.add(c.event << 8 | static_cast<unsigned>(c.action) | static_cast<unsigned>(c.ending) << 2 |
                static_cast<unsigned>(c.reason) << 4);
    digest_.add(c.id);
    digest_.add(c.address.v);
    last_tick_ = std::max(last_tick_, tick);
    observer_.on_completion(c);
  }

  std::uint32_t park(const CallContext& at, const Block& block, std::uint32_t slot, Stage stage) {
    std::uint32_t handle;
    if (free_handles_.empty()) {
      handle = static_cast<std::uint32_t>(parked_.size());
      parked_.emplace_back();
    } else {
      handle = free_handles_.back();
      free_handles_.pop_back();
      parked_[handle] = Parked{};
    }
    Parked& p = parked_[handle];
    p.at = at;
    p.block = block;
    p.slot = slot;
    p.stage = stage;
    Block& in_slot = blocks_[slot];
    in_slot = block;
    in_slot.state = Block::State::pending;
    in_slot.handle = handle;
    ++waiting_;
    return handle;
  }

  void unpark(std::uint32_t handle) { free_handles_.push_back(handle); }

  void fall_asleep(std::uint32_t handle) {
    Parked& p = parked_[handle];
    p.stage = Stage::asleep;
    p.since_tick = lock_free_at_;
    ++p.sleeps;
    if (p.at.task < tasks_.size() && !tasks_[p.at.task].asleep) {
      tasks_[p.at.task].asleep = true;
      ++asleep_tasks_;
    }
    kernel_.sleep(Sleeper{handle, p.call.channel, p.call.cause, p.since_tick});
    observer_.on_sleep({p.at.event, p.since_tick, 0, p.call.channel, p.call.cause, p.at.task});
  }

  /// Runs everybody who was woken, and what queued behind them, until nobody is ready.
  void drain() {
    if (kernel_.any_ready()) [[unlikely]] drain_ready();
  }
  void drain_ready() {
    if (draining_) return;
    draining_ = true;
    while (kernel_.any_ready()) {
      for (const Sleeper& s : kernel_.take_ready()) resume(static_cast<std::uint32_t>(s.who));
    }
    draining_ = false;
  }

  void resume(std::uint32_t handle) {
    const CallContext at = parked_[handle].at;
    current_event_ = at.event;
    const std::uint64_t slept = lock_free_at_ - parked_[handle].since_tick;
    parked_[handle].slept_ticks += slept;
    observer_.on_wake({at.event, lock_free_at_, slept, parked_[handle].call.channel, parked_[handle].call.cause, at.task});
    if (at.task < tasks_.size()) {
      tasks_[at.task].asleep = false;
      --asleep_tasks_;
    }
    run_parked(handle, lock_free_at_);
    run_queue(at.task);
  }

  void run_parked(std::uint32_t handle, std::uint64_t ready_tick) {
    Parked& p = parked_[handle];
    const Outcome outcome = timed(p.at, ready_tick, [&] { return adapter_.run(kernel_, p.call); });
    if (outcome == Outcome::blocked) {
      fall_asleep(handle);
    } else {
      finish_parked(handle, outcome, false);
    }
  }

  void run_queue(std::uint32_t task) {
    if (task >= tasks_.size()) return;
    TaskState& state = tasks_[task];
    while (!state.asleep && !state.queue.empty()) {
      const Queued next = state.queue.front();
      state.queue.pop_front();
      if (next.kind == Queued::Kind::free) {
        current_event_ = next.free.at.event;
        execute_free(next.free.at, next.free.block, next.free.implied);
        continue;
      }
      Parked& p = parked_[next.parked];
      current_event_ = p.at.event;
      if (adapter_.prepare(p.call, p.block.requested, p.cache, p.call_site, p.at, p.zero)) {
        run_parked(next.parked, p.at.tick);
      } else {
        finish_parked(next.parked, Outcome::failed, true);
      }
    }
  }

  void finish_parked(std::uint32_t handle, Outcome outcome, bool forbidden) {
    Parked& p = parked_[handle];
    p.stage = Stage::over;
    --waiting_;
    Block result;
    settle(result, p.block, p.call, outcome, p.at, p.slept_ticks, p.sleeps, forbidden);
    if (!p.detached) {
      blocks_[p.slot] = result;
      unpark(handle);
      return;
    }
    p.block = result;  // the free that is queued somewhere will look here
    if (!p.free_after) return;
    const WaitingFree free = *p.free_after;
    unpark(handle);
    execute_free(free.at, result, free.implied);
  }

  RunFacts end() {
    for (const Parked& p : parked_) {
      if (p.stage == Stage::over || waiting_ == 0) continue;
      ++facts_.asleep_at_end;
      facts_.asleep_bytes += p.block.requested;
    }
    if (asleep_tasks_ != 0 && facts_.stopped.empty()) {
      for (const TaskState& task : tasks_) {
        for (const Queued& q : task.queue) {
          facts_.deadlock |= q.kind == Queued::Kind::free && q.free.block.state == Block::State::live;
        }
      }
    }
    observer_.on_end(std::max(last_tick_, trace_.last_tick()));
    digest_.add(adapter_.digest());
    digest_.add(kernel_.digest());
    facts_.digest = digest_.value();
    return facts_;
  }

  KernelType& kernel_;
  Adapter& adapter_;
  traces::KmtReader& trace_;
  ReplayPolicy policy_;
  Observer& observer_;
  std::vector<Block> blocks_;  ///< by slot
  std::vector<TaskState> tasks_;
  std::vector<Parked> parked_;
  std::vector<std::uint32_t> free_handles_;
  std::vector<traces::Tri> gfp_may_sleep_;
  std::vector<std::uint8_t> gfp_zero_;
  std::vector<std::uint64_t> cpu_free_at_;  ///< end of each CPU's last call
  std::uint64_t lock_free_at_ = 0;          ///< end of the last call: the kernel lock
  std::uint64_t start_tick_ = 0;            ///< of the present call
  std::uint64_t last_tick_ = 0;
  std::uint64_t current_event_ = 0;
  std::uint64_t waiting_ = 0;       ///< parked requests that are not over
  std::uint64_t asleep_tasks_ = 0;
  bool draining_ = false;
  Call call_;              ///< of the present event, unless it is parked
  Completion completion_;  ///< of the present event; every field is set for each
  Digest digest_;
  RunFacts facts_;
};

}  // namespace kmemlab::sim
