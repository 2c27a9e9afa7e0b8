#include "sim/check/lesson.h"

#include <algorithm>
#include <filesystem>

#include "sim/check/numbers.h"
#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"

namespace kmemlab::check {

namespace {

using scenario::StepEvent;
using scenario::StepView;

std::string hexadecimal(std::uint64_t n) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[n % 16]);
    n /= 16;
  } while (n != 0);
  return "0x" + digits;
}

/// Index of a name; it is added if it is new.
std::uint32_t index_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
  names.push_back(name);
  return static_cast<std::uint32_t>(names.size() - 1);
}

std::string call_of(const scenario::Step& step) {
  using Kind = scenario::Step::Kind;
  switch (step.kind) {
    case Kind::look:
      return {};
    case Kind::call:
      return step.text;
    case Kind::load:
      return "load from " + step.text;
    case Kind::store:
      return "store " + step.value + " at " + step.text;
    case Kind::fill:
      return "fill " + step.size + " bytes at " + step.text + " with " + step.value;
    case Kind::poke:
      return "change memory at " + step.text + " to " + step.value;
    case Kind::wake:
      return "wake up who sleeps on " + step.text;
    case Kind::run:
      return step.text + " runs";
    case Kind::leave:
      return "task " + step.text + " leaves its call";
    case Kind::set:
      return {};
    case Kind::repeat: {
      const std::string what = step.steps.size() == 1 ? call_of(step.steps.front()) : "several calls";
      return decimal(step.count) + " times: " + what;
    }
  }
  return {};
}

std::string who_of(const scenario::Step& step) {
  if (step.interrupt) return "an interrupt of level " + std::to_string(*step.interrupt);
  if (step.kind == scenario::Step::Kind::repeat && !step.steps.empty()) return who_of(step.steps.front());
  if (step.kind != scenario::Step::Kind::call || step.task == "main") return {};
  return "task " + step.task + (step.cpu != 0 ? ", CPU " + std::to_string(step.cpu) : std::string());
}

sim::Happened kind_of(StepEvent::Kind kind) {
  switch (kind) {
    case StepEvent::Kind::granted:
      return sim::Happened::granted;
    case StepEvent::Kind::freed:
      return sim::Happened::freed;
    case StepEvent::Kind::failed:
      return sim::Happened::failed;
    case StepEvent::Kind::slept:
      return sim::Happened::slept;
    case StepEvent::Kind::woke:
      return sim::Happened::woke;
    case StepEvent::Kind::page_mapped:
      return sim::Happened::page_mapped;
    case StepEvent::Kind::page_returned:
      return sim::Happened::page_returned;
  }
  return sim::Happened::failed;
}

/// Takes a picture after each step.
class Photographer final : public scenario::StepObserver {
 public:
  Photographer(const scenario::Scenario& from, Lesson& to) : scenario_(from), lesson_(to) {
    for (const scenario::Step& step : from.steps) sites_.push_back(index_of(to.calls, call_of(step)));
  }

  void on_step(std::size_t index, const StepView& view) override {
    LessonStep step;
    if (index == 0) {
      step.call = "the system boots";
    } else {
      const scenario::Step& made = scenario_.steps[index - 1];
      step.call = call_of(made);
      step.who = who_of(made);
      step.say = made.say;
    }
    for (const std::string& line : view.told()) {
      if (step.told.size() < LessonStep::told_max) {
        step.told.push_back(line);
      } else {
        ++step.told_more;
      }
    }
    for (const StepEvent& e : view.events()) {
      step.pages_mapped += e.kind == StepEvent::Kind::page_mapped;
      step.pages_returned += e.kind == StepEvent::Kind::page_returned;
    }
    const auto& lines = view.kernel().machine().console().lines();
    for (; console_seen_ < lines.size(); ++console_seen_) step.console.push_back(lines[console_seen_].text);
    for (const scenario::SleepingCall& c : view.asleep()) {
      step.asleep.push_back("task " + c.task + ": " + c.call + " sleeps on " + c.on);
    }
    step.snapshot = snapshot_of(index, view);
    lesson_.steps.push_back(std::move(step));
  }

 private:
  sim::HeldBlock block_of(const scenario::NamedBlock& b) {
    sim::HeldBlock block;
    block.id = b.number;
    block.address = b.address;
    block.requested = b.requested;
    block.granted = b.granted;
    block.event = b.step == 0 ? sim::no_event : b.step - 1;
    if (b.step > 0) block.call_site = sites_[b.step - 1];
    block.task = index_of(lesson_.tasks, b.task);
    return block;
  }

  sim::Happening happening_of(std::size_t index, const StepEvent& e) {
    sim::Happening h;
    h.kind = kind_of(e.kind);
    h.during = index == 0 ? 0 : index - 1;
    h.event = e.block.step == 0 ? h.during : e.block.step - 1;
    h.tick = e.tick;
    h.id = e.block.number;
    h.address = e.block.address;
    h.requested = e.block.requested;
    h.granted = e.block.granted;
    h.reason = e.reason;
    h.cause = e.cause;
    return h;
  }

