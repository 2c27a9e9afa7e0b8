// Making the steps of a scenario.
#include <fmt/format.h>

#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

Run::Run(const Scenario& scenario, Narrate narrate, const System& system, std::unique_ptr<sim::Kernel> kernel,
         std::unique_ptr<Driver> driver, StepObserver* observer)
    : scenario_(scenario),
      system_(system),
      narrate_(narrate),
      kernel_(std::move(kernel)),
      driver_(std::move(driver)),
      observer_(observer) {
  kernel_->set_steps(&did_);
  kernel_->machine().set_interrupt_source(this);
  kernel_->set_page_watcher(this);
}

RunResult Run::run() {
  for (Constant& c : driver_->constants()) constants_[c.name] = c;
  where_.push_back("boot");
  bool stopped_here = false;
  try {
    boot();
  } catch (const sim::MachineTrap&) {
    stopped_ = stopped_here = true;
  }
  compare_step({}, scenario_.boot, stopped_here, Place::outermost);
  end_step();
  where_.pop_back();
  if (!given_up_) make(scenario_.steps, Place::outermost);
  result_.marks = kernel_->marks();
  result_.digest = kernel_->digest() ^ driver_->digest();
  return std::move(result_);
}

void Run::boot() {
  driver_->boot();
  for (Constant& c : driver_->constants()) constants_[c.name] = c;
  const std::vector<std::string> threads = driver_->threads();
  for (std::size_t i = 0; i < threads.size(); ++i) {
    Request request;
    request.task = threads[i];
    request.thread = true;
    settle(i, request, driver_->resume(i));
  }
  if (!scenario_.machine.entries_by.empty()) kernel_->set_entry_source(this);
}

void Run::make(const std::vector<Step>& steps, Place place) {
  for (std::size_t i = 0; i < steps.size() && !given_up_; ++i) {
    const bool of_scenario = &steps == &scenario_.steps;
    where_.push_back("step " + std::to_string(i + 1));
    if (of_scenario) begin_step(i + 1);
    make_one(steps[i], place);
    if (of_scenario && !given_up_) end_step();
    where_.pop_back();
  }
}

void Run::make_one(const Step& step, Place place) {
  ++result_.steps;
  line_ = step.line;
  const std::size_t did_before = place == Place::outermost ? 0 : did_.size();
  if (place == Place::outermost) did_.clear();
  answered_.reset();
  referred_.reset();
  if (place == Place::outermost) completed_.clear();
  if (stopped_ && step.kind != Step::Kind::look) {
    given_up_ = true;
    return differ(step.line, "the machine has stopped; after that a step can only look");
  }
  bool stopped_here = false;
  if (place == Place::in_handler) {
    act(step, place);  // a trap belongs to the step that was interrupted
  } else {
    try {
      act(step, place);
      if (step.kind != Step::Kind::repeat) run_ready();
    } catch (const sim::MachineTrap&) {
      stopped_ = stopped_here = true;
    }
  }
  if (given_up_) return;
  if (place == Place::outermost && step.kind != Step::Kind::repeat && all_did_.size() < step_events_max) {
    all_did_.insert(all_did_.end(), did_.begin(), did_.end());
  }
  line_ = step.line;
  narrate_step(step, did_before, place);
  compare_step(step, step.expect, stopped_here, place);
  if (step.expect.did) compare_did(step.expect, did_before);
}

void Run::narrate_step(const Step& step, std::size_t did_before, Place place) {
  if (narrate_ == Narrate::no) return;
  std::string did;
  for (const std::string& name : did_since(did_before)) did += (did.empty() ? "" : ", ") + name;
  if (!did.empty() && place == Place::outermost) tell("  the core: " + did);
  if (!step.say.empty()) tell("  (" + step.say + ")");
}

void Run::act(const Step& step, Place place) {
  switch (step.kind) {
    case Step::Kind::look:
      return;
    case Step::Kind::repeat:
      return repeat(step, place);
    case Step::Kind::set:
      for (const auto& [name, text] : step.set) {
        if (const auto value = number(text, step.line)) bind(name, *value);
      }
      return;
    case Step::Kind::poke:
      return poke(step);
    case Step::Kind::wake:
      return wake(step);
    case Step::Kind::run:
      return run_task(step);
    case Step::Kind::leave:
      return leave(step);
    default:
      return act_in_context(step, place);
  }
}

void Run::repeat(const Step& step, Place place) {
  for (std::uint64_t n = 0; n < step.count && !given_up_ && !stopped_; ++n) {
    names_[step.index] = n;
    where_.push_back("round " + std::to_string(n + 1));
    make(step.steps, place);
    where_.pop_back();
  }
  names_.erase(step.index);
  answered_.reset();
  completed_.clear();
}

