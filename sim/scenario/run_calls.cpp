// Making the calls of a scenario: arguments, interrupts that arrive meanwhile, sleeping, and going on when woken.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

namespace {
constexpr unsigned resumes_max = 100'000;  // in one step: two sleepers that wake each other would go on for ever
}  // namespace

std::optional<std::vector<Argument>> Run::arguments(const MatchedCall& call, Request& request) {
  const Function& f = system_.functions()[call.function];
  std::vector<Argument> values;
  for (std::size_t i = 0; i < f.parameters.size(); ++i) {
    std::string text = call.arguments[i];
    const Takes takes = f.parameters[i].takes;
    Argument a;
    a.null = text == "NULL" && takes != Takes::number;
    if (takes == Takes::words) a.words = text;
    if (text.starts_with('&')) text.erase(0, 1);
    if (takes == Takes::stores) request.stores.push_back(a.null ? std::string() : text);
    if (takes == Takes::number) {
      const auto value = number(text, line_);
      if (!value) return std::nullopt;
      a.value = *value;
    } else if (takes == Takes::reads && !a.null) {
      const auto value = evaluate(text, *this);
      a.value = value ? *value : 0;  // a cell that nobody has written
    }
    values.push_back(a);
  }
  return values;
}

void Run::call(const Step& step) {
  const auto matched = match_call(step.text, system_.functions());
  if (!matched) {
    given_up_ = true;
    return differ(step.line, matched.error().text());
  }
  Request request;
  request.task = step.task;
  request.text = step.text;
  request.as = step.as;
  request.cpu = kernel_->machine().current_cpu();
  request.function = matched->function;
  const auto values = arguments(*matched, request);
  if (!values) return;
  request.arguments = *values;
  request.step = step_;
  const Driver::Handle handle = next_handle_++;
  Answer answer;
  with_interrupts(step, [&] {
    kernel_->defer_releases(step.hold);
    answer = driver_->call(handle, matched->function, *values);
    kernel_->defer_releases(false);
  });
  if (step.hold) inside_[step.task] = kernel_->take_releases();
  settle(handle, request, answer);
  answered_ = Completed{std::move(request), std::move(answer)};
}

void Run::with_interrupts(const Step& step, const std::function<void()>& act) {
  const std::size_t planned = during_.size();
  plan(step);
  act();
  if (during_.size() == planned) return;
  during_.resize(planned);
  if (kernel_->machine().planned_interrupts() <= planned) return;
  kernel_->machine().cancel_interrupts();
  differ(step.line, "an interrupt did not arrive: the call makes fewer accesses");
}

void Run::plan(const Step& step) {
  sim::Machine& m = kernel_->machine();
  for (const During& d : step.during) {
    during_.push_back(&d);
    const std::uint64_t at = m.accesses() + (d.access > 0 ? d.access - 1 : 0);
    m.plan_interrupt({at, m.current_cpu(), static_cast<sim::Level>(d.level), during_.size() - 1});
  }
}

void Run::interrupt(sim::Machine&, const sim::PlannedInterrupt& which) {
  const During* during = during_[which.cookie];
  // The step that is interrupted goes on afterwards as if nothing had been.
  const auto line = line_;
  where_.push_back("interrupt");
  make(during->steps, Place::in_handler);
  where_.pop_back();
  line_ = line;
  answered_.reset();
  referred_.reset();
}

bool Run::take() {
  const auto matched = match_call(scenario_.machine.entries_by, system_.functions());
  Request request;
  const auto values = matched ? arguments(*matched, request) : std::nullopt;
  return values && driver_->call(next_handle_++, matched->function, *values).outcome == Outcome::done;
}

void Run::run_ready() {
  for (unsigned n = 0; kernel_->any_ready() && !given_up_;) {
    for (const sim::Sleeper& s : kernel_->take_ready()) {
      const std::string& task = requests_[s.who].task;
      if (std::find(scenario_.manual.begin(), scenario_.manual.end(), task) != scenario_.manual.end()) {
        pending_.push_back(s.who);
        continue;
      }
      resume(s.who);
      if (++n < resumes_max) continue;
      given_up_ = true;
      return differ(line_, "sleepers wake each other for ever");
    }
  }
}

void Run::resume(Driver::Handle handle) {
  const Request request = requests_[handle];
  sim::Machine& m = kernel_->machine();
  m.select_cpu(request.cpu);
  m.charge_context_switch();
  note_pause(StepEvent::Kind::woke, request, SleepCause::none);
  const Answer answer = driver_->resume(handle);
  m.require_level(0, "a call returned with the level raised");
  if (answer.outcome != Outcome::blocked) completed_.push_back({request, answer});
  settle(handle, request, answer);
}

void Run::settle(Driver::Handle handle, const Request& request, const Answer& answer) {
  sim::Machine& m = kernel_->machine();
  if (answer.outcome == Outcome::blocked) {
    m.require_process("a call wants to sleep in an interrupt");
    requests_[handle] = request;
    note_pause(StepEvent::Kind::slept, request, answer.cause);
    kernel_->sleep({handle, answer.channel, answer.cause, m.now()});
  } else {
    requests_.erase(handle);
    bind(request.as, answer.value);
    for (std::size_t i = 0; i < request.stores.size() && i < answer.stored.size(); ++i) {
      if (answer.stored[i]) bind(request.stores[i], *answer.stored[i]);
    }
  }
  if (request.thread) return;
  if (answer.outcome != Outcome::blocked) note_end(request, answer);
  const std::string granted = answer.granted && answer.value != 0 ? fmt::format(", {} bytes", *answer.granted) : "";
  tell(request.task + ": " + request.text + " " + describe(request, answer) + granted);
}

bool Run::is_asleep(const std::string& task) const {
  return std::any_of(requests_.begin(), requests_.end(), [&](const auto& r) { return r.second.task == task; });
}

}  // namespace kmemlab::scenario
