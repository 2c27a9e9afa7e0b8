// One state of an exploration: the simulated kernel, a system's driver, the blocks that live, and who is asleep. It
// makes one action at a time and says whether anything was wrong with it. Copies are independent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/explore/plan.h"
#include "sim/check/explore/reference.h"
#include "sim/check/explore/trouble.h"

namespace kmemlab::sim::explore {

/// One transition, in 32 bits.
struct Action {
  enum class Kind : std::uint8_t { operation, resume, leave };
  Kind kind = Kind::operation;
  bool interrupt = false;
  std::uint8_t task = 0;   ///< who calls; resume: tasks first, then the system's threads
  std::uint8_t block = 0;  ///< release, resize: index of the live block, by address
  std::uint8_t operation = 0;

  std::uint32_t pack() const {
    return static_cast<std::uint32_t>(kind) | std::uint32_t{interrupt} << 2 | std::uint32_t{task} << 3 |
           std::uint32_t{block} << 8 | std::uint32_t{operation} << 16;
  }
  static Action unpack(std::uint32_t v) {
    Action a;
    a.kind = static_cast<Kind>(v & 3);
    a.interrupt = (v >> 2 & 1) != 0;
    a.task = static_cast<std::uint8_t>(v >> 3 & 31);
    a.block = static_cast<std::uint8_t>(v >> 8);
    a.operation = static_cast<std::uint8_t>(v >> 16);
    return a;
  }
};

/// An interrupt that arrives while an action runs, and what its handler does.
struct Arrival {
  std::uint64_t access = 0;  ///< before the action's access of this number, from 0
  Level level = 3;
  Action action;
  std::optional<std::uint64_t> delivered;  ///< accesses that the action had made then
  std::uint32_t born = 0;                  ///< of the block that the handler got
  bool failed = false;                     ///< the handler's call
};

/// The n-th question of this kind is answered with "no", n from 0.
struct Refusal {
  FaultSite site = FaultSite::frame;
  std::uint64_t nth = 0;
};

class World final : PageWatcher, InterruptSource, FaultInjector {
 public:
  /// The booted machine. Errors: a profile, option or call that is impossible. `plan` must outlive all copies.
  static Fallible<std::unique_ptr<World>> boot(Plan& plan);
  /// A machine that must not boot. Trouble if it does, or stops for another reason than the run's; marks are added.
  static Fallible<std::optional<Trouble>> boot_in_vain(Plan& plan, MarkSet& marks);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  std::unique_ptr<World> copy() const;
  /// The same as a copy, into this one's memory.
  void become(const World& other);

  /// All that can happen next.
  void actions(std::vector<Action>& out) const;
  std::optional<Trouble> act(const Action& action);
  /// With interrupts on the way; `delivered` is filled in. What was not delivered is cancelled.
  std::optional<Trouble> act(const Action& action, std::vector<Arrival>& arrivals);
  /// With a resource refused. Sets `struck` if the question was asked.
  std::optional<Trouble> act(const Action& action, const Refusal& refusal, bool& struck);
  /// A call of a root, and the name that gets its value.
  std::optional<Trouble> call(const std::string& text, const std::string& as);
  std::optional<Trouble> poke(const std::string& at, const std::string& value, unsigned bytes, Addr block = {});
  /// An expression of names, constants, memory; `$` is the block.
  Fallible<std::uint64_t> evaluate(const std::string& text, Addr block) const;
  /// Makes misuse `index` on live block `block`; trouble if it is not noticed as it must be.
  std::optional<Trouble> misuse(std::size_t index, std::size_t block);
  /// False if the misuse needs a sleeper whom nobody could have woken.
  bool may_misuse(std::size_t index) const;
  /// Channels on which somebody sleeps, each once.
  std::vector<Channel> channels() const;
  /// All who sleep there are woken for nothing and go on at once. Trouble if that does harm.
  std::optional<Trouble> wake_for_nothing(Channel channel);