void Run::act_in_context(const Step& step, Place place) {
  sim::Machine& m = kernel_->machine();
  const bool inside = inside_.count(step.task) != 0;
  if ((inside || is_asleep(step.task)) && !step.interrupt && place == Place::outermost) {
    given_up_ = true;
    return differ(step.line,
                  "task " + step.task + (inside ? " is inside its call" : " is asleep") + " and can do nothing else");
  }
  if (step.cpu >= m.cpus()) {
    given_up_ = true;
    return differ(step.line, "there is no CPU " + std::to_string(step.cpu));
  }
  if (place == Place::outermost) m.select_cpu(step.cpu);
  std::optional<sim::Machine::Interrupted> before;
  if (step.interrupt) before = m.enter_interrupt(static_cast<sim::Level>(*step.interrupt));
  m.charge_call();
  if (step.kind == Step::Kind::call) {
    call(step);
  } else {
    refer(step);
  }
  if (before) {
    m.leave_interrupt(*before);
  } else if (place == Place::outermost) {
    m.require_level(0, "a call returned with the level raised");
  }
}

void Run::refer(const Step& step) {
  const auto at = number(step.text, step.line);
  const auto value = step.value.empty() ? std::optional<std::uint64_t>(0) : number(step.value, step.line);
  if (!at || !value) return;
  if (step.kind == Step::Kind::fill) {
    if (const auto size = number(step.size, step.line)) {
      kernel_->machine().fill(Addr{*at}, static_cast<std::uint8_t>(*value), *size);
    }
    return;
  }
  Reference r;
  r.at = Addr{*at};
  r.mode = step.user ? Reference::Mode::user : Reference::Mode::kernel;
  r.access = step.kind == Step::Kind::store ? Reference::Access::store : Reference::Access::load;
  r.value = static_cast<std::uint32_t>(*value);
  const auto got = kernel_->refer(r);
  referred_ = got ? std::optional<std::uint64_t>(*got) : std::nullopt;
  tell(fmt::format("{} {} {}: {}", step.user ? "user" : "kernel", step.kind == Step::Kind::store ? "store" : "load",
                   step.text, got ? show(*got) : "fault"));
}

void Run::poke(const Step& step) {
  const auto at = number(step.text, step.line);
  const auto value = number(step.value, step.line);
  const auto size = step.size.empty() ? std::optional<std::uint64_t>(1) : number(step.size, step.line);
  if (!at || !value || !size) return;
  const auto bytes = static_cast<unsigned>(*size);
  const auto old = memory(*at, bytes);
  const std::uint64_t now = step.flip && old ? *old ^ *value : *value;
  sim::Machine& m = kernel_->machine();
  bool good = false;
  if (bytes == 1) good = m.poke<std::uint8_t>(Addr{*at}, static_cast<std::uint8_t>(now));
  if (bytes == 2) good = m.poke<std::uint16_t>(Addr{*at}, static_cast<std::uint16_t>(now));
  if (bytes == 4) good = m.poke<std::uint32_t>(Addr{*at}, static_cast<std::uint32_t>(now));
  if (bytes == 8) good = m.poke<std::uint64_t>(Addr{*at}, now);
  if (!good) differ(step.line, "nothing to poke at " + show_address(*at) + ", or no size of 1, 2, 4, 8");
  tell("memory at " + show_address(*at) + " is changed behind the allocator's back");
}

void Run::wake(const Step& step) {
  for (const sim::Sleeper& s : kernel_->sleepers().sleepers()) {
    if (place_of(s.channel, s.cause) != step.text && name_of(s.cause) != step.text) continue;
    kernel_->wakeup(s.channel);
    return;
  }
  differ(step.line, "nobody sleeps on '" + step.text + "'");
}

void Run::run_task(const Step& step) {
  for (const sim::Sleeper& s : kernel_->take_ready()) pending_.push_back(s.who);
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const Driver::Handle handle = pending_[i];
    if (requests_[handle].task != step.text) continue;
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    return with_interrupts(step, [&] { resume(handle); });
  }
  differ(step.line, "task " + step.text + " was not woken");
}

void Run::leave(const Step& step) {
  const auto inside = inside_.find(step.text);
  if (inside == inside_.end()) return differ(step.line, "task " + step.text + " is not inside a call");
  const std::vector<sem_id> sems = inside->second;
  inside_.erase(inside);
  for (const sem_id sem : sems) kernel_->finish_release(sem);
}

}  // namespace kmemlab::scenario
