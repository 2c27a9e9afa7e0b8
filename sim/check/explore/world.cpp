// Making actions, and judging what they came to.
#include "sim/check/explore/world.h"

#include <algorithm>

#include "core/base/digest.h"

namespace kmemlab::sim::explore {

using scenario::Answer;
using scenario::Argument;
using Kind = Operation::Kind;

namespace {
constexpr std::uint64_t first_handler = 2000;  // of interrupts; they never sleep
constexpr unsigned nobody = 255;

/// Did a call that ended get what it asked for?
bool worked(const Menu& menu, const Operation& o, const PlannedCall& call, const Answer& answer) {
  if (answer.outcome != Outcome::done) return false;
  if (call.returns == scenario::Returns::status) {
    return menu.zero_is_success ? answer.value == 0 : static_cast<std::int64_t>(answer.value) >= 0;
  }
  if (call.returns == scenario::Returns::number) return o.sets.empty() || answer.value != 0;
  if (o.kind == Kind::release) return true;  // realloc to nothing
  return call.returns != scenario::Returns::address || answer.value != 0;
}

std::uint64_t result_of(const PlannedCall& call, const Answer& answer) {
  if (!call.stores) return answer.value;
  for (const auto& stored : answer.stored) {
    if (stored) return *stored;
  }
  return 0;
}
}  // namespace

void World::complain(Trouble trouble) {
  if (!trouble_) trouble_ = std::move(trouble);
}

Trouble World::trap() const {
  const auto& stopped = kernel_.machine().stopped();
  if (!stopped) return {"a trap without a fault", {}};
  const std::string access = "at access " + std::to_string(stopped->access) + " of the machine";
  if (stopped->kind == FaultKind::panic) return {"panic: " + stopped->message, access};
  return {std::string("fault ") + name_of(stopped->kind) + ": " + stopped->message, access};
}

std::optional<Trouble> World::act(const Action& action) {
  trouble_.reset();
  failed_ = slept_ = ended_ = false;
  return guarded(action);
}

std::optional<Trouble> World::guarded(const Action& action) {
  try {
    perform(action);
    take_ready();
    if (!trouble_) check_state();
  } catch (const MachineTrap&) {
    return trap();
  }
  return trouble_;
}

std::optional<Trouble> World::act(const Action& action, std::vector<Arrival>& arrivals) {
  Machine& m = kernel_.machine();
  const unsigned cpu = action.task % m.cpus();
  arrivals_ = &arrivals;
  arrivals_from_ = m.accesses();
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    arrivals[i].delivered.reset();
    m.plan_interrupt({arrivals_from_ + arrivals[i].access, cpu, arrivals[i].level, i});
  }
  const auto trouble = act(action);
  m.cancel_interrupts();
  arrivals_ = nullptr;
  return trouble;
}

std::optional<Trouble> World::act(const Action& action, const Refusal& refusal, bool& struck) {
  refusal_ = &refusal;
  asked_ = 0;
  struck_ = false;
  kernel_.set_faults(this);
  const auto trouble = act(action);
  kernel_.set_faults(nullptr);
  refusal_ = nullptr;
  struck = struck_;
  return trouble;
}

void World::perform(const Action& a) {
  Machine& m = kernel_.machine();
  if (a.kind == Action::Kind::resume) return resume(a.task);
  m.select_cpu(a.task % m.cpus());
  if (a.kind == Action::Kind::leave) {
    Task& task = tasks_[a.task];
    task.state = Task::State::idle;
    for (const sem_id sem : std::exchange(task.sems, {})) kernel_.finish_release(sem);
    return;
  }
  if (!a.interrupt) {
    operate(a, a.block, handle_of(a.task));
    return m.require_level(0, "a call returned with the level raised");
  }
  const Machine::Interrupted before = m.enter_interrupt(static_cast<Level>(Spl::device));
  handle_interrupt(a, a.block, first_handler);
  m.leave_interrupt(before);
}

// A handler may be interrupted by another, which may give back a large block.
void World::handle_interrupt(const Action& a, std::size_t block, std::uint64_t handle) {
  const Machine& m = kernel_.machine();
  const bool small =
      plan_->menu.operations[a.operation].kind != Kind::release || live()[block].granted <= m.page_bytes();
  const std::uint64_t unmapped = m.counters().page_unmaps;
  const std::uint64_t by_others = handlers_unmapped_;
  operate(a, block, handle);
  const std::uint64_t mine = m.counters().page_unmaps - unmapped - (handlers_unmapped_ - by_others);
  handlers_unmapped_ += mine;
  if (small && plan_->menu.pages_stay_in_interrupts && mine != 0 && !failed_) {
    complain({"a page goes back in an interrupt", {}, Sign::kept_page});
  }
}

void World::resume(std::size_t index) {
  Task& task = tasks_[index];
  Machine& m = kernel_.machine();
  m.select_cpu(static_cast<unsigned>(index) % m.cpus());
  m.charge_context_switch();
  task.state = Task::State::idle;
  const std::optional<Block> old = std::exchange(task.resized, std::nullopt);
  const std::size_t operation = task.operation;
  const bool thread = handle_of(index) < first_task;
  if (!thread && plan_->menu.operations[operation].holds) kernel_.defer_releases(true);
  const Answer answer = driver_->resume(handle_of(index));
  m.require_level(0, "a call returned with the level raised");
  if (!thread) return settle(operation, answer, old, index);
  if (answer.outcome != Outcome::blocked) return;
  task.state = Task::State::asleep;
  task.cause = answer.cause;
  kernel_.sleep({handle_of(index), answer.channel, answer.cause, 0});
}

