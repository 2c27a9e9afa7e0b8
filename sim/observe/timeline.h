// The run at any of its events, forwards and backwards: checkpoints, and re-execution from them. Everything that looks
// into a run between its events looks through this: the front end, explain, what-ifs.
// Memory: the checkpoints' budget, about 10 KB an interval for its book, and one decoded chunk of the trace. Not for
// two threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "sim/observe/checkpoints.h"
#include "sim/observe/happening.h"
#include "sim/observe/interval_book.h"
#include "sim/observe/ledger.h"
#include "sim/replay/observer_list.h"
#include "sim/replay/session.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

struct TimelineOptions {
  std::size_t budget_bytes = std::size_t{512} << 20;  ///< for checkpoints
  std::uint64_t interval = 0;                         ///< events between checkpoints, to begin with; 0 = chosen
};

/// What happened during one event, and the core's steps.
struct EventStory {
  std::vector<Happening> happenings;
  std::vector<Step> steps;
};

/// Whose history: the events of a block, or all that touched a range of addresses (a page, a byte).
struct Subject {
  std::optional<std::uint64_t> block;
  AddrRange range{};
};

/// What-if: blocks that a process frees at one moment. Then the machine is idle until its own threads have nothing left
/// to do, and only then the trace goes on.
struct Edits {
  std::vector<std::uint64_t> free;  ///< ids
};
struct EditOutcome {
  std::vector<Addr> returned;           ///< pages that went back
  std::vector<Addr> taken;              ///< pages that sleepers got, whom the frees woke
  std::vector<std::uint64_t> not_live;  ///< ids that no live block had
};
EditOutcome carry_out(const Edits& edits, Session& session);

class Timeline {
 public:
  /// Nothing is played yet. Errors: as open_session.
  static Fallible<Timeline> open(std::shared_ptr<const traces::KmtView> trace, const CoreSpec& core,
                                 const MachineSpec& machine, const ReplayPolicy& policy,
                                 const TimelineOptions& options = {});
  Timeline(Timeline&&) noexcept;
  Timeline& operator=(Timeline&&) noexcept;
  ~Timeline();

  /// Plays the whole run once, and lays checkpoints. Everything below does that as far as it must.
  Fallible<void> prepare(const ReplayProgress& progress = {});
  /// Plays on, whole intervals until it is at least `events` more; true: the run is prepared to its end.
  Fallible<bool> prepare_some(std::uint64_t events);
  /// How far: events [first_event(), prepared()) were played.
  std::uint64_t prepared() const;
  /// Is told all that the preparing plays, once and in order, from the boot on and to on_end. Of a fork, which is
  /// booted already, from its first event on: `join` is shown the run there. The observer must outlive the preparing.
  /// @pre nothing was asked of this timeline yet
  void watch(Observer& observer, const std::function<void(const Session&)>& join = {}) {
    if (front_->booted() && join) join(*front_);
    watchers_.push_back(&observer);
  }
  /// Of the whole run; null before it was prepared.
  const Report* report() const;
  /// Events that can be asked for: [0, events()]. Fewer than the trace's if the core panicked, known once prepared.
  std::uint64_t events() const { return end_; }
  const std::shared_ptr<const traces::KmtView>& trace() const { return trace_; }
  /// Where the first event is: 0, or the fork.
  std::uint64_t first_event() const { return start_; }

  /// The run before event `event` arrives (0: just booted); valid until the next call of anything here. Errors: damaged
  /// trace, an event that the run never came to.
  Fallible<const Session*> at(std::uint64_t event);
  /// What happens when event `event` arrives.
  Fallible<EventStory> inside(std::uint64_t event);
  /// The guest in the middle of that event, after its step number `steps`, from 1: for looking at only.
  Fallible<std::unique_ptr<Session>> inside(std::uint64_t event, std::uint64_t steps);

