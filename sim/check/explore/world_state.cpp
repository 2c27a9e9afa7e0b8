// A world's beginning, its copies, what can happen next, and its digest.
#include <algorithm>

#include "core/base/digest.h"
#include "sim/check/explore/world.h"
#include "sim/scenario/expression.h"
#include "sim/scenario/tables.h"

namespace kmemlab::sim::explore {

using scenario::Answer;
using scenario::Argument;
using Kind = Operation::Kind;

namespace {

/// All frames full of dirt, none of them zero: a page that nobody zeroed must never look as if somebody had.
void make_dirty(Kernel& kernel) {
  Machine& m = kernel.machine();
  const Addr page = kernel.arena().base;
  std::vector<Frame> frames;
  const std::vector<std::uint8_t> dirt(m.page_bytes(), Reference::freed);
  while (const auto frame = m.take_frame()) {
    m.map_page(page, *frame);
    m.poke_bytes(page, dirt);
    m.unmap_page(page);
    frames.push_back(*frame);
  }
  for (const Frame f : frames) m.release_frame(f);
}

class Names final : public scenario::Scope {
 public:
  Names(const Plan& plan, const std::vector<std::optional<std::uint64_t>>& values, const Kernel& kernel,
        const scenario::Driver& driver, Addr block)
      : plan_(plan), values_(values), kernel_(kernel), driver_(driver), block_(block) {}
  Fallible<std::uint64_t> name(const std::string& name) const override {
    if (name == block_in_expressions) return block_.v;
    const std::size_t i = plan_.name_index(name);
    if (i < values_.size() && values_[i]) return *values_[i];
    const auto found = plan_.constants.find(name);
    if (found == plan_.constants.end()) return fail("there is no name '" + name + "'");
    return found->second;
  }
  Fallible<std::uint64_t> memory(std::uint64_t address, unsigned bytes) const override {
    const Machine& m = kernel_.machine();
    std::optional<std::uint64_t> value = m.peek_word(Addr{address});
    if (bytes == 1) value = m.peek<std::uint8_t>(Addr{address});
    if (bytes == 2) value = m.peek<std::uint16_t>(Addr{address});
    if (bytes == 4) value = m.peek<std::uint32_t>(Addr{address});
    if (bytes == 8) value = m.peek<std::uint64_t>(Addr{address});
    if (!value) return fail("no page is mapped there");
    return *std::move(value);
  }
  Fallible<std::uint64_t> frame(std::uint64_t) const override { return fail("no frames here"); }
  Fallible<std::uint64_t> cell(const scenario::CellPath& path) const override {
    scenario::Tables tables;
    driver_.publish(tables);
    return find_cell(tables, path);
  }

