// A run that stands between two events of its trace: it can be played on, copied, taken back to what a copy was, and
// looked at. The run of `kmemlab replay` is a session played to its end; sim/observe/timeline.h keeps copies.
// One session is for one thread; several threads may copy one that was not played since it was itself made by copying.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "core/base/tables.h"
#include "core/machine/channel.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/published.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/observer.h"
#include "sim/replay/page_rule.h"
#include "sim/replay/policy.h"
#include "sim/replay/run_facts.h"
#include "sim/replay/wait_graph.h"
#include "traces/kmt/view.h"

namespace kmemlab::sim {

/// Called now and then with the number of events done.
using ReplayProgress = std::function<void(std::uint64_t)>;

/// What a granted block is to the trace.
enum class Holding : std::uint8_t {
  live,     ///< the trace has not freed it
  leaving,  ///< its free is under way, or waits behind a sleeping task
  lost,     ///< its free was refused: the system's for good
};

inline constexpr std::uint64_t no_event = ~std::uint64_t{0};

/// A granted block. Sizes are bytes.
struct HeldBlock {
  std::uint64_t id = 0;  ///< traces::no_block if the trace has no name for it
  Addr address{};
  std::uint64_t requested = 0;
  std::uint64_t granted = 0;
  Holding holding = Holding::live;
  std::uint64_t event = no_event;               ///< of the allocation that it came from, reallocs apart
  std::uint32_t call_site = ~std::uint32_t{0};  ///< index of the trace's table; all ones: not known
  std::uint32_t task = ~std::uint32_t{0};       ///< likewise
};

/// An allocation that has not been answered: asleep, or queued behind a sleeping one of its task.
struct Waiting {
  std::uint64_t event = 0;
  std::uint64_t id = 0;
  std::uint64_t requested = 0;
  std::uint64_t since_tick = 0;
  std::uint32_t task = 0;
  Channel channel{};                    ///< none: queued
  SleepCause cause = SleepCause::none;  ///< none: queued
  std::uint64_t first_tick = 0;         ///< of its first sleep; `since_tick` is of the last
  std::uint32_t sleeps = 0;
};

class Session {
 public:
  virtual ~Session() = default;

  /// Events [0, next_event()) have arrived.
  virtual std::uint64_t next_event() const = 0;
  /// False: play() will boot the system first.
  virtual bool booted() const = 0;
  /// Simulated time: the end of the last call.
  virtual std::uint64_t tick() const = 0;
  /// A panic or fault ended the run, or a deadlock, after which nothing could run: nothing more can be played. Empty =
  /// none. In the facts a deadlock is told apart: RunFacts::deadlock and wait_graph.stopped_at.
  virtual const std::string& stopped() const = 0;

  /// Plays the events before `to`, at most all of the trace, the boot first; stops early after an event when the
  /// observer has enough(). `progress` may be empty. The error is the trace's: a damaged chunk.
  virtual Fallible<void> play(std::uint64_t to, Observer& observer, const ReplayProgress& progress) = 0;
  /// Plays the next event as far as its step number `steps`, from 1, and leaves the guest there, in the middle of a
  /// call: for looking at, never to be played on (stopped() says so). Only for a copy; `observer` must want steps.
  virtual Fallible<void> play_into(std::uint64_t steps, Observer& observer) = 0;
  /// After the last event: what is under way runs to its end, what never ends is told. Once; nothing can be played
  /// afterwards.
  virtual RunFacts finish(Observer& observer) = 0;

  /// Another run at the same place; frames and blocks are shared until written (docs/performance.md, Seeking).
  virtual std::unique_ptr<Session> copy() const = 0;
  /// Becomes what `other` is: a copy of this one, or what this one is a copy of.
  virtual void become(const Session& other) = 0;
  /// Bytes on the host that this session has and `other`, of the same run, has not.
  virtual std::size_t bytes_not_shared(const Session& other) const = 0;

  virtual const Kernel& kernel() const = 0;
  /// Adds the system's own tables and lists: peeks only, no access and no cost.
  virtual void publish(PublishedTables& tables) const = 0;
  /// What keeps the page that has this address; peeks only.
  virtual PageRule page_rule(Addr page) const = 0;
  /// Bytes of the system's tables inside held pages, and where they lie.
  virtual std::uint64_t metadata_bytes() const = 0;
  virtual void for_each_metadata(const std::function<void(AddrRange)>& f) const = 0;
  /// In no order that means anything.
  virtual void for_each_block(const std::function<void(const HeldBlock&)>& f) const = 0;
  virtual void for_each_waiting(const std::function<void(const Waiting&)>& f) const = 0;
  /// Who sleeps now, since when, and what would wake it; never null. Of a run that stopped because nothing could run it
  /// is made once, for all copies.
  virtual std::shared_ptr<const WaitGraph> wait_graph() const = 0;
  /// 64 bits over the machine, the core's state, all outcomes so far, what waits and what is under way. Granted blocks
  /// are in it by their outcomes only.
  virtual std::uint64_t digest() = 0;

  /// The core's own check(): its first broken invariant, or none. Peeks only.
  virtual CheckResult check() const = 0;
  /// Faults by name strike from here on; null: no more. Copies have none.
  virtual void set_faults(FaultInjector* faults) = 0;
  /// Those who sleep for frames or address space that was refused by a fault are woken before the next event.
  virtual void end_shortage() = 0;
  /// Writes guest memory as nobody in the guest does: no access, no cost. False: a page is not mapped.
  virtual bool poke(Addr to, std::span<const std::uint8_t> bytes) = 0;
  /// The run is stopped by a panic when the machine has begun so many accesses: for what may not end otherwise.
  virtual void limit_accesses(std::uint64_t accesses) = 0;

  /// The part of the run that observers are told about by on_window_open and on_window_close, from here on.
  virtual void set_window(const MetricsWindow& window) = 0;
  /// What-if: a process frees the live block of this id now; the trace's own free of it is skipped later. The observer
  /// is told as of any free. False: no live block has this id.
  virtual bool free_now(std::uint64_t id, Observer& observer) = 0;
  /// What-if: the machine is idle until what is under way is over and the system's own threads have nothing to do.
  virtual void settle(Observer& observer) = 0;
};

/// The machine of a run. Sizes are bytes.
struct MachineSpec {
  Profile profile;
  std::uint64_t ram_bytes = 0;    ///< 0 = roomy
  std::uint64_t arena_bytes = 0;  ///< 0 = roomy
};

/// A run that has not begun: not even booted. Errors: unknown core, impossible machine, bad option value; with
/// --pages pressure also a trace whose page verdicts are not as many as its page allocations.
Fallible<std::unique_ptr<Session>> open_session(const std::shared_ptr<const traces::KmtView>& trace,
                                                const CoreSpec& core, const MachineSpec& machine,
                                                const ReplayPolicy& policy);

}  // namespace kmemlab::sim
