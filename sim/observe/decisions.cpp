#include "sim/observe/decisions.h"

#include <algorithm>

namespace kmemlab::sim {

namespace {

Decision of_kind(Decision::Kind kind, std::uint64_t event, std::uint64_t value) {
  Decision d;
  d.kind = kind;
  d.of_event = event;
  d.value = value;
  return d;
}

/// Channels are address-like, and so no decision.
bool value_counts(StepKind kind) {
  return kind != StepKind::sleeps && kind != StepKind::wakes;
}

}  // namespace

void Decisions::on_completion(const Completion& c) {
  Decision d = of_kind(c.action == Action::free ? Decision::Kind::free : Decision::Kind::alloc, c.event, c.requested);
  d.ending = c.ending;
  d.reason = c.ending == Ending::ok ? Reason::none : c.reason;
  d.granted = c.granted;
  d.implied = c.implied;
  outcomes_.push_back(d);
  if (d.kind == Decision::Kind::alloc && c.ending == Ending::ok) began_.push_back({c.address, c.id});
  if (c.metadata != tables_) outcomes_.push_back(of_kind(Decision::Kind::tables, c.event, c.metadata));
  tables_ = c.metadata;
}

void Decisions::on_sleep(const SleepNote& note) {
  outcomes_.push_back(of_kind(Decision::Kind::sleep, note.event, 0));
  outcomes_.back().cause = note.cause;
}

void Decisions::on_wake(const SleepNote& note) {
  outcomes_.push_back(of_kind(Decision::Kind::wake, note.event, 0));
  outcomes_.back().cause = note.cause;
}

void Decisions::on_background(std::uint64_t) {
  outcomes_.push_back(of_kind(Decision::Kind::background, next_event_, 0));
}

std::uint64_t Decisions::place_of(Addr address) const {
  if (!address) return Decision::nowhere;
  const auto at = last_began_.find(address.v);
  return at == last_began_.end() ? Decision::fresh : at->second;
}

// A step speaks of the address as it was: a block that this event was given begins there only after the step that took
// it. Completions are told when a call is over, steps afterwards in one piece, so the two are put in order here.
void Decisions::add_steps(std::span<const Step> steps) {
  for (const Step& step : steps) {
    Decision d = of_kind(Decision::Kind::step, group_.event, value_counts(step.kind) ? step.value : 0);
    d.step = step.kind;
    d.detail = step.detail;
    d.place = place_of(step.addr);
    group_.items.push_back(d);
    if (step.kind != StepKind::took_block && step.kind != StepKind::gave_pages) continue;
    for (Began& b : began_) {
      if (b.placed || b.address != step.addr) continue;
      last_began_[b.address.v] = b.id;
      b.placed = true;
      break;
    }
  }
  for (const Began& b : began_) {
    if (!b.placed) last_began_[b.address.v] = b.id;
  }
  began_.clear();
}

void Decisions::on_event_over(std::uint64_t event, std::span<const Step> steps) {
  group_.event = event = std::max(event, next_event_);  // each group has a number of its own, after a panic too
  add_steps(steps);
  for (Decision& d : outcomes_) {
    if (d.kind == Decision::Kind::tables || d.kind == Decision::Kind::background) d.of_event = event;
    group_.items.push_back(d);
  }
  if (mapped_ != 0) group_.items.push_back(of_kind(Decision::Kind::map, event, mapped_));
  if (unmapped_ != 0) group_.items.push_back(of_kind(Decision::Kind::unmap, event, unmapped_));
  if (!group_.items.empty()) take_(group_);
  group_.items.clear();
  outcomes_.clear();
  mapped_ = unmapped_ = 0;
  next_event_ = event + 1;
}

void Decisions::on_end(std::uint64_t) {
  on_event_over(next_event_, {});
}

}  // namespace kmemlab::sim
