// What somebody who watches a scenario sees after each of its steps: the machine, the published tables, the blocks that
// callers hold, who sleeps, and what happened during the step. The runner answers; nothing here decides anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "core/machine/step.h"
#include "sim/kernel/kernel.h"
#include "sim/scenario/held_blocks.h"
#include "sim/scenario/tables.h"

namespace kmemlab::scenario {

/// Something that happened during a step, in order.
struct StepEvent {
  enum class Kind : std::uint8_t { granted, freed, failed, slept, woke, page_mapped, page_returned };
  Kind kind = Kind::granted;
  NamedBlock block;  ///< of a call: what it asked for or got, by whom; of a page its address only
  Reason reason = Reason::none;
  SleepCause cause = SleepCause::none;
  std::uint64_t tick = 0;
};

/// A call that has not come to its end.
struct SleepingCall {
  std::string task, call;
  Channel channel{};
  SleepCause cause = SleepCause::none;
  std::string on;  ///< the cause, or the channel's own name
  std::uint64_t requested = 0;
  std::uint64_t since_tick = 0;
  std::size_t step = 0;  ///< that made the call
};

/// How much is kept of a step that repeats something very often.
inline constexpr std::size_t step_events_max = 4096;

class StepView {
 public:
  virtual ~StepView() = default;
  virtual const sim::Kernel& kernel() const = 0;
  /// What the core publishes.
  virtual Tables published() const = 0;
  virtual std::vector<AddrRange> metadata() const = 0;
  virtual const HeldBlocks& blocks() const = 0;
  virtual std::vector<SleepingCall> asleep() const = 0;
  /// Of this step with all its rounds and interrupts; at most step_events_max of each.
  virtual const std::vector<StepEvent>& events() const = 0;
  virtual const std::vector<kmemlab::Step>& did() const = 0;
  /// In words, a line a call: "main: malloc(100, M_TEMP, M_NOWAIT) returned base+0xf80, 128 bytes".
  virtual const std::vector<std::string>& told() const = 0;
};

class StepObserver {
 public:
  virtual ~StepObserver() = default;
  /// After step `index` of the scenario, from 1; 0: after the boot.
  virtual void on_step(std::size_t index, const StepView& view) = 0;
};

}  // namespace kmemlab::scenario
