// What can be asked of a timeline beside its places: stories, searches, histories, metrics of a part, forks.
#include <algorithm>
#include <utility>

#include "core/base/ints.h"
#include "sim/observe/happenings.h"
#include "sim/observe/timeline.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/cursor.h"

namespace kmemlab::sim {

namespace {

class Story final : public Happenings {
 public:
  EventStory story;

 private:
  void event_over(std::uint64_t, const std::vector<Happening>& all, std::span<const Step> steps) override {
    story.happenings = all;
    story.steps.assign(steps.begin(), steps.end());
  }
};

/// The last happening that is wanted.
class LastOf final : public Happenings {
 public:
  explicit LastOf(HappeningList::Wanted wanted) : wanted_(std::move(wanted)) {}
  std::optional<Happening> last;

 private:
  void event_over(std::uint64_t, const std::vector<Happening>& all, std::span<const Step>) override {
    for (const Happening& h : all) {
      if (wanted_(h)) last = h;
    }
  }
  HappeningList::Wanted wanted_;
};

HappeningList::Wanted wanted_by(HappenedSet kinds, const Timeline::Predicate& holds) {
  return [kinds, &holds](const Happening& h) { return (kinds & set_of(h.kind)) != 0 && (!holds || holds(h)); };
}

/// Pages that come and go while edits are made.
class MovedPages final : public Observer {
 public:
  explicit MovedPages(EditOutcome& to) : to_(to) {}
  void page_mapped(Addr page) override { to_.taken.push_back(page); }
  void page_unmapped(Addr page) override { to_.returned.push_back(page); }