 private:
  const Plan& plan_;
  const std::vector<std::optional<std::uint64_t>>& values_;
  const Kernel& kernel_;
  const scenario::Driver& driver_;
  Addr block_;
};

}  // namespace

Fallible<std::unique_ptr<World>> World::make(Plan& plan) {
  const Toy& toy = plan.run.toy;
  if (auto good = validate(toy.profile); !good) return Failure<Error>{good.error()};
  const std::uint64_t page = toy.profile.page_bytes();
  auto kernel = Kernel::create(toy.profile, {toy.arena_pages * page, toy.frames * page, toy.map_entries, toy.cpus});
  if (!kernel) return Failure<Error>{kernel.error()};
  return std::unique_ptr<World>(new World(plan, std::move(*kernel)));
}

Fallible<std::unique_ptr<World>> World::boot(Plan& plan) {
  auto world = make(plan);
  if (!world) return world;
  if (auto started = (*world)->start(); !started) return Failure<Error>{started.error()};
  return world;
}

Fallible<std::optional<Trouble>> World::boot_in_vain(Plan& plan, MarkSet& marks) {
  const auto world = make(plan);
  if (!world) return Failure<Error>{world.error()};
  const auto started = (*world)->start();
  marks |= (*world)->kernel_.marks();
  const std::string expected = "expected panic: " + plan.run.boot_panic;
  if (started) return std::optional<Trouble>({"a machine boots that must not", expected});
  const auto& stopped = (*world)->kernel_.machine().stopped();
  if (!stopped) return Failure<Error>{started.error()};
  if (stopped->kind == FaultKind::panic && stopped->message.find(plan.run.boot_panic) != std::string::npos) {
    return std::optional<Trouble>{};
  }
  return std::optional<Trouble>({"the boot ends in " + (*world)->trap().title, expected});
}

Fallible<void> World::start() {
  bind();
  make_dirty(kernel_);
  kernel_.set_frame_limits({plan_->run.toy.reserve_frames, 0, 0});
  auto driver = plan_->system->make(kernel_, plan_->options);
  if (!driver) return Failure<Error>{driver.error()};
  driver_ = std::move(*driver);
  try {
    driver_->boot();
    threads_ = driver_->threads().size();
    tasks_.resize(plan_->run.toy.tasks + threads_);
    for (std::size_t t = 0; t < threads_; ++t) resume(plan_->run.toy.tasks + t);
    take_ready();
  } catch (const MachineTrap&) {
    return fail("the toy machine does not boot: " + trap().title);
  }
  for (const scenario::Constant& c : driver_->constants()) plan_->constants[c.name] = c.value;
  plan_->constants["base"] = kernel_.arena().base.v;
  plan_->constants["end"] = kernel_.arena().end().v;
  plan_->constants["page"] = kernel_.machine().page_bytes();
  names_.resize(plan_->names.size());
  if (plan_->calls.empty()) {
    if (auto planned = plan_calls(*plan_); !planned) return planned;
  }
  accounts_.elsewhere = plan_->run.toy.frames - free_frames() - mapped_pages();
  return {};
}

void World::bind() {
  kernel_.set_page_watcher(this);
  kernel_.set_faults(nullptr);
  kernel_.machine().set_interrupt_source(this);
}

std::unique_ptr<World> World::copy() const {
  std::unique_ptr<World> world(new World(*plan_, kernel_));
  world->become(*this);
  return world;
}

void World::become(const World& other) {
  kernel_ = other.kernel_;
  driver_ = other.driver_->copy(kernel_);
  reference_ = other.reference_;
  names_ = other.names_;
  tasks_ = other.tasks_;
  threads_ = other.threads_;
  accounts_ = other.accounts_;
  births_ = other.births_;
  failed_ = other.failed_;
  slept_ = other.slept_;
  trouble_.reset();
  bind();
}

std::uint64_t World::handle_of(std::size_t task) const {
  const std::size_t callers = tasks_.size() - threads_;
  return task < callers ? first_task + task : task - callers;
}

std::size_t World::task_of(std::uint64_t handle) const {
  return handle >= first_task ? handle - first_task : tasks_.size() - threads_ + handle;
}

std::string World::task_name(std::size_t task) const {
  const std::size_t callers = tasks_.size() - threads_;
  return task < callers ? "t" + std::to_string(task) : driver_->threads()[task - callers];
}

bool World::possible(const Operation& o) const {
  const auto has = [&](const std::string& name) { return names_[plan_->name_index(name)].has_value(); };
  return (o.needs.empty() || has(o.needs)) && (o.unless.empty() || !has(o.unless));
}

void World::actions(std::vector<Action>& out) const {
  out.clear();
  const std::size_t callers = tasks_.size() - threads_;
  const auto add = [&](std::size_t operation, std::size_t block) {
    const Operation& o = plan_->menu.operations[operation];
    Action a;
    a.operation = static_cast<std::uint8_t>(operation);
    a.block = static_cast<std::uint8_t>(block);
    for (std::size_t t = 0; t < callers && o.contexts != Operation::Contexts::interrupt; ++t) {
      a.task = static_cast<std::uint8_t>(t);
      if (tasks_[t].state == Task::State::idle) out.push_back(a);
    }
    a.task = 0;
    a.interrupt = true;
    if (plan_->run.interrupts && o.contexts != Operation::Contexts::process) out.push_back(a);
  };
  for (const std::size_t i : plan_->operations) {
    const Operation& o = plan_->menu.operations[i];
    if (!possible(o)) continue;
    if (o.kind == Kind::allocate || o.kind == Kind::other) {
      add(i, 0);
      continue;
    }
    for (std::size_t b = 0; b < live().size(); ++b) {
      if (plan_->menu.operations[live()[b].operation].family == o.family) add(i, b);
    }
  }
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    Action a;
    a.task = static_cast<std::uint8_t>(t);
    a.kind = tasks_[t].state == Task::State::ready ? Action::Kind::resume : Action::Kind::leave;
    if (tasks_[t].state == Task::State::ready || tasks_[t].state == Task::State::inside) out.push_back(a);
  }
}

