// Telling a finding: the sequence is made once more, step by step, and written down.
#include "sim/check/explore/story.h"

#include <algorithm>
#include <iterator>

namespace kmemlab::sim::explore {

namespace {

using scenario::Returns;
using scenario::Step;
using Kind = Operation::Kind;

constexpr unsigned handler_level = 3;
constexpr const char* handler = "handler";

std::string block_name(std::uint32_t born) {
  return "p" + std::to_string(born);
}

std::string with_block(std::string text, const std::string& name) {
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + name.size())) {
    text.replace(at, 1, name);
  }
  return text;
}

class Teller {
 public:
  Teller(const Finding& finding, World& world, scenario::Scenario& story)
      : finding_(finding), world_(world), story_(story), menu_(world.plan().menu) {
    const std::string& title = finding.trouble.title;
    contents_ = title.find("content") != std::string::npos || title.find("overlap") != std::string::npos ||
                title.find("outside") != std::string::npos || title.find("zero") != std::string::npos;
    frames_ = title.find("left something") != std::string::npos || title.find("goes back") != std::string::npos ||
              title.find("lost") == 0;
    const bool makes = !finding.path.empty() && makes_block(finding.path.back().action);
    if (makes && title.find("goes back") != std::string::npos) frames_ = false;  // what it took is not there after it
  }

  std::optional<Trouble> root(const Root& root) {
    std::vector<std::uint32_t> births;
    for (const RootStep& step : root.steps) {
      for (unsigned n = 0; n < step.times; ++n) {
        RootStep one = step;
        one.block += n;
        if (auto trouble = root_step(one, births)) return trouble;
      }
    }
    return std::nullopt;
  }

  void act(const Made& made, bool last) {
    const Action& action = made.action;
    if (last && frames_) remember_frames();
    Step step = step_of(action);
    const bool allocates = action.kind == Action::Kind::operation && makes_block(action);
    const std::uint32_t born = world_.births() + 1;
    std::optional<Trouble> trouble;
    if (made.arrivals.empty()) {
      trouble = made.in(world_);
    } else {
      std::vector<Arrival> arrivals = made.arrivals;
      const std::vector<std::string> texts = arrival_texts(arrivals);
      trouble = world_.act(action, arrivals);
      add_arrivals(step, arrivals, texts);
      if (allocates && !step.as.empty()) step.as = block_name(world_.births());  // handlers got theirs before it
    }
    if (step.hold && !world_.slept() && !world_.inside(action.task)) step.hold = false;
    if (last && !finding_.misuse) {
      expect_end(step);
    } else {
      expect_what_came(step, action);
    }
    story_.steps.push_back(std::move(step));
    if (contents_ && !trouble && !last) fill_new(allocates ? born : 0);
    if (contents_ && last) look_at_contents();
  }

  void misuse() {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    const std::string block = m.family.empty() ? "" : block_name(world_.live()[finding_.misuse_block].born);
    const std::size_t steps = m.calls.size() + (m.resumes.empty() ? 0 : 1);
    for (std::size_t i = 0; i < steps; ++i) {
      const bool last = i + 1 == steps;
      for (const Misuse::Poke& p : m.pokes) {
        if (last) story_.steps.push_back(poke_step(with_block(p.at, block), with_block(p.value, block), p.bytes));
      }
      Step step = i < m.calls.size() ? misuse_call(i, block) : run_step(m.resumes);
      if (last) expect_of_misuse(step);
      story_.steps.push_back(std::move(step));
    }
    story_.check = m.pokes.empty() && m.resumes.empty();  // what is spoiled is seen by the core's own check too
  }