 private:
  EditOutcome& to_;
};

bool overlaps(const Happening& h, AddrRange range) {
  if (h.address.v == 0) return false;
  const std::uint64_t bytes = std::max<std::uint64_t>(h.granted, 1);
  return h.address < range.end() && range.base < h.address + bytes;
}

bool waits_for_answer(const Session& session, const MetricsWindow& window) {
  bool waits = false;
  session.for_each_waiting([&](const Waiting& w) { waits |= window.has(w.event); });
  return waits;
}

}  // namespace

EditOutcome carry_out(const Edits& edits, Session& session) {
  EditOutcome to;
  MovedPages pages(to);
  for (const std::uint64_t id : edits.free) {
    if (!session.free_now(id, pages)) to.not_live.push_back(id);
  }
  session.settle(pages);
  return to;
}

Fallible<std::unique_ptr<Session>> Timeline::copy_at(std::uint64_t event) {
  auto here = at(event);
  if (!here) return Failure<Error>{here.error()};
  return (*here)->copy();
}

Fallible<EventStory> Timeline::inside(std::uint64_t event) {
  auto session = copy_at(event);
  if (!session) return Failure<Error>{session.error()};
  Story story;
  if (auto played = (*session)->play(event + 1, story, {}); !played) return Failure<Error>{played.error()};
  return std::move(story.story);
}

Fallible<std::unique_ptr<Session>> Timeline::inside(std::uint64_t event, std::uint64_t steps) {
  auto session = copy_at(event);
  if (!session) return session;
  Story story;
  if (auto played = (*session)->play_into(steps, story); !played) return Failure<Error>{played.error()};
  return session;
}

Fallible<std::optional<Happening>> Timeline::next(std::uint64_t from, HappenedSet kinds, const Predicate& holds) {
  from = std::max(from, start_);
  while (from < end_) {
    if (auto extended = extend(std::min(from + 1, end_), {}); !extended) return Failure<Error>{extended.error()};
    const std::size_t i = interval_of(from);
    const bool last = i + 1 == book_->intervals().size();
    if (last) {
      if (auto extended = extend(std::min(begin_of(i + 1), end_), {}); !extended)
        return Failure<Error>{extended.error()};
    }
    if (from >= end_) break;
    // The book speaks of what was played; laying a checkpoint may have folded this interval with one that was not.
    const std::uint64_t stop = std::min(end_of(interval_of(from)), front_ != nullptr ? front_->next_event() : end_);
    if (book_->intervals()[interval_of(from)].has(kinds)) {
      auto session = copy_at(from);
      if (!session) return Failure<Error>{session.error()};
      HappeningList list(wanted_by(kinds, holds), 1);
      if (auto played = (*session)->play(stop, list, {}); !played) return Failure<Error>{played.error()};
      if (!list.list().empty()) return std::optional(list.list().front());
    }
    from = stop;
  }
  return std::optional<Happening>{};
}

Fallible<std::optional<Happening>> Timeline::previous(std::uint64_t before, HappenedSet kinds, const Predicate& holds) {
  before = std::min(before, end_);
  if (auto extended = extend(before, {}); !extended) return Failure<Error>{extended.error()};
  before = std::min(before, end_);
  while (before > start_) {
    const std::size_t i = interval_of(before - 1);
    if (book_->intervals()[i].has(kinds)) {
      const auto session = checkpoints_.before(begin_of(i)).session->copy();
      LastOf last(wanted_by(kinds, holds));
      if (auto played = session->play(before, last, {}); !played) return Failure<Error>{played.error()};
      if (last.last) return last.last;
    }
    before = begin_of(i);
  }
  return std::optional<Happening>{};
}

Fallible<std::optional<Happening>> Timeline::last_on(AddrRange pages, std::uint64_t before) {
  if (auto extended = extend(std::min(before, end_), {}); !extended) return Failure<Error>{extended.error()};
  before = std::min(before, end_);
  const std::uint64_t page_bytes = std::uint64_t{1} << checkpoints_.all().front().session->kernel().page_shift();
  while (before > start_) {
    const std::size_t i = interval_of(before - 1);
    bool touched = false;
    for (Addr a = pages.base; a < pages.end(); a = a + page_bytes)
      touched |= book_->intervals()[i].touched(book_->page_of(a));
    if (touched) {
      const auto session = checkpoints_.before(begin_of(i)).session->copy();
      LastOf last([&](const Happening& h) { return overlaps(h, pages); });
      if (auto played = session->play(before, last, {}); !played) return Failure<Error>{played.error()};
      if (last.last) return last.last;
    }
    before = begin_of(i);
  }
  return std::optional<Happening>{};
}

Fallible<std::vector<std::uint64_t>> Timeline::events_of_block(std::uint64_t id) const {
  std::vector<std::uint64_t> events;
  traces::KmtCursor cursor(trace_);
  const auto done = cursor.for_each_block(0, trace_->events(), traces::Column::id | traces::Column::op,
                                          [&](const traces::EventBlock& b) {
                                            for (std::uint32_t i = 0; i < b.events; ++i) {
                                              if (b.id[i] == id) events.push_back(b.first_event + i);
                                            }
                                          });
  if (!done) return Failure<Error>{done.error()};
  return events;
}

Fallible<std::vector<Happening>> Timeline::history(const Subject& subject, std::size_t limit) {
  if (auto prepared = prepare(); !prepared) return Failure<Error>{prepared.error()};
  std::vector<std::uint64_t> events;
  if (subject.block) {
    auto found = events_of_block(*subject.block);
    if (!found) return Failure<Error>{found.error()};
    events = std::move(*found);
    if (events.empty()) return std::vector<Happening>{};
  }
  const auto about_block = [&](const Happening& h) {
    const bool sleep = h.kind == Happened::slept || h.kind == Happened::woke;
    if (sleep) return std::binary_search(events.begin(), events.end(), h.event);
    return !is_in(h.kind, of_pages | of_frames) && h.id == *subject.block;
  };
  const auto wanted = [&](const Happening& h) { return subject.block ? about_block(h) : overlaps(h, subject.range); };
  const std::uint64_t page_bytes = std::uint64_t{1} << checkpoints_.all().front().session->kernel().page_shift();
  const auto may_hold = [&](std::size_t i) {
    const IntervalBook::Interval& interval = book_->intervals()[i];
    if (subject.block) {
      const auto first = std::lower_bound(events.begin(), events.end(), begin_of(i));
      return interval.may_name(*subject.block) || (first != events.end() && *first < end_of(i)) ||
             (events.front() < begin_of(i) && interval.has(set_of(Happened::woke) | set_of(Happened::slept)));
    }
    for (Addr a = subject.range.base; a < subject.range.end(); a = a + page_bytes) {
      if (interval.touched(book_->page_of(a))) return true;
    }
    return interval.touched(book_->page_of(Addr{subject.range.end().v - 1}));
  };
  std::vector<Happening> all;
  for (std::size_t i = 0; i < book_->intervals().size() && all.size() < limit; ++i) {
    if (!may_hold(i)) continue;
    const auto session = checkpoints_.before(begin_of(i)).session->copy();
    HappeningList list(wanted, limit - all.size());
    if (auto played = session->play(end_of(i), list, {}); !played) return Failure<Error>{played.error()};
    all.insert(all.end(), list.list().begin(), list.list().end());
  }
  return all;
}

Fallible<Report> Timeline::metrics(const MetricsWindow& window) {
  if (auto prepared = prepare(); !prepared) return Failure<Error>{prepared.error()};
  if (window.whole() && start_ == 0) return *report_;
  const std::uint64_t from = std::max(window.from, start_);
  if (from >= end_)
    return fail("the window begins behind the run's end", "expected an event below " + std::to_string(end_));
  const MetricsWindow part{from, window.to};
  const bool from_boot = from == 0 && unbooted_ != nullptr;
  const auto session = from_boot ? unbooted_->copy() : checkpoints_.before(from).session->copy();
  session->set_window(part);
  Ledger ledger(part);
  if (!from_boot) ledger.join(*session);
  const std::uint64_t to = part.to < end_ ? part.to + 1 : end_;
  if (auto played = session->play(to, ledger, {}); !played) return Failure<Error>{played.error()};
  while (session->stopped().empty() && session->next_event() < end_ && waits_for_answer(*session, part)) {
    const std::uint64_t stop = std::min(session->next_event() + interval_, end_);
    if (auto played = session->play(stop, ledger, {}); !played) return Failure<Error>{played.error()};
  }
  RunFacts facts = facts_;
  if (session->next_event() == end_) facts = session->finish(ledger);
  facts.deadlock = facts_.deadlock;
  facts.digest = facts_.digest;
  facts.stopped = facts_.stopped;
  Report report = ledger.finish(facts);
  report.counterfactual_from = report_->counterfactual_from;
  return report;
}

Fallible<bool> Timeline::play_range(std::uint64_t from, std::uint64_t to, Observer& observer,
                                    const std::function<bool()>& stop,
                                    const std::function<void(const Session&)>& join) {
  constexpr std::uint64_t stretch = 16 * traces::block_events;  // a few milliseconds
  const auto session = copy_at(from);
  if (!session) return Failure<Error>{session.error()};
  Session& run = **session;
  if (join) join(run);
  while (run.next_event() < to && run.next_event() < end_ && run.stopped().empty() && !observer.enough()) {
    if (stop && stop()) return false;
    const std::uint64_t next = std::min(to, round_down(run.next_event(), stretch) + stretch);
    if (auto played = run.play(next, observer, {}); !played) return Failure<Error>{played.error()};
  }
  return true;
}

Fallible<Timeline> Timeline::fork(std::uint64_t event, const Edits& edits, EditOutcome* outcome) {
  auto session = copy_at(event);
  if (!session) return Failure<Error>{session.error()};
  EditOutcome done = carry_out(edits, **session);
  if (outcome != nullptr) *outcome = std::move(done);
  return Timeline(trace_, std::move(*session), options_);
}

}  // namespace kmemlab::sim
