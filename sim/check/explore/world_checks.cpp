// What is wrong with a state: accounts, lost and needless wake-ups, what a failure left behind, what is kept for
// nobody.
#include <algorithm>

#include "sim/check/explore/world.h"

namespace kmemlab::sim::explore {

using scenario::Answer;

namespace {

constexpr unsigned rounds_max = 1000;

/// Nobody sleeps any more: what is left is memory, map and frames.
std::uint64_t digest_without_sleepers(Kernel kernel) {
  kernel.set_page_watcher(nullptr);
  const std::vector<Sleeper> sleepers = kernel.sleepers().sleepers();
  for (const Sleeper& s : sleepers) kernel.wakeup(s.channel);
  kernel.take_ready();
  return kernel.structure_digest();
}

}  // namespace

std::uint64_t World::mapped_pages() const {
  std::uint64_t pages = 0;
  kernel_.for_each_held_page([&](Addr) { ++pages; });
  return pages;
}

bool World::anybody_asleep() const {
  const auto end = tasks_.end() - static_cast<std::ptrdiff_t>(threads_);
  return std::any_of(tasks_.begin(), end, [](const Task& t) { return t.state == Task::State::asleep; });
}

bool World::fell_asleep(const World& before) const {
  const auto asleep = [](const Task& t) { return t.state == Task::State::asleep && t.cause != SleepCause::none; };
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    if (asleep(tasks_[t]) && !asleep(before.tasks_[t])) return true;
  }
  return false;
}

bool World::anybody_ready() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const Task& t) { return t.state == Task::State::ready || t.state == Task::State::inside; });
}

bool World::anybody_holds_pages() const {
  return std::any_of(tasks_.begin(), tasks_.end(), [](const Task& t) {
    const bool waits_for_work = t.cause == SleepCause::none && t.state != Task::State::inside;
    return t.state != Task::State::idle && !waits_for_work;
  });
}

/// Semaphores here are locks: whoever is inside a call keeps those that it took.
bool World::two_hold_one_semaphore() const {
  std::vector<sem_id> held;
  for (const Task& t : tasks_) held.insert(held.end(), t.sems.begin(), t.sems.end());
  std::sort(held.begin(), held.end());
  return std::adjacent_find(held.begin(), held.end()) != held.end();
}

void World::check_state() {
  if (const auto wrong = reference_.check(kernel_)) return complain(*wrong);
  if (two_hold_one_semaphore()) {
    return complain({"two calls hold one semaphore", {}, Sign::sleepers});
  }
  const std::uint64_t mapped = mapped_pages();
  if (free_frames() + mapped + accounts_.elsewhere != plan_->run.toy.frames) {
    if (plan_->menu.map_is_pages) return complain({"frames are lost"});
    accounts_.elsewhere = plan_->run.toy.frames - free_frames() - mapped;
  }
  const std::uint64_t taken = plan_->run.toy.arena_pages - kernel_.map().free_pages();
  if (plan_->menu.map_is_pages && !anybody_holds_pages()) {
    if (taken != mapped) return complain({"addresses are taken and have no pages", {}, Sign::records});
    if (const auto known = recorded_pages(); known && *known != mapped) {
      return complain({"pages are held that the system has no record of",
                       std::to_string(mapped) + " pages are held, " + std::to_string(*known) + " have blocks",
                       Sign::records});
    }
  }
  std::uint64_t bytes = 0;
  for (const Block& b : live()) {
    if (b.bytes != 0) bytes += b.granted;
  }
  if (bytes > mapped * kernel_.machine().page_bytes()) return complain({"more is granted than held"});
  if (const CheckResult r = driver_->check(); !r) {
    complain({"invariant " + std::to_string(r.invariant) + " is broken"});
  }
}

