#include "sim/check/explain.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/check/metrics.h"
#include "sim/check/words.h"
#include "traces/kmt/cursor.h"

namespace kmemlab::check {

namespace {

using sim::Decision;
using sim::EventDecisions;
using Kind = Decision::Kind;

/// Without --metric: the first of these that differs.
constexpr const char* preferred[] = {"byte_ticks.held", "failed",          "byte_ticks.internal",
                                     "pages.mapped",    "blocking.sleeps", "bytes.granted"};

bool is_outcome(const Decision& d) {
  return d.kind != Kind::step && d.kind != Kind::background && d.kind != Kind::tables;
}

/// The decisions that one of FirstOf speaks of.
std::vector<Decision> aspect_of(const EventDecisions& group, unsigned aspect) {
  std::vector<Decision> items;
  for (const Decision& d : group.items) {
    const bool ends = d.kind == Kind::alloc || d.kind == Kind::free;
    const bool pages = d.kind == Kind::map || d.kind == Kind::unmap;
    const bool sleeps = d.kind == Kind::sleep || d.kind == Kind::wake;
    const bool wanted[] = {ends, ends && d.ending == sim::Ending::ok, pages, sleeps};
    if (wanted[aspect]) items.push_back(d);
  }
  return items;
}

/// Made comparable: an outcome without its size, pages as bytes.
std::vector<Decision> comparable(std::vector<Decision> items, unsigned aspect, std::uint64_t page_bytes) {
  for (Decision& d : items) {
    if (aspect == 0) d.granted = 0;
    if (aspect == 2) d.value *= page_bytes;
  }
  return items;
}

class Explainer {
 public:
  Explainer(const ExplainInputs& in, std::uint64_t page_a, std::uint64_t page_b)
      : in_(in), cursor_(in.trace.view()), page_bytes_{page_a, page_b} {
    out_.trace = in.trace.source().name;
    out_.events = in.trace.events();
    out_.first_tick = in.trace.first_tick();
    out_.names = in.names;
    out_.outcomes_only = in.outcomes_only;
    if (in.metric) {
      follow(*in.metric);
    } else {
      for (const char* metric : preferred) follow(metric);
    }
  }

  void see(std::uint64_t event, const EventDecisions* a, const EventDecisions* b) {
    static const EventDecisions nothing;
    const std::array<const EventDecisions*, 2> groups{a != nullptr ? a : &nothing, b != nullptr ? b : &nothing};
    const std::uint64_t from = in_.window.from, to = in_.window.to;
    if (event >= from) open();
    if (event >= to) close();
    ++out_.compared;
    const bool equal = groups[0]->items == groups[1]->items && page_bytes_[0] == page_bytes_[1];
    for (unsigned side = 0; side < 2; ++side) {
      tallies_[side].add(*groups[side], page_bytes_[side], in_.window, event >= from && event < to);
    }
    if (equal) return;
    part(event, groups);
    add_to_courses(event);
  }

  Explanation finish(RunEnd a, RunEnd b) {
    open();
    close();
    out_.ends = {std::move(a), std::move(b)};
    out_.owners = owners_of(out_.ends, in_.trace.tables());
    out_.metrics_differing = differing_metrics(out_.ends).size();
    choose_metric();
    for (auto& [how, kind] : kinds_) out_.kinds.push_back(kind);
    std::sort(out_.kinds.begin(), out_.kinds.end(), [](const DifferenceKind& x, const DifferenceKind& y) {
      return x.events != y.events ? x.events > y.events : x.first != y.first ? x.first < y.first : x.how < y.how;
    });
    return std::move(out_);
  }

 private:
  /// The window's first event: levels count from its tick on, whether anything is decided in it or not.
  void open() {
    if (std::exchange(opened_, true) || in_.window.from == 0) return;
    add_to_courses(in_.window.from);
  }
  void close() {
    if (std::exchange(closed_, true)) return;
    for (Course& c : courses_) c.end(tick_of(in_.window.to));
  }
  void follow(const std::string& metric) {
    if (const Followed* f = find_followed(metric)) courses_.emplace_back(*f, in_.window);
  }

  void add_to_courses(std::uint64_t event) {
    const std::uint64_t tick = tick_of(event);
    for (Course& c : courses_) c.add(event, tick, tallies_[0], tallies_[1]);
  }

  std::uint64_t tick_of(std::uint64_t event) {
    if (event >= in_.trace.events()) return in_.trace.last_tick();
    if (event - block_->first_event >= block_->events || !block_ready_) {
      block_ready_ = static_cast<bool>(cursor_.block(event, traces::Column::tick, *block_));
      if (!block_ready_) return 0;
    }
    return block_->tick[event - block_->first_event];
  }