  void wake(Channel channel) {
    if (frames_) remember_frames();
    Step step;
    step.kind = Step::Kind::wake;
    std::vector<Step> runs;
    std::vector<std::pair<std::string, std::string>> asleep, again;
    for (const Sleeper& s : world_.kernel().sleepers().sleepers()) {
      const std::string task = world_.task_name(world_.task_of(s.who));
      (s.channel == channel ? again : asleep).emplace_back(task, name_of(s.cause));
      if (s.channel != channel) continue;
      step.text = world_.channel_name(s);
      runs.push_back(run_step(task));
    }
    story_.steps.push_back(std::move(step));
    if (frames_) expect_same_frames(runs.back());
    if (frames_ || finding_.trouble.title == World::two_inside) {
      asleep.insert(asleep.end(), again.begin(), again.end());
      runs.back().expect.asleep = std::move(asleep);
    }
    std::move(runs.begin(), runs.end(), std::back_inserter(story_.steps));
  }

 private:
  bool makes_block(const Action& a) const {
    const Kind kind = menu_.operations[a.operation].kind;
    return kind == Kind::allocate || kind == Kind::resize;
  }

  Step misuse_call(std::size_t index, const std::string& block) const {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    Step step;
    step.kind = Step::Kind::call;
    step.text = with_block(m.calls[index], block);
    step.task = m.interrupt ? handler : m.resumes.empty() ? "t0" : "somebody";
    if (m.interrupt) step.interrupt = handler_level;
    return step;
  }

  static Step run_step(std::string task) {
    Step step;
    step.kind = Step::Kind::run;
    step.text = std::move(task);
    return step;
  }

  void expect_of_misuse(Step& step) const {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    scenario::ExpectedAnswer answer;
    if (!m.panic.empty() && m.panic != "*") step.expect.panic = m.panic;
    if (!m.reason.empty()) answer.reason = m.reason.substr(0, m.reason.find(' '));
    const auto& calls = world_.plan().misuses[*finding_.misuse];
    if (!m.returns.empty() && calls.back().returns != Returns::nothing) answer.returns = m.returns;
    if (step.kind == Step::Kind::call) {
      step.expect.answer = answer;
    } else if (!m.reason.empty()) {
      step.expect.woken.push_back({step.text, answer});
    }
  }

  std::optional<Trouble> root_step(const RootStep& step, std::vector<std::uint32_t>& births) {
    if (step.kind == RootStep::Kind::call) {
      Step call;
      call.kind = Step::Kind::call;
      call.text = step.text;
      call.as = step.as;
      call.task = "t0";
      story_.steps.push_back(call);
      return make_root_step(world_, step, births);
    }
    if (step.kind == RootStep::Kind::poke) {
      const std::string block = world_.live().empty() ? "" : block_name(world_.live()[0].born);
      story_.steps.push_back(poke_step(with_block(step.text, block), with_block(step.value, block), step.bytes));
      return make_root_step(world_, step, births);
    }
    const auto action = root_action(world_, step, births);
    if (!action) return Trouble{"a root's step is impossible", step.text};
    if (action->kind == Action::Kind::operation && menu_.operations[action->operation].kind == Kind::allocate) {
      births.push_back(world_.births() + 1);
    }
    act(Made{*action}, false);
    return std::nullopt;
  }

  static Step poke_step(std::string at, std::string value, unsigned bytes) {
    Step step;
    step.kind = Step::Kind::poke;
    step.text = std::move(at);
    step.value = std::move(value);
    step.size = std::to_string(bytes);
    return step;
  }

  Step call_of(const Action& a, std::uint32_t old, std::uint32_t born) const {
    const Operation& o = menu_.operations[a.operation];
    Step step;
    step.kind = Step::Kind::call;
    step.text = with_block(o.call, block_name(old));
    step.hold = o.holds && !a.interrupt;
    const PlannedCall& call = world_.plan().calls[a.operation];
    if (makes_block(a) && !call.stores) step.as = block_name(born);
    if (!o.sets.empty() && !call.stores) step.as = o.sets;
    return step;
  }

  Step step_of(const Action& a) const {
    Step step;
    step.task = world_.task_name(a.task);
    if (a.kind != Action::Kind::operation) {
      step.kind = a.kind == Action::Kind::resume ? Step::Kind::run : Step::Kind::leave;
      step.text = std::exchange(step.task, "main");
      return step;
    }
    const Kind kind = menu_.operations[a.operation].kind;
    const bool takes = kind == Kind::release || kind == Kind::resize;
    step = call_of(a, takes ? world_.live()[a.block].born : 0, world_.births() + 1);
    step.task = a.interrupt ? handler : world_.task_name(a.task);
    step.cpu = a.interrupt ? 0 : a.task % world_.kernel().cpus();
    if (a.interrupt) step.interrupt = handler_level;
    return step;
  }

