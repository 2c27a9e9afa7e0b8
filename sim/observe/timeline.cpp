// Preparing a run and finding any place in it. The rest of Timeline lies in timeline_search.cpp.
#include "sim/observe/timeline.h"

#include <algorithm>
#include <utility>

#include "core/base/ints.h"
#include "traces/kmt/columns.h"

namespace kmemlab::sim {

namespace {

constexpr std::uint64_t block = traces::block_events;  // a checkpoint in the middle of one would decode it twice
constexpr std::uint64_t checkpoints_at_first = 512;
// How far before the place that was asked for copies are left behind, so that a step back is short.
constexpr std::uint64_t near_distances[] = {512, 64};
constexpr std::uint64_t near_step = 4096;
constexpr std::uint64_t near_steps = 12;

Observer& nobody() {
  static Observer observer;  // has no state
  return observer;
}

}  // namespace

Timeline::Timeline(std::shared_ptr<const traces::KmtView> trace, std::unique_ptr<Session> root,
                   const TimelineOptions& options)
    : trace_(std::move(trace)),
      options_(options),
      start_(root->next_event()),
      end_(trace_->events()),
      interval_(options.interval),
      checkpoints_(options.budget_bytes),
      front_(std::move(root)),
      book_(std::make_unique<IntervalBook>()),
      ledger_(std::make_unique<Ledger>()) {
  if (interval_ == 0) interval_ = round_up(std::max<std::uint64_t>((end_ - start_) / checkpoints_at_first, 1), block);
  if (!front_->booted()) unbooted_ = front_->copy();
}

Timeline::Timeline(Timeline&&) noexcept = default;
Timeline& Timeline::operator=(Timeline&&) noexcept = default;
Timeline::~Timeline() = default;

Fallible<Timeline> Timeline::open(std::shared_ptr<const traces::KmtView> trace, const CoreSpec& core,
                                  const MachineSpec& machine, const ReplayPolicy& policy,
                                  const TimelineOptions& options) {
  ReplayPolicy whole = policy;
  whole.window = {};
  auto session = open_session(trace, core, machine, whole);
  if (!session) return Failure<Error>{session.error()};
  return Timeline(std::move(trace), std::move(*session), options);
}

ObserverList Timeline::preparing() const {
  ObserverList observers;
  observers.add(*book_);
  observers.add(*ledger_);
  for (Observer* watcher : watchers_) observers.add(*watcher);
  return observers;
}

void Timeline::begin() {
  if (begun_) return;
  begun_ = true;
  if (front_->booted()) {
    ledger_->join(*front_);
    book_->join(front_->kernel(), ledger_->held_pages());
  } else {
    ObserverList observers = preparing();
    static_cast<void>(front_->play(0, observers, {}));  // boots; reads no event, so it cannot fail
  }
  lay_checkpoint();
}

void Timeline::lay_checkpoint() {
  checkpoints_.add(front_->next_event(), front_->digest(), front_->copy());
  while (checkpoints_.too_large()) {
    checkpoints_.thin();
    book_->fold();
    interval_ *= 2;
  }
}

Fallible<void> Timeline::extend(std::uint64_t to, const ReplayProgress& progress) {
  begin();
  ObserverList observers = preparing();
  while (front_ != nullptr && front_->next_event() < to) {
    const std::uint64_t stop = std::min(start_ + book_->intervals().size() * interval_, end_);
    if (auto played = front_->play(stop, observers, progress); !played) return played;
    if (!front_->stopped().empty() || stop == end_) {
      come_to_end();
    } else {
      book_->next_interval();
      lay_checkpoint();
    }
  }
  return {};
}

void Timeline::come_to_end() {
  end_ = front_->next_event();
  ObserverList observers;
  observers.add(*ledger_);
  for (Observer* watcher : watchers_) observers.add(*watcher);
  facts_ = front_->finish(observers.observer());
  report_ = ledger_->finish(facts_);
  front_.reset();
}

Fallible<void> Timeline::prepare(const ReplayProgress& progress) {
  begin();
  if (front_ != nullptr && end_ == start_) come_to_end();
  return extend(end_, progress);
}

Fallible<bool> Timeline::prepare_some(std::uint64_t events) {
  if (prepared() >= end_ || events >= end_ - prepared()) {
    if (auto done = prepare(); !done) return Failure<Error>{done.error()};
  } else if (auto done = extend(prepared() + events, {}); !done) {
    return Failure<Error>{done.error()};
  }
  return front_ == nullptr;
}

std::uint64_t Timeline::prepared() const {
  return front_ != nullptr ? front_->next_event() : end_;
}

const Report* Timeline::report() const {
  return report_ ? &*report_ : nullptr;
}

std::uint64_t Timeline::end_of(std::size_t interval) const {
  return std::min(begin_of(interval + 1), end_);
}

void Timeline::start_from(std::uint64_t event) {
  const Session* from = checkpoints_.before(event).session.get();
  if (const Session* near = near_.before(event); near != nullptr && near->next_event() > from->next_event())
    from = near;
  if (live_ == nullptr) {
    live_ = from->copy();
  } else if (live_->next_event() > event || live_->next_event() < from->next_event() ||
             (!live_->stopped().empty() && live_->next_event() != event)) {
    live_->become(*from);
  }
}

Fallible<void> Timeline::reach(std::uint64_t event) {
  std::vector<std::uint64_t> stops;
  const std::uint64_t from = live_->next_event();
  const bool far = event - from > near_step;
  for (std::uint64_t n = near_steps; far && n > 0; --n) {
    if (event - from > n * near_step) stops.push_back(event - n * near_step);
  }
  for (const std::uint64_t d : near_distances) {
    if (event - from > d) stops.push_back(event - d);
  }
  for (const std::uint64_t stop : stops) {
    if (auto played = live_->play(stop, nobody(), {}); !played) return played;
    near_.add(*live_);
  }
  near_.trim(event);
  return live_->play(event, nobody(), {});
}

Fallible<const Session*> Timeline::at(std::uint64_t event) {
  begin();
  if (event > start_) {
    if (auto extended = extend(std::min(event, end_), {}); !extended) return Failure<Error>{extended.error()};
  }
  if (event < start_ || event > end_) {
    return fail("the run has no event " + std::to_string(event) + (facts_.stopped.empty() ? "" : ": " + facts_.stopped),
                "expected " + std::to_string(start_) + " to " + std::to_string(end_));
  }
  start_from(event);
  if (auto reached = reach(event); !reached) {
    live_.reset();
    return Failure<Error>{reached.error()};
  }
  return static_cast<const Session*>(live_.get());
}

Fallible<void> Timeline::verify(const ReplayProgress& progress) {
  if (auto prepared = prepare(); !prepared) return prepared;
  const std::vector<Checkpoint>& all = checkpoints_.all();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const auto again = all[i].session->copy();
    if (auto played = again->play(all[i + 1].event, nobody(), {}); !played) return played;
    if (again->digest() != all[i + 1].digest) {
      return fail("the run is another one before event " + std::to_string(all[i + 1].event) +
                  " when it is played again from event " + std::to_string(all[i].event));
    }
    if (progress) progress(all[i + 1].event);
  }
  return {};
}

}  // namespace kmemlab::sim
