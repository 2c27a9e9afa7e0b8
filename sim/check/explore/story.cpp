// Telling a finding: the sequence is made once more, step by step, and written down.
#include "sim/check/explore/story.h"

#include <algorithm>
#include <iterator>

#include "sim/check/explore/story_steps.h"
#include "sim/scenario/write.h"

namespace kmemlab::sim::explore {

namespace {

using scenario::poke_step;
using scenario::Returns;
using scenario::run_step;
using scenario::Step;
using Kind = Operation::Kind;

/// Makes the sequence once more, and writes down each action with what came of it.
class Teller {
 public:
  Teller(const Finding& finding, World& world, scenario::Scenario& story)
      : finding_(finding), world_(world), story_(story), menu_(world.plan().menu) {
    const Sign sign = finding.trouble.sign;
    const bool makes = !finding.path.empty() && makes_block(menu_, finding.path.back().action);
    contents_ = sign == Sign::contents || sign == Sign::zeros;
    frames_ = sign == Sign::unchanged || (sign == Sign::kept_page && !makes);
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
    Step step = step_of(world_, action);
    if (made.refusal) {
      step.say = std::string(name_of(made.refusal->site)) + " number " + std::to_string(made.refusal->nth + 1) +
                 " of this call is refused, which a scenario cannot do.";
    }
    const bool allocates = makes_block(menu_, action);
    std::optional<Trouble> trouble;
    if (made.arrivals.empty()) {
      trouble = made.in(world_);
    } else {
      std::vector<Arrival> arrivals = made.arrivals;
      const std::vector<std::string> texts = arrival_texts(menu_, arrivals);
      trouble = world_.act(action, arrivals);
      add_arrivals(menu_, arrivals, texts, step);
      if (allocates && !step.as.empty()) step.as = block_name(world_.births());  // handlers got theirs before it
    }
    if (step.hold && !world_.slept() && !world_.inside(action.task)) step.hold = false;
    if (last && !finding_.misuse) {
      expect_end(step);
    } else {
      expect_what_came(step, action);
    }
    story_.steps.push_back(std::move(step));
    if (contents_ && !trouble && !last) fill_new();
    if (contents_ && last) look_at_contents();
  }

  /// All is freed, and whoever is ready goes on: then no more pages may be held than the run allows.
  void rest() {
    while (const auto action = world_.next_to_rest()) act(Made{*action}, false);
    const std::uint64_t mapped_or_free = world_.free_frames() + world_.mapped_pages();
    story_.steps.back().expect.holds.push_back(
        {1, "free_frames >= " + std::to_string(mapped_or_free - *world_.plan().run.pages_kept_max)});
  }