  std::vector<std::string> arrival_texts(const std::vector<Arrival>& arrivals) const {
    std::vector<std::string> texts;
    for (const Arrival& a : arrivals) {
      texts.push_back(with_block(menu_.operations[a.action.operation].call, block_name(a.action.block)));
    }
    return texts;
  }

  void add_arrivals(Step& step, const std::vector<Arrival>& arrivals, const std::vector<std::string>& texts) const {
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      const Arrival& a = arrivals[i];
      Step call;
      call.kind = Step::Kind::call;
      call.text = texts[i];
      call.task = handler + std::to_string(i + 1);
      if (makes_block(a.action)) call.as = block_name(a.born);
      if (a.failed) call.expect.answer.outcome = Outcome::failed;
      step.during.push_back({1, a.access + 1, a.level, {call}});
    }
  }

  void expect_what_came(Step& step, const Action& a) const {
    scenario::ExpectedAnswer answer;
    if (world_.failed()) answer.outcome = Outcome::failed;
    if (world_.slept()) answer.outcome = Outcome::blocked;
    if (a.kind == Action::Kind::operation) {
      step.expect.answer = answer;
      const PlannedCall& call = world_.plan().calls[a.operation];
      // A bad status is an answer as any other.
      if (call.returns == Returns::status) step.expect.answer.outcome.reset();
    } else if (a.kind == Action::Kind::resume && world_.ended()) {
      step.expect.woken.push_back({step.text, answer});
    }
  }

  void remember_frames() {
    Step set;
    set.kind = Step::Kind::set;
    set.set = {{"frames_before", "free_frames"}, {"pages_before", "free_pages"}};
    story_.steps.push_back(std::move(set));
  }

  /// What should have come: the end of a finding is what a sound core does.
  void expect_end(Step& step) {
    const std::string& title = finding_.trouble.title;
    if (title == "a wake-up is lost" && !world_.slept() && !finding_.trouble.detail.empty()) {
      step.expect.ready = {finding_.trouble.detail.substr(0, finding_.trouble.detail.find(' '))};
    }
    if (step.kind == Step::Kind::run && title != "a wake-up is lost") {
      scenario::ExpectedAnswer answer;
      if (world_.failed()) answer.outcome = Outcome::failed;
      step.expect.woken.push_back({step.text, answer});
    }
    if (step.kind == Step::Kind::call && world_.failed()) step.expect.answer.outcome = Outcome::failed;
    if (frames_) expect_same_frames(step);
    const std::optional<std::uint64_t> recorded = world_.recorded_pages();
    if ((title == World::unrecorded_pages || title == World::pageless_addresses) && recorded) {
      const std::uint64_t others = world_.plan().run.toy.arena_pages - *recorded;
      step.expect.holds.push_back({1, "free_pages == " + std::to_string(others)});
    }
  }

  static void expect_same_frames(Step& step) {
    step.expect.holds.push_back({1, "free_frames == frames_before"});
    step.expect.holds.push_back({1, "free_pages == pages_before"});
  }

  /// A block's content is its own number, so that whoever writes into another's is seen.
  static std::string content(std::uint32_t born) { return std::to_string(0x40 + born % 0x40); }

  void fill_new(std::uint32_t) {
    for (const Block& b : world_.live()) {
      if (std::find(filled_.begin(), filled_.end(), b.born) != filled_.end() || b.bytes == 0) continue;
      filled_.push_back(b.born);
      Step fill;
      fill.kind = Step::Kind::fill;
      fill.text = block_name(b.born);
      fill.value = content(b.born);
      fill.size = std::to_string(b.bytes);
      story_.steps.push_back(std::move(fill));
    }
  }

  void look_at_contents() {
    const Action& last = finding_.path.back().action;
    const bool zero = finding_.trouble.title.find("zero") != std::string::npos;
    const std::uint32_t born = world_.births();
    const Operation& o = menu_.operations[last.operation];
    if (!zero && last.kind == Action::Kind::operation && makes_block(last)) {
      Step fill;
      fill.kind = Step::Kind::fill;
      fill.text = block_name(born);
      fill.value = content(born);
      fill.size = std::to_string(o.requested);
      story_.steps.push_back(std::move(fill));
    }
    Step look;
    for (const Block& b : world_.live()) {
      const bool known = std::find(filled_.begin(), filled_.end(), b.born) != filled_.end();
      if (known) look.expect.memory.push_back(all_bytes(block_name(b.born), content(b.born), b.bytes));
    }
    if (zero) look.expect.memory.push_back(all_bytes(block_name(born), "0", o.requested));
    if (!look.expect.memory.empty()) story_.steps.push_back(std::move(look));
  }

  static scenario::ExpectedMemory all_bytes(std::string at, const std::string& value, std::uint64_t bytes) {
    constexpr const char* digits = "0123456789abcdef";
    const unsigned v = static_cast<unsigned>(std::stoul(value));
    scenario::ExpectedMemory m;
    m.at = std::move(at);
    m.all = std::string{digits[v >> 4 & 15], digits[v & 15]};
    m.size = std::to_string(bytes);
    return m;
  }

  const Finding& finding_;
  World& world_;
  scenario::Scenario& story_;
  const Menu& menu_;
  bool contents_ = false;
  bool frames_ = false;
  std::vector<std::uint32_t> filled_;
};