  std::shared_ptr<const sim::Snapshot> snapshot_of(std::size_t index, const StepView& view) {
    const sim::Kernel& kernel = view.kernel();
    auto s = std::make_shared<sim::Snapshot>();
    s->place.event = index;
    s->tick = kernel.machine().now();
    sim::PageMapParts parts;
    parts.arena = kernel.arena();
    parts.page_shift = kernel.page_shift();
    parts.tick = s->tick;
    kernel.for_each_held_page([&](Addr page) { parts.pages.push_back(page); });
    for (const scenario::NamedBlock& b : view.blocks().all()) {
      if (kernel.arena().contains(b.address)) parts.blocks.push_back(block_of(b));
    }
    s->map = sim::PageMap(std::move(parts));
    s->metadata = view.metadata();
    s->tables = view.published();
    for (const scenario::SleepingCall& c : view.asleep()) {
      sim::Waiting w;
      w.event = c.step == 0 ? 0 : c.step - 1;
      w.requested = c.requested;
      w.since_tick = c.since_tick;
      w.task = index_of(lesson_.tasks, c.task);
      w.channel = c.channel;
      w.cause = c.cause;
      s->waiting.push_back(w);
    }
    s->sums = sim::sums_of(s->map, s->waiting);
    for (const AddrRange& r : s->metadata) s->sums.metadata += r.bytes;
    for (const StepEvent& e : view.events()) s->story.happenings.push_back(happening_of(index, e));
    s->story.steps = view.did();
    s->frames_total = kernel.machine().pool().frames();
    s->frames_free = kernel.machine().free_frames();
    if (kernel.machine().stopped()) s->stopped = kernel.machine().stopped()->message;
    return s;
  }

  const scenario::Scenario& scenario_;
  Lesson& lesson_;
  std::vector<std::uint32_t> sites_;
  std::size_t console_seen_ = 0;
};

LessonQuestion question_of(const scenario::LessonAsk& ask, const scenario::LessonAnswer& answer,
                           std::uint64_t page_bytes) {
  LessonQuestion q;
  q.kind = static_cast<LessonQuestion::Kind>(ask.kind);
  q.question = ask.question;
  q.unit = ask.unit;
  for (const scenario::LessonChoice& c : ask.choices) q.choices.push_back(c.text);
  q.reveal = ask.reveal;
  q.wrong = ask.wrong;
  q.answer = answer.value;
  q.extent = answer.extent;
  q.page_bytes = page_bytes;
  return q;
}

}  // namespace

bool LessonQuestion::is_right(std::uint64_t prediction) const {
  switch (kind) {
    case Kind::number:
    case Kind::choice:
      return prediction == answer;
    case Kind::page:
      return prediction / page_bytes == answer / page_bytes;
    case Kind::block:
      return prediction >= answer && prediction - answer < extent;
  }
  return false;
}

std::string LessonQuestion::answer_text() const {
  switch (kind) {
    case Kind::number:
      return grouped(answer) + (unit.empty() ? "" : " " + unit);
    case Kind::choice:
      return answer < choices.size() ? choices[static_cast<std::size_t>(answer)] : std::string();
    case Kind::page:
      return "the page at " + hexadecimal(answer / page_bytes * page_bytes);
    case Kind::block:
      return "the block at " + hexadecimal(answer);
  }
  return {};
}

Fallible<Lesson> open_lesson(const std::string& path) {
  auto read = scenario::read_scenario_file(path);
  if (!read) return Failure<Error>{read.error()};
  if (!read->taught) return Failure<Error>{{"a scenario without a lesson", "expected the member lesson", path, {}, {}}};
  const scenario::LessonText& text = *read->taught;
  Lesson lesson;
  Photographer photographer(*read, lesson);
  auto run = scenario::run_scenario(*read, scenario::Narrate::no, &photographer);
  if (!run) return Failure<Error>{run.error()};
  if (!run->passed()) {
    const scenario::Difference& d = run->differences.front();
    return Failure<Error>{{"the lesson is wrong: " + d.where + ": " + d.what, "", path, d.line, {}}};
  }
  lesson.file = path;
  lesson.title = text.title;
  lesson.who = text.who;
  lesson.minutes = text.minutes;
  lesson.core = read->core;
  lesson.sentence = read->sentence;
  lesson.intro = text.intro;
  lesson.closing = text.closing;
  const std::uint64_t page_bytes = lesson.steps.front().snapshot->map.page_bytes();
  for (const scenario::LessonPage& page : text.pages) lesson.pages.push_back({page.step, page.text, {}});
  for (const scenario::LessonAnswer& a : run->answers) {
    lesson.pages[a.page].ask = question_of(*text.pages[a.page].ask, a, page_bytes);
  }
  return lesson;
}

std::vector<LessonEntry> find_lessons(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".json") paths.push_back(at->path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<LessonEntry> lessons;
  for (const std::string& path : paths) {
    const auto read = scenario::read_scenario_file(path);
    if (!read || !read->taught) continue;
    const scenario::LessonText& t = *read->taught;
    LessonEntry entry{path, t.title, t.who, read->core, t.minutes, 0};
    for (const scenario::LessonPage& page : t.pages) entry.questions += page.ask.has_value();
    lessons.push_back(std::move(entry));
  }
  return lessons;
}

}  // namespace kmemlab::check
