// What somebody who watches a run sees: tables, what happened during a step, sleepers; and what a lesson says of a
// step.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

void Run::begin_step(std::size_t index) {
  step_ = index;
  counts_ = {};
  events_.clear();
  all_did_.clear();
  told_.clear();
}

void Run::end_step() {
  if (scenario_.taught) {
    const std::vector<LessonPage>& pages = scenario_.taught->pages;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (pages[i].step == step_) teach(pages[i], i);
    }
  }
  if (observer_ != nullptr) observer_->on_step(step_, *this);
}

void Run::happened(StepEvent event) {
  if (events_.size() >= step_events_max) return;
  event.tick = kernel_->machine().now();
  events_.push_back(std::move(event));
}

void Run::page_mapped(Addr page) {
  ++counts_.mapped;
  StepEvent e;
  e.kind = StepEvent::Kind::page_mapped;
  e.block.address = page;
  happened(std::move(e));
}

void Run::page_unmapped(Addr page) {
  ++counts_.returned_pages;
  counts_.last_returned = page;
  StepEvent e;
  e.kind = StepEvent::Kind::page_returned;
  e.block.address = page;
  happened(std::move(e));
}

namespace {

std::uint64_t requested_by(const Request& request, const std::vector<Parameter>& parameters) {
  std::uint64_t bytes = 0;
  std::uint64_t members = 1;
  for (std::size_t i = 0; i < parameters.size() && i < request.arguments.size(); ++i) {
    if (parameters[i].name == "size") bytes = request.arguments[i].value;
    if (parameters[i].name == "numMembers") members = request.arguments[i].value;
  }
  return bytes * members;
}

}  // namespace

/// A thread that has nothing to do neither sleeps nor wakes in the eyes of a reader.
void Run::note_pause(StepEvent::Kind kind, const Request& request, SleepCause cause) {
  if (request.thread) return;
  ++(kind == StepEvent::Kind::slept ? counts_.blocked : counts_.woken);
  StepEvent e;
  e.kind = kind;
  e.cause = cause;
  e.block.task = request.task;
  e.block.name = request.as;
  e.block.step = request.step;
  e.block.requested = requested_by(request, system_.functions()[request.function].parameters);
  happened(std::move(e));
}

void Run::note_end(const Request& request, const Answer& answer) {
  const Function& function = system_.functions()[request.function];
  const std::string name = request.as.empty() && !request.stores.empty() ? request.stores.front() : request.as;
  HeldBlocks::Meaning m = blocks_.ended({&function, &request.arguments, &answer, name, request.task, request.step});
  if (m.effect == Effect::ends) {
    blocks_.drop_if([&](Addr a) { return !kernel_->machine().lookup(a) && kernel_->area_for(a) < 0; });
  }
  ++(m.worked ? counts_.done : counts_.failed);
  counts_.returned = answer.value;
  StepEvent e;
  e.reason = answer.reason;
  e.block = std::move(m.block);
  e.block.task = request.task;
  if (!m.worked) {
    e.kind = StepEvent::Kind::failed;
    e.block.requested = requested_by(request, function.parameters);
    e.block.granted = 0;
    return happened(std::move(e));
  }
  const bool gives = m.effect == Effect::allocates || m.effect == Effect::resizes;
  if (gives) {
    counts_.requested = e.block.requested;
    counts_.granted = e.block.granted;
  }
  if (!gives && m.effect != Effect::frees) return;
  e.kind = gives ? StepEvent::Kind::granted : StepEvent::Kind::freed;
  happened(std::move(e));
}

std::vector<SleepingCall> Run::asleep() const {
  std::vector<SleepingCall> all;
  for (const sim::Sleeper& s : kernel_->sleepers().sleepers()) {
    const auto found = requests_.find(s.who);
    if (s.cause == SleepCause::none || found == requests_.end()) continue;
    const Request& r = found->second;
    const std::uint64_t requested = r.thread ? 0 : requested_by(r, system_.functions()[r.function].parameters);
    all.push_back({r.task, r.text, s.channel, s.cause, place_of(s.channel, s.cause), requested, s.since_tick, r.step});
  }
  return all;
}

Tables Run::published() const {
  Tables tables;
  driver_->publish(tables);
  return tables;
}

