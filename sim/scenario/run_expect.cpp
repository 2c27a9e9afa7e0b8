// Comparing what came with what a scenario expects.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/narrate.h"
#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

namespace {

Outcome outcome_of(const ExpectedAnswer& e, Returns returns) {
  if (e.outcome) return *e.outcome;
  if (e.blocks) return Outcome::blocked;
  if (e.reason || (returns != Returns::status && e.returns == "null")) return Outcome::failed;
  return Outcome::done;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : ", ") + w;
  return words.empty() ? "nothing" : text;
}

}  // namespace

void Run::differ(std::uint64_t line, const std::string& what) {
  std::string where;
  for (const std::string& w : where_) where += (where.empty() ? "" : ", ") + w;
  result_.differences.push_back({line, where, what});
  tell("DIFFERENT: " + what);
}

void Run::tell(const std::string& line) {
  if (observer_ != nullptr && told_.size() < step_events_max) told_.push_back(line);
  if (narrate_ == Narrate::no) return;
  std::string where;
  for (const std::string& w : where_) where += (where.empty() ? "" : ", ") + w;
  result_.narration.push_back(where + ": " + line);
}

std::string Run::place_of(Channel channel, SleepCause cause) const {
  const std::string own = driver_->channel_name(channel);
  return own.empty() ? name_of(cause) : own;
}

std::string Run::describe(const Request& request, const Answer& answer) const {
  const Returns returns = returns_of(request);
  if (answer.outcome == Outcome::blocked) return "sleeps on " + place_of(answer.channel, answer.cause);
  std::string text = "returned";
  if (returns != Returns::nothing) text += " " + show_value(returns, answer.value);
  if (answer.outcome == Outcome::failed && answer.reason != Reason::none) {
    text += std::string(" (") + kmemlab::name_of(answer.reason) + ")";
  }
  return text;
}

std::string Run::describe(const Request& request, const ExpectedAnswer& e) const {
  const Outcome outcome = outcome_of(e, returns_of(request));
  if (outcome == Outcome::blocked) return "it to sleep" + (e.blocks ? " on " + *e.blocks : std::string());
  if (e.returns) return *e.returns;
  if (outcome == Outcome::failed) return "null" + (e.reason ? " (" + *e.reason + ")" : std::string());
  return "it to be done";
}

void Run::compare_answer(const std::string& who, const Request& request, const Answer& answer,
                         const ExpectedAnswer& e) {
  const Returns returns = returns_of(request);
  const auto wrong = [&](const std::string& expected) {
    differ(line_, who + " " + describe(request, answer) + "; expected " + expected);
  };
  if (answer.outcome != outcome_of(e, returns)) return wrong(describe(request, e));
  if (e.blocks && *e.blocks != place_of(answer.channel, answer.cause) && *e.blocks != name_of(answer.cause)) {
    wrong("it to sleep on " + *e.blocks);
  }
  if (e.returns) {
    const auto value = number(*e.returns, line_);
    if (value && *value != answer.value) {
      const std::string shown = show_value(returns, *value);
      wrong(shown == *e.returns ? shown : *e.returns + " (" + shown + ")");
    }
  }
  if (e.reason && *e.reason != kmemlab::name_of(answer.reason)) wrong("null (" + *e.reason + ")");
  if (e.granted) {
    const auto granted = number(*e.granted, line_);
    if (granted && granted != answer.granted) {
      differ(line_, who + " was granted " + (answer.granted ? std::to_string(*answer.granted) : "no") +
                        " bytes; expected " + std::to_string(*granted));
    }
  }
}

void Run::compare_stop(const Expect& expect, bool stopped_here) {
  const bool wanted = expect.panic || expect.fault;
  if (!stopped_here) {
    if (!wanted) return;
    return differ(line_, "the machine runs on; expected it to stop with '" +
                             (expect.panic ? *expect.panic : *expect.fault) + "'");
  }
  const sim::GuestFault& f = *kernel_->machine().stopped();
  const std::string came = std::string("the machine stopped: ") + name_of(f.kind) + ": " + f.message;
  if (!wanted) {
    given_up_ = true;
    differ(line_, came + "; expected it to run on");
  }
  if (expect.panic && f.message.find(*expect.panic) == std::string::npos) {
    differ(line_, came + "; expected '" + *expect.panic + "'");
  }
  if (expect.fault && name_of(f.kind) != *expect.fault) differ(line_, came + "; expected " + *expect.fault);
}

void Run::compare_step(const Step& step, const Expect& expect, bool stopped_here, Place place) {
  compare_stop(expect, stopped_here);
  if (given_up_) return;
  if (answered_ && !stopped_here) compare_answer(step.text, answered_->request, answered_->answer, expect.answer);
  if (referred_) compare_value(expect);
  compare_console(expect);
  if (place == Place::outermost) compare_woken(expect);
  compare_sleepers(expect);
  compare_holds(expect.holds);
  for (const ExpectedMemory& m : expect.memory) compare_memory(m);
  compare_lists(expect);
  if (place == Place::outermost && scenario_.check && !stopped_) compare_invariants(expect);
}

void Run::compare_value(const Expect& expect) {
  const std::optional<std::uint64_t>& got = *referred_;
  if (!got) {
    if (expect.value != "fault") {
      differ(line_, "the reference failed; expected " + expect.value.value_or("it to succeed"));
    }
    return;
  }
  if (!expect.value) return;
  if (*expect.value == "fault") return differ(line_, "the reference gave " + show(*got) + "; expected a fault");
  const auto value = number(*expect.value, line_);
  if (value && *value != *got) differ(line_, "the reference gave " + show(*got) + "; expected " + show(*value));
}