  /// `panic`: what a sound core says, where the menu asks for any panic.
  void misuse(const std::optional<std::string>& panic) {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    const std::string block = m.family.empty() ? "" : block_name(world_.live()[finding_.misuse_block].born);
    const std::size_t steps = m.calls.size() + (m.resumes.empty() ? 0 : 1);
    for (std::size_t i = 0; i < steps; ++i) {
      const bool last = i + 1 == steps;
      for (const Misuse::Poke& p : m.pokes) {
        if (last) story_.steps.push_back(poke_step(with_block(p.at, block), with_block(p.value, block), p.bytes));
      }
      Step step = i < m.calls.size() ? misuse_call(i, block) : run_step(m.resumes);
      if (last) expect_of_misuse(step, panic);
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
    if (frames_ || finding_.trouble.sign == Sign::sleepers) {
      asleep.insert(asleep.end(), again.begin(), again.end());
      runs.back().expect.asleep = std::move(asleep);
    }
    std::move(runs.begin(), runs.end(), std::back_inserter(story_.steps));
  }

 private:
  Step misuse_call(std::size_t index, const std::string& block) const {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    Step step;
    step.kind = Step::Kind::call;
    step.text = with_block(m.calls[index], block);
    step.task = m.interrupt ? handler : m.resumes.empty() ? "t0" : "somebody";
    if (m.interrupt) step.interrupt = handler_level;
    return step;
  }

  void expect_of_misuse(Step& step, const std::optional<std::string>& panic) const {
    const Misuse& m = menu_.misuses[*finding_.misuse];
    scenario::ExpectedAnswer answer;
    if (m.panic == "*") {
      step.expect.panic = panic;
    } else if (!m.panic.empty()) {
      step.expect.panic = m.panic;
    }
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
    const Sign sign = finding_.trouble.sign;
    if (sign == Sign::wakeup && !world_.slept()) {
      step.expect.ready = {finding_.trouble.detail.substr(0, finding_.trouble.detail.find(' '))};
    }
    if (step.kind == Step::Kind::run && sign != Sign::wakeup) {
      scenario::ExpectedAnswer answer;
      if (world_.failed()) answer.outcome = Outcome::failed;
      step.expect.woken.push_back({step.text, answer});
    }
    if (step.kind == Step::Kind::call && world_.failed()) step.expect.answer.outcome = Outcome::failed;
    if (frames_) expect_same_frames(step);
    const std::optional<std::uint64_t> recorded = world_.recorded_pages();
    if (sign == Sign::records && recorded) {
      const std::uint64_t others = world_.plan().run.toy.arena_pages - *recorded;
      step.expect.holds.push_back({1, "free_pages == " + std::to_string(others)});
    }
  }

  static void expect_same_frames(Step& step) {
    step.expect.holds.push_back({1, "free_frames == frames_before"});
    step.expect.holds.push_back({1, "free_pages == pages_before"});
  }

  void fill_new() {
    for (const Block& b : world_.live()) {
      if (std::find(filled_.begin(), filled_.end(), b.born) != filled_.end() || b.bytes == 0) continue;
      filled_.push_back(b.born);
      story_.steps.push_back(fill_step(b.born, b.bytes));
    }
  }

  void look_at_contents() {
    const Action& last = finding_.path.back().action;
    const bool zero = finding_.trouble.sign == Sign::zeros;
    const std::uint32_t born = world_.births();
    const Operation& o = menu_.operations[last.operation];
    if (!zero && makes_block(menu_, last)) story_.steps.push_back(fill_step(born, o.requested));
    Step look;
    for (const Block& b : world_.live()) {
      const bool known = std::find(filled_.begin(), filled_.end(), b.born) != filled_.end();
      if (known) look.expect.memory.push_back(all_bytes(b.born, content_of(b.born), b.bytes));
    }
    if (zero) look.expect.memory.push_back(all_bytes(born, 0, o.requested));
    if (!look.expect.memory.empty()) story_.steps.push_back(std::move(look));
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

/// What the same error comes to in documented mode. None: it is not noticed, or the sequence cannot be made there.
std::optional<std::string> sound_panic(const Menu& menu, const Run& run, scenario::Options options,
                                       const Finding& finding) {
  options.erase(std::remove_if(options.begin(), options.end(), [](const auto& o) { return o.first == "mode"; }),
                options.end());
  auto plan = plan_names(menu, run, options);
  if (!plan) return std::nullopt;
  auto world = World::boot(*plan);
  if (!world || make_root(**world, run.roots[finding.root])) return std::nullopt;
  for (const Made& made : finding.path) {
    if (made.in(**world)) return std::nullopt;
  }
  if (finding.misuse_block >= std::max<std::size_t>((*world)->live().size(), 1)) return std::nullopt;
  if ((*world)->misuse(*finding.misuse, finding.misuse_block)) return std::nullopt;
  const auto& stopped = (*world)->kernel().machine().stopped();
  return stopped ? std::optional(stopped->message) : std::nullopt;
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
  if (finding.refused()) story.sentence += " It needs a refusal, which a scenario cannot do: this one runs without.";
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
  if (finding.trouble.sign == Sign::hoard) teller.rest();
  if (finding.misuse) teller.misuse(sound_panic(menu, run, options, finding));
  return story;
}

}  // namespace kmemlab::sim::explore