Tables Run::tables() const {
  Tables tables = published();
  const sim::Machine& m = kernel_->machine();
  const AddrRange arena = kernel_->arena();
  const std::uint64_t arena_pages = arena.bytes >> kernel_->page_shift();
  std::uint64_t held = 0;
  for (std::uint64_t p = 0; p < arena_pages; ++p) held += m.lookup(arena.base + p * m.page_bytes()).has_value();
  const sim::Counters counts = m.counters();
  tables.table("machine", {{"pages_held", ""},
                           {"pages_taken", ""},
                           {"frames", ""},
                           {"frames_free", ""},
                           {"map_entries", ""},
                           {"largest_gap", ""},
                           {"page_maps", ""},
                           {"page_unmaps", ""},
                           {"accesses", ""},
                           {"interrupts", ""},
                           {"level", ""},
                           {"in_interrupt", ""},
                           {"console_lines", ""},
                           {"process", ""}});
  tables.row("", {held, arena_pages - kernel_->map().free_pages(), m.pool().frames(), m.free_frames(),
                  kernel_->map().entries_used(), kernel_->map().largest_gap_pages(), counts.page_maps,
                  counts.page_unmaps, m.accesses(), counts.interrupts, m.level(), m.in_interrupt() ? 1U : 0U,
                  m.console().count(), kernel_->process()});
  publish_step(tables);
  return tables;
}

void Run::publish_step(Tables& tables) const {
  const Counts& c = counts_;
  tables.table("step", {{"done", ""},
                        {"failed", ""},
                        {"blocked", ""},
                        {"woken", ""},
                        {"returned", "addr"},
                        {"requested", "bytes"},
                        {"granted", "bytes"},
                        {"waste", "bytes"},
                        {"pages_mapped", ""},
                        {"pages_returned", ""},
                        {"last_returned", "addr"},
                        {"stopped", ""}});
  tables.row("", {c.done, c.failed, c.blocked, c.woken, c.returned, c.requested, c.granted, c.granted - c.requested,
                  c.mapped, c.returned_pages, c.last_returned.v, stopped_ ? 1U : 0U});
  std::uint64_t requested = 0;
  std::uint64_t granted = 0;
  for (const NamedBlock& b : blocks_.all()) {
    requested += b.requested;
    granted += b.granted;
  }
  tables.table("held",
               {{"blocks", ""}, {"requested", "bytes"}, {"granted", "bytes"}, {"waste", "bytes"}, {"asleep", ""}});
  tables.row("", {blocks_.all().size(), requested, granted, granted - requested, asleep().size()});
}

void Run::teach(const LessonPage& page, std::size_t number) {
  const std::uint64_t line = line_;
  where_.push_back("page " + std::to_string(number + 1) + " of the lesson");
  compare_holds(page.checkpoint);
  if (page.ask) answer(*page.ask, number);
  where_.pop_back();
  line_ = line;
}

void Run::answer(const LessonAsk& ask, std::size_t page) {
  std::optional<std::uint64_t> right;
  if (!ask.answer.empty()) {
    const auto value = evaluate(ask.answer, *this);
    if (!value) return differ(ask.line, "the answer '" + ask.answer + "' has no value: " + value.error().text());
    right = *value;
    if (ask.kind == AskKind::choice && (*right == 0 || (*right)-- > ask.choices.size())) {
      return differ(ask.line, "the answer is choice " + show(*value) + "; there are " + show(ask.choices.size()));
    }
  }
  for (std::size_t i = 0; i < ask.choices.size(); ++i) {
    if (ask.choices[i].holds.empty()) continue;
    const auto came = compare(ask.choices[i].holds, *this);
    if (!came) return differ(ask.line, "'" + ask.choices[i].holds + "': " + came.error().text());
    if (!came->holds) continue;
    if (right) return differ(ask.line, "two choices are right: " + show(*right + 1) + " and " + show(i + 1));
    right = i;
  }
  if (!right) return differ(ask.line, "none of the choices is right");
  LessonAnswer a{page, *right, 0};
  if (ask.kind == AskKind::page || ask.kind == AskKind::block) {
    if (!kernel_->arena().contains(Addr{*right})) {
      return differ(ask.line, "the answer " + show_address(*right) + " is no address of the arena");
    }
    a.extent = ask.kind == AskKind::page ? kernel_->machine().page_bytes() : extent_of(*right);
  }
  result_.answers.push_back(a);
}

/// Bytes of the block that begins there, or did before this step; else of a page.
std::uint64_t Run::extent_of(std::uint64_t address) const {
  if (const NamedBlock* block = blocks_.at(Addr{address})) return block->granted;
  for (const StepEvent& e : events_) {
    if (e.kind == StepEvent::Kind::freed && e.block.address == Addr{address}) return e.block.granted;
  }
  return kernel_->machine().page_bytes();
}

}  // namespace kmemlab::scenario