  /// Whether the last call came to its end with null or a bad status; whether it sleeps.
  bool failed() const { return failed_; }
  bool slept() const { return slept_; }
  /// A caller's call came to its end, whatever that was.
  bool ended() const { return ended_; }
  std::size_t thread_count() const { return threads_; }
  /// The task is still inside its call, since it holds a semaphore.
  bool inside(std::size_t task) const { return tasks_[task].state == Task::State::inside; }
  /// Pages that the system's own records know; none if it says nothing of that.
  std::optional<std::uint64_t> recorded_pages() const { return driver_->recorded_pages(); }
  bool anybody_asleep() const;
  /// Somebody sleeps for want of something, perhaps a thread of the system, who did not before.
  bool fell_asleep(const World& before) const;
  bool anybody_ready() const;
  /// Somebody is in the middle of a call, and may hold pages that are in nobody's records yet.
  bool anybody_holds_pages() const;
  /// Nobody is ready or inside a call, and somebody asleep would come to its end if resumed.
  std::optional<Trouble> lost_wakeup() const;
  /// What a failed call may not change, compared with the state before it.
  std::optional<Trouble> failure_left_something(const World& before, const Operation& o) const;
  /// On the way to rest: somebody who is ready goes on, or else a process frees a block. None: it is reached.
  std::optional<Action> next_to_rest() const;
  /// There: does the system keep more pages than it may?
  std::optional<Trouble> keeps_too_much() const;

  std::uint64_t digest() const;
  const std::vector<Block>& live() const { return reference_.live(); }
  const Kernel& kernel() const { return kernel_; }
  const Plan& plan() const { return *plan_; }
  std::uint32_t births() const { return births_; }
  /// "t0", "pool_thread".
  std::string task_name(std::size_t task) const;
  std::size_t task_of(std::uint64_t handle) const;
  /// Where somebody sleeps, as scenarios say it.
  std::string channel_name(const Sleeper& sleeper) const {
    const std::string own = driver_->channel_name(sleeper.channel);
    return own.empty() ? name_of(sleeper.cause) : own;
  }
  std::uint64_t free_frames() const { return kernel_.machine().free_frames(); }
  std::uint64_t mapped_pages() const;

 private:
  static constexpr std::uint64_t first_task = 1000;  ///< handles below are the system's threads
  struct Task {
    enum class State : std::uint8_t { idle, asleep, ready, inside };
    State state = State::idle;
    std::uint8_t operation = 0;
    std::uint32_t born = 0;
    std::optional<Block> resized;  ///< what realloc was given
    SleepCause cause = SleepCause::none;
    std::vector<sem_id> sems;  ///< inside: what it holds
  };
  struct Accounts {
    std::uint64_t elsewhere = 0;  ///< frames that are neither free nor mapped in the arena
  };

  World(Plan& plan, Kernel kernel) : plan_(&plan), kernel_(std::move(kernel)) {}
  static Fallible<std::unique_ptr<World>> make(Plan& plan);
  void bind();
  Fallible<void> start();
  std::optional<Trouble> guarded(const Action& action);
  void perform(const Action& action);
  void resume(std::size_t task);
  void operate(const Action& action, std::size_t block, std::uint64_t handle);
  void handle_interrupt(const Action& action, std::size_t block, std::uint64_t handle);
  void settle(std::size_t operation, const scenario::Answer& answer, const std::optional<Block>& old, std::size_t task);
  void finish(std::size_t operation, const scenario::Answer& answer, const std::optional<Block>& old,
              std::uint32_t born);
  void take_ready();
  void check_state();
  bool two_hold_one_semaphore() const;
  void complain(Trouble trouble);
  std::vector<scenario::Argument> arguments(const PlannedCall& call, Addr block) const;
  bool possible(const Operation& o) const;
  std::size_t task_named(const std::string& name) const;
  std::optional<scenario::Answer> make_misuse(std::size_t index, Addr block, std::size_t& done, std::uint64_t& before);
  std::optional<Trouble> compare_misuse(const Misuse& m, const scenario::Answer& answer, std::uint64_t before,
                                        Addr block) const;
  Trouble trap() const;
  std::uint64_t handle_of(std::size_t task) const;

  void page_mapped(Addr page) override;
  void page_unmapped(Addr) override {}
  void interrupt(Machine& machine, const PlannedInterrupt& which) override;
  bool strikes(FaultSite site) override;

  Plan* plan_;
  Kernel kernel_;
  std::unique_ptr<scenario::Driver> driver_;
  Reference reference_;
  std::vector<std::optional<std::uint64_t>> names_;
  std::vector<Task> tasks_;  ///< the callers, then the system's threads
  std::size_t threads_ = 0;
  Accounts accounts_;
  std::uint32_t births_ = 0;
  bool failed_ = false;
  bool slept_ = false;
  bool ended_ = false;
  std::uint64_t handlers_unmapped_ = 0;  ///< pages, in all handlers
  std::optional<Trouble> trouble_;
  std::vector<Arrival>* arrivals_ = nullptr;
  std::uint64_t arrivals_from_ = 0;
  const Refusal* refusal_ = nullptr;
  std::uint64_t asked_ = 0;
  bool struck_ = false;
};

}  // namespace kmemlab::sim::explore