void World::operate(const Action& a, std::size_t index, std::uint64_t handle) {
  const Operation& o = plan_->menu.operations[a.operation];
  std::optional<Block> old;
  if (o.kind == Kind::release || o.kind == Kind::resize) {
    if (o.kind == Kind::release) {
      old = reference_.release(kernel_, index);
    } else {
      old = live()[index];
      reference_.forget(index);
    }
  }
  const PlannedCall& call = plan_->calls[a.operation];
  const bool task = handle >= first_task && handle < first_handler;
  if (o.holds && task) kernel_.defer_releases(true);
  const Answer answer = driver_->call(handle, call.function, arguments(call, old ? old->at : Addr{}));
  settle(a.operation, answer, old, task ? a.task : nobody);
}

void World::settle(std::size_t operation, const Answer& answer, const std::optional<Block>& old, std::size_t index) {
  const Operation& o = plan_->menu.operations[operation];
  slept_ = answer.outcome == Outcome::blocked;
  Task* task = index < tasks_.size() ? &tasks_[index] : nullptr;
  if (o.holds && task != nullptr) {
    kernel_.defer_releases(false);
    const std::vector<sem_id>& sems = kernel_.take_releases();
    if (slept_) {
      for (const sem_id sem : sems) kernel_.finish_release(sem);
    } else {
      task->sems = sems;
      if (!sems.empty()) task->state = Task::State::inside;
    }
  }
  if (!slept_) {
    finish(operation, answer, old, task != nullptr && task->born != 0 ? std::exchange(task->born, 0) : ++births_);
    return;
  }
  failed_ = false;  // of a handler's call that arrived during it
  kernel_.machine().require_process("a call wants to sleep in an interrupt");
  if (task->born == 0) task->born = ++births_;
  task->state = Task::State::asleep;
  task->operation = static_cast<std::uint8_t>(operation);
  task->resized = old;
  task->cause = answer.cause;
  kernel_.sleep({handle_of(index), answer.channel, answer.cause, 0});
}

void World::finish(std::size_t operation, const Answer& answer, const std::optional<Block>& old, std::uint32_t born) {
  const Operation& o = plan_->menu.operations[operation];
  const PlannedCall& call = plan_->calls[operation];
  const bool good = worked(plan_->menu, o, call, answer);
  failed_ = !good;
  ended_ = true;
  if (!good) {
    if (o.kind == Kind::resize && old) reference_.keep(*old);
    if ((!o.may_fail && refusal_ == nullptr) || o.kind == Kind::release)
      complain({"a call that must work fails: " + o.name});
    return;
  }
  const std::uint64_t value = result_of(call, answer);
  if (!o.sets.empty()) names_[plan_->name_index(o.sets)] = value;
  if (o.kind == Kind::allocate || o.kind == Kind::resize) {
    const Block block{Addr{value}, o.requested, answer.granted.value_or(0), static_cast<std::uint16_t>(operation),
                      born};
    if (old && !reference_.carried(kernel_, *old, block.at, std::min(old->bytes, block.bytes))) {
      complain({"a block that was resized lost its content", o.name, Sign::contents});
    }
    auto wrong = reference_.grant(kernel_, block, {o.granted, o.alignment, o.zeroed, o.lazy});
    if (wrong) {
      wrong->detail = o.name;
      complain(std::move(*wrong));
    }
  }
  if (o.ends.empty()) return;
  names_[plan_->name_index(o.ends)].reset();
  for (std::size_t i = live().size(); i-- > 0;) {
    if (plan_->menu.operations[live()[i].operation].family == o.ends) reference_.forget(i);
  }
}

void World::take_ready() {
  if (!kernel_.any_ready()) return;
  for (const Sleeper& s : kernel_.take_ready()) tasks_[task_of(s.who)].state = Task::State::ready;
}

void World::interrupt(Machine& machine, const PlannedInterrupt& which) {
  Arrival& arrival = (*arrivals_)[which.cookie];
  arrival.delivered = machine.accesses() - arrivals_from_;
  // The block was named by its place before the action; it may have moved up.
  const auto& all = live();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Block& b) { return b.born == arrival.action.block; });
  const Operation& o = plan_->menu.operations[arrival.action.operation];
  if ((o.kind == Kind::release || o.kind == Kind::resize) && found == all.end()) return;
  arrival.born = births_ + 1;
  handle_interrupt(arrival.action, static_cast<std::size_t>(found - all.begin()), first_handler + 1 + which.cookie);
  arrival.failed = failed_;
}

bool World::strikes(FaultSite site) {
  if (refusal_ == nullptr || site != refusal_->site) return false;
  const bool now = asked_++ == refusal_->nth;
  struck_ |= now;
  return now;
}

// Frames come filled with dirt at boot. What is wholly zero was zeroed on request; everything else gets one content, so
// that what a page held before does not make two states of one.
void World::page_mapped(Addr page) {
  std::vector<std::uint8_t> bytes(kernel_.machine().page_bytes());
  kernel_.machine().peek_bytes(page, bytes);
  if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; })) return;
  std::fill(bytes.begin(), bytes.end(), Reference::freed);
  kernel_.machine().poke_bytes(page, bytes);
}

}  // namespace kmemlab::sim::explore
