// A shrunk trace as a scenario: replay, steps, and a proof by running it.
#include "sim/cli/shrink_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/cli/scenario_builder.h"
#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"
#include "sim/scenario/write.h"

namespace kmemlab::cli {

namespace {

using scenario::Scenario;
using scenario::Step;

constexpr std::size_t events_max = 2000;
constexpr std::size_t checked_max = 200;  // events: in longer ones check() is not asked after each step

Fallible<std::vector<traces::Event>> events_of(traces::KmtReader& trace) {
  std::vector<traces::Event> events;
  const auto done =
      trace.for_each(traces::all_columns, [&](std::uint64_t, const traces::Event& e) { events.push_back(e); });
  if (!done) return Failure<Error>{done.error()};
  return events;
}

Fallible<void> add_panic(const std::string& stopped, ScenarioBuilder& builder) {
  const auto panic = panic_of(stopped);
  if (!panic) return fail("'" + stopped + "' is at no event", "expected a trace (.jsonl, .kmt) as the output");
  builder.stopped(panic->event, panic->message);
  return {};
}

/// Takes back the least that the step says and that may be wrong; false if it says nothing any more.
bool say_less(Step& step) {
  scenario::Expect& e = step.expect;
  if (e.did) return e.did.reset(), true;
  bool less = false;
  for (scenario::ExpectedTask& t : e.woken) {
    less |= t.answer.granted.has_value();
    t.answer.granted.reset();
  }
  if (e.answer.granted) return e.answer.granted.reset(), true;
  if (less) return true;
  if (e.answer.reason) {
    e.answer.outcome = Outcome::failed;
    return e.answer.reason.reset(), true;
  }
  if (e.console.empty() && e.woken.empty() && !e.answer.outcome && !e.answer.blocks && !e.panic) return false;
  e = {};
  return true;
}

/// Runs it and leaves out what does not hold. Returns how much that was.
Fallible<std::size_t> prove(Scenario& s) {
  const std::size_t most = 3 * s.steps.size() + 3;
  for (std::size_t left_out = 0; left_out <= most; ++left_out) {
    auto read = scenario::read_scenario(scenario::write_scenario(s), s.name);
    if (!read) return Failure<Error>{read.error()};
    const auto result = scenario::run_scenario(*read);
    if (!result) return Failure<Error>{result.error()};
    if (result->passed()) return left_out;
    const scenario::Difference& first = result->differences.front();
    std::size_t at = 0;
    while (at < read->steps.size() && read->steps[at].line != first.line) ++at;
    if (at == read->steps.size() || !say_less(s.steps[at])) {
      return fail("this run cannot be said in a scenario: " + first.where + ": " + first.what,
                  "expected a trace (.jsonl, .kmt) as the output");
    }
  }
  return fail("this run cannot be said in a scenario", "expected a trace (.jsonl, .kmt) as the output");
}

Fallible<std::vector<Step>> steps_of(const ScenarioWords& words, traces::KmtReader& trace, const ShrinkSide& side) {
  auto events = events_of(trace);
  if (!events) return Failure<Error>{events.error()};
  ScenarioRecorder recorder;
  const auto facts = sim::replay(trace, side.core, side.machine, {}, recorder, [](std::uint64_t) {});
  if (!facts) return Failure<Error>{facts.error()};
  ScenarioBuilder builder(words, trace.tables(), *events);
  for (const EventGroup& group : recorder.groups()) builder.add(group);
  if (!facts->stopped.empty()) {
    if (auto done = add_panic(facts->stopped, builder); !done) return Failure<Error>{done.error()};
  }
  std::vector<Step> steps = words.boot();
  steps.insert(steps.end(), builder.steps().begin(), builder.steps().end());
  return steps;
}

}  // namespace

std::optional<Panic> panic_of(std::string_view stopped) {
  constexpr std::string_view between = " at event ";
  const auto at = stopped.rfind(between);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = stopped.substr(at + between.size());
  Panic panic{std::string(stopped.substr(0, at)), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), panic.event);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return panic;
}

Fallible<ScenarioText> scenario_of(const check::ShrinkTrace& trace, const ShrinkSide& side, const std::string& name,
                                   const std::string& sentence) {
  if (trace.events.size() > events_max) {
    return fail(fmt::format("{} events are too many for a scenario", trace.events.size()), "expected at most 2,000");
  }
  auto reader = check::open_shrink_trace(trace);
  if (!reader) return Failure<Error>{reader.error()};
  const auto words =
      scenario_words(side.core, reader->tables(), side.machine.arena_bytes, side.machine.profile.page_bytes());
  if (!words) return Failure<Error>{words.error()};
  auto steps = steps_of(**words, *reader, side);
  if (!steps) return Failure<Error>{steps.error()};
  Scenario s;
  s.name = name;
  s.core = side.core.name;
  s.options = (*words)->options();
  s.machine.profile = side.machine.profile.name;
  s.machine.arena_bytes = side.machine.arena_bytes, s.machine.ram_bytes = side.machine.ram_bytes;
  s.machine.cpus = std::max(1U, trace.source.cpus);
  s.check = trace.events.size() <= checked_max;
  s.steps = std::move(*steps);
  s.sentence = sentence + " A scenario has no times.";
  auto left_out = prove(s);
  if (!left_out) return Failure<Error>{left_out.error()};
  if (*left_out != 0) {
    s.sentence += fmt::format(" {} expectation{} that hang{} on times or on calls that overlap {} left out.", *left_out,
                              *left_out == 1 ? "" : "s", *left_out == 1 ? "s" : "", *left_out == 1 ? "is" : "are");
  }
  return ScenarioText{scenario::write_scenario(s), *left_out};
}

}  // namespace kmemlab::cli
