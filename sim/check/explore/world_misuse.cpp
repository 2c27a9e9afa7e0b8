// Making a caller's error, and comparing what it came to with what the menu says.
#include <algorithm>

#include "sim/check/explore/world.h"

namespace kmemlab::sim::explore {

using scenario::Answer;

namespace {
constexpr std::uint64_t erring_handler = 3000, erring_task = 3001;
}

std::size_t World::task_named(const std::string& name) const {
  std::size_t t = 0;
  while (t < tasks_.size() && task_name(t) != name) ++t;
  return t;
}

bool World::may_misuse(std::size_t index) const {
  const Misuse& m = plan_->menu.misuses[index];
  if (m.resumes.empty()) return true;
  const Task& task = tasks_[task_named(m.resumes)];
  const bool waits = task.state == Task::State::asleep || task.state == Task::State::ready;
  return waits && (!m.slept_for || task.cause == *m.slept_for);
}

/// Sets `before` to the digest before the last step. None: there is nothing to spoil yet, or nobody was woken.
std::optional<Answer> World::make_misuse(std::size_t index, Addr block, std::size_t& done, std::uint64_t& before) {
  const Misuse& m = plan_->menu.misuses[index];
  const std::vector<PlannedCall>& calls = plan_->misuses[index];
  const std::size_t steps = calls.size() + (m.resumes.empty() ? 0 : 1);
  Answer answer;
  for (; done < steps; ++done) {
    if (done + 1 == steps) {
      for (const Misuse::Poke& p : m.pokes) {
        if (poke(p.at, p.value, p.bytes, block)) return std::nullopt;
      }
      if (!m.returns.empty() || !m.reason.empty()) before = digest();
    }
    if (done < calls.size()) {
      const PlannedCall& call = calls[done];
      answer = driver_->call(m.interrupt ? erring_handler : erring_task, call.function, arguments(call, block));
      continue;
    }
    take_ready();
    const std::size_t task = task_named(m.resumes);
    if (tasks_[task].state != Task::State::ready) return std::nullopt;
    kernel_.machine().select_cpu(static_cast<unsigned>(task) % kernel_.cpus());
    answer = driver_->resume(handle_of(task));
  }
  return answer;
}

std::optional<Trouble> World::misuse(std::size_t index, std::size_t block) {
  const Misuse& m = plan_->menu.misuses[index];
  Machine& machine = kernel_.machine();
  const Addr at = m.family.empty() ? Addr{} : live()[block].at;
  std::size_t done = 0;
  std::uint64_t before = 0;
  std::optional<Answer> answer;
  try {
    machine.select_cpu(0);
    if (m.interrupt) machine.enter_interrupt(static_cast<Level>(Spl::device));
    answer = make_misuse(index, at, done, before);
  } catch (const MachineTrap&) {
    const bool last = done + 1 == plan_->misuses[index].size() + (m.resumes.empty() ? 0 : 1);
    const bool wanted = last && !m.panic.empty() && machine.stopped()->message.find(m.panic) != std::string::npos;
    const bool any = last && m.panic == "*" && machine.stopped()->kind == FaultKind::panic;
    if (wanted || any) return std::nullopt;
    const Trouble t = trap();
    return Trouble{m.name + " ends in " + t.title, t.detail};
  }
  if (!answer) return m.resumes.empty() || !m.pokes.empty() ? std::nullopt : lost_wakeup();
  return compare_misuse(m, *answer, before, at);
}

std::optional<Trouble> World::compare_misuse(const Misuse& m, const Answer& answer, std::uint64_t before,
                                             Addr block) const {
  const std::string title = "not noticed: " + m.name;
  if (!m.panic.empty() && m.panic != "*") return Trouble{title, "expected panic: " + m.panic};
  if (m.reason.empty() && m.returns.empty()) return std::nullopt;
  if (m.resumes.empty() && !m.works && digest() != before) {
    return Trouble{"a refused call changed something: " + m.name, {}};
  }
  if (!m.returns.empty()) {
    const auto expected = evaluate(m.returns, block);
    if (expected && *expected == answer.value && answer.outcome != Outcome::blocked) return std::nullopt;
    return Trouble{title, "expected " + m.returns + ", but it returned " + std::to_string(answer.value)};
  }
  const bool failed = answer.outcome == Outcome::failed;
  if (failed && m.reason.find(kmemlab::name_of(answer.reason)) != std::string::npos) return std::nullopt;
  return Trouble{title, "expected failure: " + m.reason};
}

}  // namespace kmemlab::sim::explore