std::vector<Argument> World::arguments(const PlannedCall& call, Addr block) const {
  std::vector<Argument> values;
  values.reserve(call.arguments.size());
  for (const PlannedArgument& a : call.arguments) {
    Argument value = a.fixed;
    if (a.from == PlannedArgument::From::block) value.value = block.v;
    if (a.from == PlannedArgument::From::name) value.value = names_[a.name].value_or(0);
    if (a.from == PlannedArgument::From::expression) {
      const auto number = scenario::evaluate(a.text, Names(*plan_, names_, kernel_, *driver_, block));
      value.value = number ? *number : 0;
    }
    values.push_back(std::move(value));
  }
  return values;
}

std::optional<Trouble> World::call(const std::string& text, const std::string& as) {
  const auto call = plan_->plan_call(text);
  if (!call) return Trouble{"a root's call is impossible", call.error().text()};
  try {
    kernel_.machine().select_cpu(0);
    const Answer answer = driver_->call(first_task, call->function, arguments(*call, {}));
    if (answer.outcome == Outcome::blocked) return Trouble{"a root's call sleeps", text};
    if (!as.empty()) names_[plan_->name_index(as)] = answer.value;
    for (const auto& stored : answer.stored) {
      if (!as.empty() && stored) names_[plan_->name_index(as)] = *stored;
    }
    take_ready();
  } catch (const MachineTrap&) {
    return trap();
  }
  accounts_.elsewhere = plan_->run.toy.frames - free_frames() - mapped_pages();
  return std::nullopt;
}

Fallible<std::uint64_t> World::evaluate(const std::string& text, Addr block) const {
  return scenario::evaluate(with_block(text, block_in_expressions), Names(*plan_, names_, kernel_, *driver_, block));
}

std::optional<Trouble> World::poke(const std::string& at, const std::string& value, unsigned bytes, Addr block) {
  if (!block && !live().empty()) block = live()[0].at;
  const auto where = evaluate(at, block);
  const auto what = evaluate(value, block);
  if (!where || !what) return Trouble{"a root's poke is impossible", at};
  Machine& m = kernel_.machine();
  bool good = false;
  if (bytes == 1) good = m.poke<std::uint8_t>(Addr{*where}, static_cast<std::uint8_t>(*what));
  if (bytes == 2) good = m.poke<std::uint16_t>(Addr{*where}, static_cast<std::uint16_t>(*what));
  if (bytes == 4) good = m.poke<std::uint32_t>(Addr{*where}, static_cast<std::uint32_t>(*what));
  if (bytes == 8) good = m.poke<std::uint64_t>(Addr{*where}, *what);
  return good ? std::nullopt : std::optional<Trouble>({"a root's poke is impossible", at});
}

std::uint64_t World::digest() const {
  Digest d(kernel_.structure_digest());
  d.add(driver_->structure_digest());
  for (const Block& b : live()) {
    d.add(b.at.v);
    d.add(b.operation);
  }
  for (const Task& t : tasks_) {
    d.add(static_cast<std::uint64_t>(t.state) << 8 | (t.state == Task::State::idle ? 0 : t.operation + 1U));
    if (t.resized) d.add(t.resized->at.v);
    d.add(t.sems.size());
    for (const sem_id sem : t.sems) d.add(static_cast<std::uint64_t>(sem) % sems_max);  // its slot: ids only ever grow
  }
  // A name's value counts if it is an address; numbers of pools and the like are never used again.
  for (const auto& value : names_) d.add(!value ? 0 : kernel_.arena().contains(Addr{*value}) ? *value : 1);
  return d.value();
}

}  // namespace kmemlab::sim::explore
