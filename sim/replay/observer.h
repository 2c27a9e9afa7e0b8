// What a replay tells those who watch it. An observer never changes the run. Calls come in the order of simulated time.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "core/machine/step.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/run_facts.h"

namespace kmemlab::sim {

enum class Action : std::uint8_t { alloc, free, realloc };

enum class Ending : std::uint8_t {
  ok,       ///< granted; freed
  failed,   ///< a legal request that returned null, see reason
  refused,  ///< the documents forbid the call here, see reason; a block whose free is refused stays granted
  skipped,  ///< a free of something that this run never granted
};

/// One event of the trace that came to its end.
struct Completion {
  std::uint64_t event = 0;      ///< index in the trace, from 0 over all records
  std::uint64_t tick = 0;       ///< when it was over
  std::uint64_t id = 0;         ///< block, or traces::no_block
  std::uint64_t requested = 0;  ///< bytes; for a free, of the block
  std::uint64_t granted = 0;    ///< bytes; 0 unless ok, or a refused free: that block stays granted
  Addr address{};
  std::uint64_t slept_ticks = 0;
  std::uint64_t metadata = 0;   ///< bytes of headers and tables inside held pages, after this event
  std::uint64_t lag_ticks = 0;  ///< how long after its arrival the call began
  std::uint32_t sleeps = 0;     ///< how often the request slept
  Action action = Action::alloc;
  Ending ending = Ending::ok;
  Reason reason = Reason::none;
  bool implied = false;  ///< a free whose event was lost: its address was allocated again
  bool device = false;   ///< of a device's handler, told when the call that it interrupted was over: it has no block id
  bool nowait = false;   ///< an allocation that may not sleep
};

/// A request began or ended a sleep.
struct SleepNote {
  std::uint64_t event = 0;
  std::uint64_t tick = 0;
  std::uint64_t slept_ticks = 0;  ///< when it ends: of this sleep
  Channel channel{};
  SleepCause cause = SleepCause::none;
  std::uint32_t task = 0;
};

class Session;

class Observer : public PageWatcher {
 public:
  virtual void on_begin(const Kernel&) {}
  virtual void on_completion(const Completion&) {}
  virtual void on_sleep(const SleepNote&) {}
  virtual void on_wake(const SleepNote&) {}
  /// Frames went to, or came back from, somebody who is not the allocator (--pages pressure).
  virtual void on_frames(const FramesNote&) {}
  /// These bytes of held pages are the system's tables from now on: neither live nor free.
  virtual void on_metadata(AddrRange) {}
  /// A system's own thread ran between two events; pages may have come and gone.
  virtual void on_background(std::uint64_t /*tick*/) {}
  void page_mapped(Addr) override {}
  void page_unmapped(Addr) override {}
  /// The metrics window opens before event `event`, which has not arrived yet; not called if it opens with the trace.
  virtual void on_window_open(std::uint64_t /*event*/, std::uint64_t /*tick*/, const RunFacts& /*so_far*/) {}
  /// It closes before an event; not called if it ends with the trace.
  virtual void on_window_close(std::uint64_t /*tick*/, const RunFacts& /*so_far*/) {}
  /// At the end, before on_end: an allocation that is asleep, or queued behind a sleeping one of its task.
  virtual void on_unfinished(std::uint64_t /*event*/, std::uint64_t /*requested*/) {}
  virtual void on_end(std::uint64_t /*tick*/) {}
  /// After on_window_close, and once more after on_end: the run as it stands there, for looking at.
  virtual void on_books_closed(const Session& /*session*/) {}

  /// Should about_to_free be told? Asked when the run is played on.
  virtual bool wants_frees() const { return false; }
  /// The call that frees this block is about to begin: its bytes are its owner's for the last time.
  virtual void about_to_free(AddrRange) {}

  /// The system is booted; what was told before belongs to no event.
  virtual void on_booted() {}
  /// Should the core's steps be collected? Asked when the run is played on.
  virtual bool wants_steps() const { return false; }
  /// Event `event` has arrived, and what followed at once is over: all that was told since the last call belongs to it.
  /// `steps`: what the core did meanwhile, in order. Once more at the end, with the number of events, for what was
  /// still under way. Only if wants_steps().
  virtual void on_event_over(std::uint64_t /*event*/, std::span<const Step> /*steps*/) {}
  /// After on_event_over: stop playing here?
  virtual bool enough() const { return false; }
};

}  // namespace kmemlab::sim