  /// Whatever a search asks for beside the kind; empty: nothing.
  using Predicate = std::function<bool(const Happening&)>;
  /// The first thing of these kinds, for which the predicate holds, during event `from` or a later one. Intervals
  /// without any of the kinds are not played.
  Fallible<std::optional<Happening>> next(std::uint64_t from, HappenedSet kinds, const Predicate& holds = {});
  /// The last one during an event before `before`.
  Fallible<std::optional<Happening>> previous(std::uint64_t before, HappenedSet kinds, const Predicate& holds = {});
  /// The last thing that happened to a block on these pages, or to one of them, before event `before`. Only intervals
  /// in which they were touched are played.
  Fallible<std::optional<Happening>> last_on(AddrRange pages, std::uint64_t before);
  /// In order; at most about `limit`: the last event gives all it has.
  Fallible<std::vector<Happening>> history(const Subject& subject, std::size_t limit = 100'000);
  /// The report of a part of the run, as `replay --from --to` gives it.
  Fallible<Report> metrics(const MetricsWindow& window);

  /// Plays a copy through the events [from, to) for the observer; on_end is not told. `join` is shown the copy before,
  /// where it stands at `from`: see Ledger::join. `stop` is asked now and then. True: it came to `to`, or to the run's
  /// end.
  Fallible<bool> play_range(std::uint64_t from, std::uint64_t to, Observer& observer,
                            const std::function<bool()>& stop = {},
                            const std::function<void(const Session&)>& join = {});

  /// Another run, which begins here at `event` with these edits, and plays on with the rest of the trace.
  Fallible<Timeline> fork(std::uint64_t event, const Edits& edits, EditOutcome* outcome = nullptr);

  /// Plays each interval again from its checkpoint. The error names the event before which the digest differs.
  Fallible<void> verify(const ReplayProgress& progress = {});

  /// What it books, as far as the run is prepared.
  const Ledger& ledger() const { return *ledger_; }
  const std::vector<Checkpoint>& checkpoints() const { return checkpoints_.all(); }
  std::size_t checkpoint_bytes() const { return checkpoints_.bytes(); }
  /// Events of one interval; intervals()[n] begins at first_event() + n * interval().
  std::uint64_t interval() const { return interval_; }
  const std::vector<IntervalBook::Interval>& intervals() const { return book_->intervals(); }

 private:
  Timeline(std::shared_ptr<const traces::KmtView> trace, std::unique_ptr<Session> root, const TimelineOptions& options);
  void begin();
  ObserverList preparing() const;
  Fallible<void> extend(std::uint64_t to, const ReplayProgress& progress);
  void lay_checkpoint();
  void come_to_end();
  Fallible<void> reach(std::uint64_t event);
  void start_from(std::uint64_t event);
  std::size_t interval_of(std::uint64_t event) const { return static_cast<std::size_t>((event - start_) / interval_); }
  std::uint64_t begin_of(std::size_t interval) const { return start_ + interval * interval_; }
  std::uint64_t end_of(std::size_t interval) const;
  Fallible<std::unique_ptr<Session>> copy_at(std::uint64_t event);
  Fallible<std::vector<std::uint64_t>> events_of_block(std::uint64_t id) const;

  std::shared_ptr<const traces::KmtView> trace_;
  TimelineOptions options_;
  std::uint64_t start_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t interval_ = 0;
  Checkpoints checkpoints_;
  NearCopies near_;
  std::unique_ptr<Session> unbooted_;  ///< none of a fork: metrics from the beginning count what the boot did
  std::unique_ptr<Session> front_;     ///< how far the run was prepared; none: to its end
  std::unique_ptr<Session> live_;      ///< where at() stands
  std::unique_ptr<IntervalBook> book_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Observer*> watchers_;
  bool begun_ = false;  ///< booted, or joined where the fork is
  std::optional<Report> report_;
  RunFacts facts_;
};

}  // namespace kmemlab::sim