void Run::compare_console(const Expect& expect) {
  const auto& lines = kernel_->machine().console().lines();
  std::vector<std::string> came;
  for (std::size_t i = console_seen_; i < lines.size(); ++i) {
    if (!(stopped_ && lines[i].text.starts_with("panic: "))) came.push_back(lines[i].text);
  }
  console_seen_ = lines.size();
  if (came == expect.console) return;
  const auto shown = [](const std::vector<std::string>& c) {
    std::string text;
    for (const std::string& line : c) text += (text.empty() ? "'" : ", '") + line + "'";
    return c.empty() ? std::string("nothing") : text;
  };
  differ(line_, "the console says " + shown(came) + "; expected " + shown(expect.console));
}

void Run::compare_holds(const std::vector<Comparing>& holds) {
  for (const Comparing& c : holds) {
    const auto came = compare(c.text, *this);
    if (!came) {
      differ(c.line, "'" + c.text + "': " + came.error().text());
    } else if (!came->holds) {
      differ(c.line, came->left_text + " is " + show(came->left) + "; expected " + came->op + " " + show(came->right));
    }
  }
}

void Run::compare_memory(const ExpectedMemory& memory) {
  const auto at = number(memory.at, memory.line);
  if (!at) return;
  std::vector<std::uint8_t> want;
  if (memory.bytes.empty()) {
    const auto size = number(memory.size, memory.line);
    const auto all = number(memory.all, memory.line);
    if (!size || !all) return;
    if (*size > std::uint64_t{16} << 20) return differ(memory.line, "memory of more than 16 MiB");
    want.assign(*size, static_cast<std::uint8_t>(*all));
  } else {
    std::string digits;
    for (const char c : memory.bytes) {
      if (c != ' ') digits += c;
    }
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
      want.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
  }
  std::vector<std::uint8_t> got(want.size());
  if (!kernel_->machine().peek_bytes(Addr{*at}, got)) {
    return differ(memory.line, "no page is mapped at " + memory.at + " or before the end of the range");
  }
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (got[i] == want[i]) continue;
    return differ(memory.line,
                  fmt::format("byte {} from {} is {:#04x}; expected {:#04x}", i, memory.at, got[i], want[i]));
  }
}

void Run::compare_lists(const Expect& expect) {
  if (expect.lists.empty()) return;
  const Tables published = tables();
  for (const auto& [name, texts] : expect.lists) {
    std::vector<std::string> want;
    for (const std::string& t : texts) want.push_back(show_address(number(t, line_).value_or(0)));
    std::vector<std::string> came;
    for (const std::uint64_t a : published.list_of(name)) came.push_back(show_address(a));
    if (came != want) differ(line_, "list " + name + " is " + joined(came) + "; expected " + joined(want));
  }
}

void Run::compare_sleepers(const Expect& expect) {
  if (expect.ready) {
    std::vector<std::string> came;
    for (const Driver::Handle h : pending_) came.push_back(requests_[h].task);
    if (came != *expect.ready) {
      differ(line_, "woken, but not run: " + joined(came) + "; expected " + joined(*expect.ready));
    }
  }
  if (!expect.asleep) return;
  std::vector<std::string> came;
  std::vector<std::string> want;
  for (const sim::Sleeper& s : kernel_->sleepers().sleepers()) {
    if (s.cause == SleepCause::none) continue;  // a thread that has nothing to do
    const std::size_t i = came.size();
    std::string on = place_of(s.channel, s.cause);
    if (i < expect.asleep->size() && (*expect.asleep)[i].second == name_of(s.cause)) on = name_of(s.cause);
    came.push_back(requests_[s.who].task + " on " + on);
  }
  for (const auto& [task, on] : *expect.asleep) want.push_back(task + " on " + on);
  if (came != want) differ(line_, "asleep: " + joined(came) + "; expected " + joined(want));
}

void Run::compare_woken(const Expect& expect) {
  for (const ExpectedTask& e : expect.woken) {
    const auto found = std::find_if(completed_.begin(), completed_.end(),
                                    [&](const Completed& c) { return c.request.task == e.task; });
    if (found == completed_.end()) {
      differ(line_, "task " + e.task + " did not come to the end of its call; expected it to");
      continue;
    }
    compare_answer("task " + e.task, found->request, found->answer, e.answer);
    completed_.erase(found);
  }
  for (const Completed& c : completed_) {
    differ(line_, "task " + c.request.task + " came to the end of its call (" + describe(c.request, c.answer) +
                      "); nobody expected it");
  }
  completed_.clear();
}

void Run::compare_invariants(const Expect& expect) {
  const CheckResult r = driver_->check();
  if (r.invariant == expect.invariant) return;
  if (r) return differ(line_, "every invariant holds; expected number " + std::to_string(expect.invariant) + " broken");
  differ(line_, "invariant " + std::to_string(r.invariant) + " of the core is broken at " + show_address(r.where.v));
}

std::vector<std::string> Run::did_since(std::size_t from) const {
  std::vector<std::string> names;
  for (std::size_t i = from; i < did_.size(); ++i) names.emplace_back(name_of(did_[i].kind));
  return names;
}

void Run::compare_did(const Expect& expect, std::size_t from) {
  const std::vector<std::string> came = did_since(from);
  if (came != *expect.did) differ(line_, "the core did " + joined(came) + "; expected " + joined(*expect.did));
}

}  // namespace kmemlab::scenario
