// The self-test's runs and its report.
#include "sim/check/selftest.h"

#include <algorithm>

#include "core/machine/step.h"
#include "sim/check/numbers.h"
#include "sim/check/reports.h"
#include "sim/observe/ledger.h"
#include "sim/replay/replay.h"

namespace kmemlab::check {

namespace {

constexpr const char* suite_text = R"({
"schema": "kmemlab.suite/1", "name": "selftest", "cores": ["bsd386"],
"metrics": [
{"metric": "failed", "rule": "max_increase", "by": 0, "why": "a legal call that returns null is a bug of its caller"},
{"metric": "at_peak.held", "rule": "max_increase", "permille": 5, "why": "pages that a machine must have"},
{"metric": "byte_ticks.internal", "rule": "max_increase", "permille": 5, "why": "rounding that nobody asked for"},
{"metric": "byte_ticks.cached", "rule": "max_increase", "permille": 5, "why": "free memory kept from everybody else"},
{"metric": "pages.end", "rule": "max_increase", "by": 0, "why": "what was freed must go back"},
{"metric": "blocking.sleeps", "rule": "max_increase", "by": 0, "why": "a request slept although there was memory"},
{"metric": "blocking.ticks_total", "rule": "max_increase", "permille": 10, "why": "time that tasks slept"}],
"entries": [{"name": "steady", "workload": "steady", "seed": 7, "events": 20000}]})";

/// What happened at each event, without addresses.
struct Course {
  sim::Action action{};
  sim::Ending ending{};
  std::uint64_t requested = 0, granted = 0;
  std::uint32_t sleeps = 0, mapped = 0, returned = 0;
  bool operator==(const Course&) const = default;
};

/// A ledger, and the course of every event.
class Watcher final : public sim::Observer {
 public:
  explicit Watcher(std::uint64_t events) : courses_(events) {}

  void on_begin(const sim::Kernel& kernel) override { ledger_.on_begin(kernel); }
  void on_completion(const sim::Completion& c) override {
    ledger_.on_completion(c);
    if (c.event >= courses_.size()) return;
    Course& course = courses_[c.event];
    course.action = c.action, course.ending = c.ending;
    course.requested = c.requested, course.granted = c.action == sim::Action::free ? 0 : c.granted;
    settle(course);
  }
  void on_sleep(const sim::SleepNote& note) override {
    ledger_.on_sleep(note);
    if (note.event >= courses_.size()) return;
    ++courses_[note.event].sleeps;
    settle(courses_[note.event]);
  }
  void on_wake(const sim::SleepNote& note) override { ledger_.on_wake(note); }
  void on_metadata(AddrRange range) override { ledger_.on_metadata(range); }
  void page_mapped(Addr page) override {
    ledger_.page_mapped(page);
    ++mapped_;
  }
  void page_unmapped(Addr page) override {
    ledger_.page_unmapped(page);
    ++returned_;
  }
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override { ledger_.on_unfinished(event, requested); }
  void on_end(std::uint64_t tick) override { ledger_.on_end(tick); }

  sim::Report finish(const sim::RunFacts& facts) { return ledger_.finish(facts); }
  const std::vector<Course>& courses() const { return courses_; }

 private:
  void settle(Course& course) {
    course.mapped += mapped_, course.returned += returned_;
    mapped_ = returned_ = 0;
  }
  sim::Ledger ledger_;
  std::vector<Course> courses_;
  std::uint32_t mapped_ = 0, returned_ = 0;
};

std::string words_of(const Course& c) {
  const bool free = c.action == sim::Action::free;
  std::string text = free ? "a free" : "a request for " + counted(c.requested, "byte");
  if (c.sleeps != 0) text += ", slept " + counted(c.sleeps, "time");
  if (!free) text += c.ending == sim::Ending::ok ? ", granted " + grouped(c.granted) : ", not granted";
  if (c.mapped != 0) text += ", took " + counted(c.mapped, "page");
  text += c.returned != 0 ? ", gave " + counted(c.returned, "page") + " back" : free ? ", kept the page" : "";
  return text;
}

std::optional<FirstDifference> parting_of(const std::vector<Course>& good, const std::vector<Course>& worse) {
  const auto [g, w] = std::mismatch(good.begin(), good.end(), worse.begin());
  if (g == good.end()) return std::nullopt;
  return FirstDifference{static_cast<std::uint64_t>(g - good.begin()), words_of(*g), words_of(*w)};
}

struct Run {
  sim::Report report;
  std::vector<Course> courses;
};

Fallible<Run> run(const sim::CoreSpec& core, const Entry& entry, traces::KmtReader& trace) {
  Watcher watcher(trace.events());
  const auto facts = sim::replay(trace, core, entry.machine, {}, watcher, [](std::uint64_t) {});
  if (!facts) return Failure<Error>{facts.error()};
  sim::Report report = watcher.finish(*facts);
  report.core = entry.cores[0].name;  // the good one's name: its baseline is what counts
  return Run{std::move(report), watcher.courses()};
}

}  // namespace

Suite selftest_suite() {
  auto suite = read_suite(suite_text, "selftest");
  return suite ? std::move(*suite) : Suite{};
}

Fallible<std::vector<Confession>> run_selftest(const Suite& suite, traces::KmtReader& trace) {
  const Entry& entry = suite.entries.at(0);
  const auto good = run(entry.cores[0], entry, trace);
  if (!good) return Failure<Error>{good.error()};
  const Baseline baseline = values_of(suite, {{good->report}});
  std::vector<Confession> confessions;
  for (const sim::Vice vice : sim::all_vices) {
    const auto worse = run(sim::worse_spec(vice), entry, trace);
    if (!worse) return Failure<Error>{worse.error()};
    Confession c;
    c.vice = vice;
    c.stopped = worse->report.stopped;
    for (Finding& f : compare(suite, {{worse->report}}, baseline).findings) {
      if (f.verdict == Verdict::regressed) c.regressed.push_back(std::move(f));
    }
    c.parting = parting_of(good->courses, worse->courses);
    confessions.push_back(std::move(c));
  }
  return confessions;
}

std::string selftest_text(const Suite& suite, const std::vector<Confession>& confessions) {
  std::string text;
  std::size_t caught = 0;
  for (const Confession& c : confessions) {
    caught += c.caught();
    text += std::string(c.caught() ? "caught    " : "NOT CAUGHT ") + std::string(name_of(c.vice)) + ": " +
            std::string(meaning_of(c.vice)) + "\n";
    if (!c.stopped.empty()) text += "  stopped: " + c.stopped + "\n";
    for (const Finding& f : c.regressed)
      text += "  " + f.rule.metric->name + ": " + f.change() + "\n    why: " + f.rule.why + "\n";
    if (!c.parting) continue;
    text += "  since event " + grouped(c.parting->event) + ": " + c.parting->good + "\n";
    text += "    made worse: " + c.parting->worse + "\n";
  }
  return text + suite.name + ": " + std::to_string(caught) + " of " + counted(confessions.size(), "worse core") +
         " caught\n";
}

}  // namespace kmemlab::check