scenario::MachineSetup machine_of(const Toy& toy) {
  scenario::MachineSetup m;
  m.profile = toy.profile.name;
  m.ram_bytes = toy.frames * toy.profile.page_bytes();
  m.arena_bytes = toy.arena_pages * toy.profile.page_bytes();
  m.map_entries = toy.map_entries;
  m.cpus = toy.cpus;
  return m;
}

}  // namespace

Fallible<scenario::Scenario> story_of(const Menu& menu, const Run& run, const scenario::Options& options,
                                      const Finding& finding) {
  auto plan = plan_names(menu, run, options);
  if (!plan) return Failure<Error>{plan.error()};
  scenario::Scenario story;
  story.name = "explore: " + finding.trouble.title;
  story.sentence = "Found by explore in run '" + run.name + "': " + finding.trouble.title +
                   (finding.trouble.detail.empty() ? "" : " (" + finding.trouble.detail + ")") + ".";
  for (std::size_t i = 0; i < finding.path.size(); ++i) {
    const std::optional<Refusal>& refusal = finding.path[i].refusal;
    if (!refusal) continue;
    story.sentence += " In action " + std::to_string(i + 1) + " of the sequence " +
                      std::string(name_of(refusal->site)) + " number " + std::to_string(refusal->nth + 1) +
                      " is refused, which this file cannot say.";
  }
  story.core = menu.system;
  story.options = plan->options;
  story.machine = machine_of(run.toy);
  if (!run.boot_panic.empty()) {
    story.boot.panic = run.boot_panic;
    return story;
  }
  auto world = World::boot(*plan);
  if (!world) return Failure<Error>{world.error()};
  for (unsigned t = 0; t < run.toy.tasks; ++t) story.manual.push_back("t" + std::to_string(t));
  for (std::size_t t = 0; t < (*world)->thread_count(); ++t) {
    story.manual.push_back((*world)->task_name(run.toy.tasks + t));
  }
  Teller teller(finding, **world, story);
  const Root& root = run.roots[finding.root];
  if (const auto trouble = teller.root(root)) return fail("the story's root does not repeat: " + trouble->title);
  for (std::size_t i = 0; i < finding.path.size(); ++i) {
    teller.act(finding.path[i], i + 1 == finding.path.size() && !finding.woken);
  }
  if (finding.woken) teller.wake(*finding.woken);
  if (finding.misuse) teller.misuse();
  return story;
}

}  // namespace kmemlab::sim::explore
