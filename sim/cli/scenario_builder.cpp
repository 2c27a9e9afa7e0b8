// Groups of a replay as steps.
#include "sim/cli/scenario_builder.h"

#include <algorithm>

#include "core/machine/step_names.h"
#include "sim/replay/policy.h"

namespace kmemlab::cli {

using scenario::Step;
using sim::Action;
using sim::Ending;
using traces::Tri;

namespace {

/// A block taken from or put on its list is nothing to mention.
bool worth_saying(const std::vector<StepKind>& did) {
  return std::any_of(did.begin(), did.end(), [](StepKind k) {
    return k != StepKind::took_block && k != StepKind::pushed_block && k != StepKind::zeroed;
  });
}

}  // namespace

WordedRequest ScenarioBuilder::request(std::uint64_t event) const {
  const traces::Event& e = events_[event];
  WordedRequest r;
  r.event = &e;
  r.number = event;
  r.name = "p" + std::to_string(e.id);
  r.interrupt = e.context >= traces::Context::softirq;
  const bool known = e.gfp < tables_.gfps.size() && tables_.gfps[e.gfp].may_sleep != Tri::unknown;
  r.may_sleep =
      known ? tables_.gfps[e.gfp].may_sleep == Tri::yes : sim::ReplayPolicy{}.unknown_may_sleep(e.context, e.cpu_state);
  r.zero = e.gfp < tables_.gfps.size() && tables_.gfps[e.gfp].zero == Tri::yes;
  return r;
}

std::string ScenarioBuilder::task_of(std::uint64_t event) const {
  const traces::Index task = events_[event].task;
  std::string name = tables_.tasks.size() < 2 ? "main" : "task" + std::to_string(task);
  if (task < tables_.tasks.size()) return name;
  name = "main";  // of unknown tasks several may sleep at one time
  for (const auto& [other, sleeper] : asleep_) {
    if (sleeper == name) return "event" + std::to_string(event);
  }
  return name;
}

Step& ScenarioBuilder::call(std::uint64_t event, std::string text, std::string as) {
  Step step;
  step.kind = Step::Kind::call;
  step.text = std::move(text), step.as = std::move(as);
  step.cpu = events_[event].cpu;
  if (events_[event].context >= traces::Context::softirq) {
    step.interrupt = static_cast<unsigned>(sim::Spl::soft);
  } else {
    step.task = task_of(event);
  }
  steps_.push_back(std::move(step));
  return steps_.back();
}

void ScenarioBuilder::remark(const std::string& say) {
  Step step;
  step.say = say;
  steps_.push_back(std::move(step));
}

void ScenarioBuilder::tell(const sim::SleepNote& note) {
  if (asleep_.count(note.event) != 0) return;
  const WordedRequest r = request(note.event);
  Step& step = call(note.event, words_.alloc(r), r.name);
  step.expect.answer.blocks = name_of(note.cause);
  allocated_[r.event->id] = note.event;
  asleep_[note.event] = step.task;
}

void ScenarioBuilder::alloc_over(const sim::Completion& c) {
  const WordedRequest r = request(c.event);
  scenario::ExpectedAnswer answer;
  if (c.ending == Ending::ok) {
    answer.granted = std::to_string(c.granted);
  } else {
    answer.outcome = Outcome::failed;
    answer.reason = name_of(c.reason);
  }
  allocated_[r.event->id] = c.event;
  const auto asleep = asleep_.find(c.event);
  if (asleep != asleep_.end()) {
    steps_.back().expect.woken.push_back({asleep->second, std::move(answer)});
    asleep_.erase(asleep);
  } else if (!words_.is_called(r)) {
    return remark(words_.alloc(r) + " for " + r.name + ": the documents forbid it in an interrupt, so it is not made.");
  } else {
    call(c.event, words_.alloc(r), r.name).expect.answer = std::move(answer);
  }
  if (c.ending != Ending::ok) return;
  for (Step step : words_.owner(r)) {
    step.task = steps_.back().task, step.cpu = r.event->cpu, step.interrupt = steps_.back().interrupt;
    steps_.push_back(std::move(step));
  }
}

void ScenarioBuilder::free_over(const sim::Completion& c) {
  const auto by = allocated_.find(c.id);
  if (c.ending == Ending::skipped || by == allocated_.end()) return;
  const WordedRequest of = request(by->second);
  if (c.ending == Ending::refused) {
    return remark(words_.free(of) + ": the documents forbid it in an interrupt; the block stays.");
  }
  call(c.event, words_.free(of), {});
}

void ScenarioBuilder::tell(const sim::Completion& c) {
  if (c.action == Action::free) return free_over(c);
  alloc_over(c);
}

/// A system's thread ran, and nothing else happened: what it did belongs to the step that woke it.
void ScenarioBuilder::add_background(const EventGroup& group) {
  if (!group.background || steps_.empty() || !steps_.back().expect.did) return;
  for (const StepKind kind : group.did) steps_.back().expect.did->emplace_back(name_of(kind));
}

void ScenarioBuilder::add(const EventGroup& group) {
  const std::size_t before = steps_.size();
  for (const auto& told : group.told) {
    std::visit([&](const auto& what) { tell(what); }, told);
  }
  if (steps_.size() == before) return add_background(group);
  Step& first = steps_[before];
  first.expect.console = group.console;
  if (group.background || !worth_saying(group.did)) return;
  std::vector<std::string> did;
  for (const StepKind kind : group.did) did.emplace_back(name_of(kind));
  first.expect.did = std::move(did);
}

void ScenarioBuilder::stopped(std::uint64_t event, const std::string& message) {
  if (event >= events_.size()) return;
  const traces::Event& e = events_[event];
  if (e.op == traces::Op::free) {
    const auto by = allocated_.find(e.id);
    if (by == allocated_.end()) return;
    call(event, words_.free(request(by->second)), {}).expect.panic = message;
  } else {
    const WordedRequest r = request(event);
    call(event, words_.alloc(r), r.name).expect.panic = message;
  }
}

}  // namespace kmemlab::cli