std::optional<Trouble> World::lost_wakeup() const {
  if (anybody_ready()) return std::nullopt;
  std::unique_ptr<World> scratch;
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    if (tasks_[t].state != Task::State::asleep) continue;
    const bool thread = handle_of(t) < first_task;
    if (thread && tasks_[t].cause == SleepCause::none) continue;
    const bool all_want_locks = std::none_of(tasks_.begin(), tasks_.end(), [](const Task& other) {
      return other.state == Task::State::asleep && other.cause != SleepCause::lock;
    });
    if (tasks_[t].cause == SleepCause::lock && all_want_locks) {
      return Trouble{"a lock is awaited that nobody holds", task_name(t), Sign::wakeup};
    }
    if (scratch == nullptr) {
      scratch = copy();
    } else {
      scratch->become(*this);
    }
    try {
      scratch->kernel_.machine().select_cpu(static_cast<unsigned>(t) % kernel_.cpus());
      const Answer answer = scratch->driver_->resume(handle_of(t));
      if (answer.outcome == Outcome::blocked && !(thread && answer.cause == SleepCause::none)) continue;
    } catch (const MachineTrap&) {
      return scratch->trap();
    }
    return Trouble{"a wake-up is lost",
                   task_name(t) + " sleeps on " + name_of(tasks_[t].cause) +
                       ", nobody has woken it, and its call would come to its end now",
                   Sign::wakeup};
  }
  return std::nullopt;
}

std::vector<Channel> World::channels() const {
  std::vector<Channel> all;
  for (const Sleeper& s : kernel_.sleepers().sleepers()) {
    if (std::find(all.begin(), all.end(), s.channel) == all.end()) all.push_back(s.channel);
  }
  return all;
}

std::optional<Trouble> World::wake_for_nothing(Channel channel) {
  trouble_.reset();
  const std::uint64_t memory = digest_without_sleepers(kernel_);
  const std::uint64_t core = driver_->structure_digest();
  bool all_sleep_again = true;  // callers: a thread of the system may find work, and does some at each wake-up
  try {
    kernel_.wakeup(channel);
    for (const Sleeper& s : kernel_.take_ready()) {
      const std::size_t task = task_of(s.who);
      resume(task);
      all_sleep_again &= tasks_[task].state == Task::State::asleep && s.who >= first_task;
    }
    all_sleep_again &= !kernel_.any_ready();
    take_ready();
    if (!trouble_) check_state();
  } catch (const MachineTrap&) {
    return trap();
  }
  if (trouble_ || !all_sleep_again) return trouble_;
  if (digest_without_sleepers(kernel_) == memory && driver_->structure_digest() == core) return std::nullopt;
  return Trouble{"a needless wake-up left something behind", {}, Sign::unchanged};
}

std::optional<Trouble> World::failure_left_something(const World& before, const Operation& o) const {
  if (o.failure_remembers || o.holds) {  // who is still inside has not let go of anything
    const bool same = kernel_.map().digest() == before.kernel_.map().digest() &&
                      free_frames() == before.free_frames() && mapped_pages() == before.mapped_pages();
    if (same) return std::nullopt;
  }
  const bool same_core = o.failure_signals || driver_->structure_digest() == before.driver_->structure_digest();
  if (same_core && kernel_.structure_digest() == before.kernel_.structure_digest()) return std::nullopt;
  if (same_core && digest_without_sleepers(kernel_) == digest_without_sleepers(before.kernel_)) return std::nullopt;
  std::string detail =
      std::to_string(before.free_frames()) + " frames were free before, " + std::to_string(free_frames()) + " after";
  return Trouble{"a call that failed left something behind", detail, Sign::unchanged};
}

std::optional<Action> World::next_to_rest() const {
  Action a;
  const auto ready =
      std::find_if(tasks_.begin(), tasks_.end(), [](const Task& t) { return t.state == Task::State::ready; });
  if (ready != tasks_.end()) {
    a.kind = Action::Kind::resume;
    a.task = static_cast<std::uint8_t>(ready - tasks_.begin());
    return a;
  }
  if (live().empty()) return std::nullopt;
  const std::vector<Operation>& all = plan_->menu.operations;
  const auto release = std::find_if(all.begin(), all.end(), [&](const Operation& o) {
    return o.kind == Operation::Kind::release && o.family == all[live()[0].operation].family;
  });
  a.operation = static_cast<std::uint8_t>(release - all.begin());
  return a;
}

std::optional<Trouble> World::keeps_too_much() const {
  if (!plan_->run.pages_kept_max || anybody_asleep()) return std::nullopt;
  const auto quiet = copy();
  for (unsigned round = 0; round < rounds_max; ++round) {
    const auto action = quiet->next_to_rest();
    if (!action) break;
    if (quiet->act(*action)) return std::nullopt;  // found where that action is tried
  }
  const std::uint64_t kept = quiet->mapped_pages();
  if (kept <= *plan_->run.pages_kept_max) return std::nullopt;
  return Trouble{"pages are kept that nobody uses", std::to_string(kept) + " pages, when all is freed and nobody runs",
                 Sign::hoard};
}

}  // namespace kmemlab::sim::explore