  /// Notes how the two groups differ, if they do in what is compared.
  void part(std::uint64_t event, const std::array<const EventDecisions*, 2>& groups) {
    for (unsigned i = 0; i < out_.firsts.size(); ++i) {
      if (out_.firsts[i].at) continue;
      auto x = aspect_of(*groups[0], i), y = aspect_of(*groups[1], i);
      if (i == 1 && x.size() != y.size()) continue;  // bytes granted compare where both sides granted
      if (comparable(x, i, page_bytes_[0]) == comparable(y, i, page_bytes_[1])) continue;
      out_.firsts[i].at = parting(event, std::move(x), std::move(y));
    }
    std::vector<Decision> a = compared(*groups[0], 0), b = compared(*groups[1], 1);
    if (a == b) return;
    ++out_.differing;
    const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const std::string how = difference_of(at == a.end() ? nullptr : &*at, other == b.end() ? nullptr : &*other);
    DifferenceKind& kind = kinds_.try_emplace(how, DifferenceKind{how, 0, event}).first->second;
    ++kind.events;
    if (!out_.first) {
      out_.first = parting(event, std::move(a), std::move(b));
    } else if (out_.next.size() < 2) {
      out_.next.push_back(parting(event, std::move(a), std::move(b)));
    }
  }

  std::vector<Decision> compared(const EventDecisions& group, unsigned side) const {
    std::vector<Decision> items;
    for (const Decision& d : group.items) {
      if (in_.outcomes_only && !is_outcome(d)) continue;
      items.push_back(d);
      if (page_bytes_[0] != page_bytes_[1] && (d.kind == Kind::map || d.kind == Kind::unmap)) {
        items.back().value *= page_bytes_[side];
      }
    }
    return items;
  }

  Parting parting(std::uint64_t event, std::vector<Decision> a, std::vector<Decision> b) {
    const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    a.erase(a.begin(), at);
    b.erase(b.begin(), other);
    while (!a.empty() && !b.empty() && a.back() == b.back()) a.pop_back(), b.pop_back();
    Parting p{event, tick_of(event), "after the last event", {std::move(a), std::move(b)}};
    if (event >= in_.trace.events()) return p;
    if (const auto e = cursor_.event(event)) p.about = event_in_words(*e, in_.trace.tables());
    block_ready_ = false;
    return p;
  }

  void choose_metric() {
    const Course* chosen = nullptr;
    for (const Course& c : courses_) {
      const char* name = c.followed().metric;
      const auto a = out_.ends[0].metrics.find(name), b = out_.ends[1].metrics.find(name);
      const bool known = a != out_.ends[0].metrics.end() && b != out_.ends[1].metrics.end();
      if (!in_.metric && (!known || a->second == b->second)) continue;
      if (chosen == nullptr) {
        chosen = &c;
      } else {
        out_.others.emplace_back(name);
      }
    }
    out_.metric = in_.metric ? *in_.metric : chosen != nullptr ? chosen->followed().metric : "byte_ticks.held";
    if (chosen == nullptr) return;
    out_.unit = chosen->followed().unit;
    if (chosen->farthest().difference == 0) return;
    const auto add = [&](const char* what, const std::vector<Course::Place>& places) {
      for (const auto& p : places) {
        if (!out_.course.empty() && out_.course.back().tick == p.tick) out_.course.pop_back();  // came at one blow
        out_.course.push_back({what, p.event, p.tick, p.difference});
      }
    };
    const Course::Place& far = chosen->farthest();
    if (chosen->followed().as == Follows::peak) return add("farthest apart at one time", {far});
    add("a quarter of it", chosen->reached(1, 4));
    add("half of it", chosen->reached(1, 2));
    add("all of it", chosen->reached(1, 1));
    if (out_.course.empty() || out_.course.back().difference != far.difference) add("farthest apart", {far});
    if (!chosen->over_time()) return;
    // Sums over time grow between the events that differ: the event that had arrived last names the place better.
    for (Milestone& m : out_.course) {
      const bool at_end = m.tick >= in_.trace.last_tick();
      const auto next = at_end ? Fallible<std::uint64_t>(out_.events) : cursor_.seek_tick(m.tick + 1);
      if (next && *next > 0) m.event = std::max(m.event, *next - 1);
    }
  }

  const ExplainInputs& in_;
  traces::KmtCursor cursor_;
  std::unique_ptr<traces::EventBlock> block_ = std::make_unique<traces::EventBlock>();
  bool block_ready_ = false;
  std::array<std::uint64_t, 2> page_bytes_;
  std::array<Tally, 2> tallies_;
  std::vector<Course> courses_;
  std::map<std::string, DifferenceKind> kinds_;
  bool opened_ = false, closed_ = false;
  Explanation out_;
};

}  // namespace

std::vector<std::string> differing_metrics(const std::array<RunEnd, 2>& ends) {
  std::vector<std::string> names;
  for (const Metric& m : all_metrics()) {
    const auto a = ends[0].metrics.find(m.name), b = ends[1].metrics.find(m.name);
    if (a == ends[0].metrics.end() || b == ends[1].metrics.end() || a->second == b->second) continue;
    names.push_back(m.name);
  }
  return names;
}

Fallible<Explanation> explain(const ExplainInputs& in, DecisionSource& a, DecisionSource& b) {
  Explainer explainer(in, a.page_bytes(), b.page_bytes());
  const auto done = lockstep(a, b, [&](std::uint64_t event, const EventDecisions* of_a, const EventDecisions* of_b) {
    explainer.see(event, of_a, of_b);
  });
  if (!done) return Failure<Error>{done.error()};
  auto end_a = a.finish();
  if (!end_a) return Failure<Error>{end_a.error()};
  auto end_b = b.finish();
  if (!end_b) return Failure<Error>{end_b.error()};
  return explainer.finish(std::move(*end_a), std::move(*end_b));
}

}  // namespace kmemlab::check
