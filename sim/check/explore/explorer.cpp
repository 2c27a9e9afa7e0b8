// The search.
#include "sim/check/explore/explorer.h"

#include <algorithm>

#include "sim/check/explore/digest_set.h"

namespace kmemlab::sim::explore {

namespace {

using Node = SearchTree::Node;

/// A state that an interrupt or a refusal led to, before its turn has come.
struct Deferred {
  Node parent = SearchTree::root;
  Made made;
  std::uint64_t digest = 0;
};

/// Those that belong to one depth.
struct Later {
  std::vector<Deferred> states;
  DigestSet seen;
};

class Search {
 public:
  Search(const Run& run, const Bounds& bounds, bool faithful, const Progress& progress, RunResult& result)
      : run_(run), faithful_(faithful), progress_(progress), result_(result) {
    depth_max_ = bounds.depth.value_or(bounds.quick ? run.quick_depth : run.depth);
    placements_ = bounds.placements.value_or(bounds.quick ? std::min(run.placements, 1U) : run.placements);
    pairs_ = bounds.pairs.value_or(bounds.quick ? 0 : run.pairs);
    failures_ = bounds.failures.value_or(bounds.quick ? std::min(run.failures, 2U) : run.failures);
    result_.depth = depth_max_;
  }

  void from(const World& root, std::size_t number) {
    root_ = number;
    tree_.plant(root);
    later_.assign(depth_max_ + 1, {});
    scratch_ = root.copy();
    seen_ = DigestSet{};  // what another root reached at its last depth was not gone on from
    seen_.insert(root.digest());
    ++result_.counts.states;
    result_.marks |= root.kernel().marks();
    const auto progress = [&](std::size_t i) {
      if (i % 256 == 0 && progress_) progress_(result_, depth_);
    };
    std::vector<Node> level{SearchTree::root}, next;
    for (depth_ = 0; depth_ < depth_max_ && !level.empty(); ++depth_) {
      for (std::size_t i = 0; i < level.size(); ++i) {
        const World& world = expand(level[i], next);
        misuse(world, level[i]);
        if (depth_ < placements_) place(world, level[i], depth_ < pairs_);
        if (depth_ < failures_) refuse(world, level[i]);
        progress(i);
      }
      if (!next.empty()) result_.counts.deepest = std::max(result_.counts.deepest, depth_ + 1);
      level.swap(next);
      next.clear();
    }
    // What only an interrupt or a refusal leads to: gone on from with whole calls.
    level.clear();
    for (depth_ = 0; depth_ < depth_max_; ++depth_) {
      add_later(level);
      for (std::size_t i = 0; i < level.size(); ++i) {
        expand(level[i], next);
        progress(i);
      }
      result_.counts.beyond += next.size();
      level.swap(next);
      next.clear();
    }
  }

 private:
  /// A state to go on from when its depth's turn comes: `scratch_`, which `operations` more than the present depth led
  /// to. At the last depth nothing is gone on from.
  void go_on_later(Node node, const Made& made, std::size_t operations) {
    const std::size_t depth = depth_ + operations;
    if (depth >= depth_max_) return;
    const std::uint64_t digest = scratch_->digest();
    if (seen_.contains(digest) || !later_[depth].seen.insert(digest)) return;
    later_[depth].states.push_back({node, made, digest});
  }

  void add_later(std::vector<Node>& level) {
    for (Deferred& d : std::exchange(later_[depth_], {}).states) {
      if (!seen_.insert(d.digest)) continue;
      ++result_.counts.states;
      ++result_.counts.beyond;
      level.push_back(tree_.add(d.parent, std::move(d.made)));
    }
  }

  /// Every action from a node; new states go to `next`. The node's world, of which `actions_` are all.
  const World& expand(Node node, std::vector<Node>& next) {
    const World& from = tree_.world_of(node);
    wake_for_nothing(from, node, std::nullopt);
    from.actions(actions_);
    for (const Action& a : actions_) {
      scratch_->become(from);
      ++result_.counts.transitions;
      auto trouble = scratch_->act(a);
      result_.marks |= scratch_->kernel().marks();
      if (!trouble) trouble = judge(*scratch_, from, a, true);
      if (trouble) {
        report(*trouble, node, Made{a});
        if (!goes_on_after(*trouble)) continue;
      }
      if (!seen_.insert(scratch_->digest())) {
        ++result_.counts.merged;
        continue;
      }
      ++result_.counts.states;
      if (scratch_->anybody_asleep()) ++result_.counts.asleep;
      if ((trouble = scratch_->keeps_too_much())) report(*trouble, node, Made{a});
      if (depth_ + 1 == depth_max_) wake_for_nothing(*scratch_, node, Made{a});  // it is not expanded
      next.push_back(tree_.add(node, Made{a}));
    }
    return from;
  }

  /// A historic defect that leaves the machine running: what lies behind it is looked at too.
  bool goes_on_after(const Trouble& trouble) const {
    return faithful_ && !scratch_->kernel().machine().stopped() &&
           scratch_->plan().menu.historic_of(trouble.title) != nullptr;
  }

  /// What an action left, beyond what the world itself looks at.
  std::optional<Trouble> judge(const World& after, const World& before, const Action& a, bool wakeups) {
    if (after.failed() && a.kind == Action::Kind::operation) {
      const Operation& o = after.plan().menu.operations[a.operation];
      if (auto trouble = after.failure_left_something(before, o)) return trouble;
    }
    return wakeups && after.kernel().sleepers().any_asleep() ? after.lost_wakeup() : std::nullopt;
  }

  /// A finding that needs a refusal cannot be told as a scenario: one that does not takes its place.
  Finding& report(const Trouble& trouble, Node node, std::optional<Made> last) {
    std::uint64_t times = 1;
    auto place = result_.findings.begin();
    for (; place != result_.findings.end(); ++place) {
      if (place->trouble.title == trouble.title) break;
    }
    Finding f;
    f.path = tree_.path_to(node);
    if (last) f.path.push_back(std::move(*last));
    if (place != result_.findings.end()) {
      times = ++place->times;
      if (!place->refused() || f.refused()) return spare_ = {};
    }
    f.trouble = trouble;
    f.run = run_.name;
    f.root = root_;
    f.times = times;
    if (place != result_.findings.end()) return *place = std::move(f);
    result_.findings.push_back(std::move(f));
    return result_.findings.back();
  }

  /// Everybody who sleeps in this state, one channel after another.
  void wake_for_nothing(const World& asleep, Node node, const std::optional<Made>& last) {
    for (const Channel channel : asleep.channels()) {
      if (disturbed_ == nullptr) disturbed_ = asleep.copy();
      disturbed_->become(asleep);
      ++result_.counts.wakeups;
      const auto trouble = disturbed_->wake_for_nothing(channel);
      result_.marks |= disturbed_->kernel().marks();
      if (trouble) report(*trouble, node, last).woken = channel;
    }
  }

  void misuse(const World& from, Node node) {
    const std::vector<Misuse>& all = from.plan().menu.misuses;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].only_in.empty() ? !run_.misuse : all[i].only_in != run_.name) continue;
      if (!from.may_misuse(i)) continue;
      const std::size_t blocks = all[i].family.empty() ? 1 : from.live().size();
      for (std::size_t b = 0; b < blocks; ++b) {
        if (!all[i].family.empty() && from.plan().menu.operations[from.live()[b].operation].family != all[i].family) {
          continue;
        }
        scratch_->become(from);
        ++result_.counts.misuses;
        const auto trouble = scratch_->misuse(i, b);
        result_.marks |= scratch_->kernel().marks();
        if (!trouble) continue;
        Finding& f = report(*trouble, node, std::nullopt);
        f.misuse = i;
        f.misuse_block = b;
      }
    }
  }

  /// Every action of a process with every action of a handler, at every place; `two`: and a second one.
  void place(const World& from, Node node, bool two) {
    for (const Action& outer : actions_) {
      if (outer.interrupt || outer.kind == Action::Kind::leave) continue;
      for (const Action& inner : actions_) {
        if (!may_arrive(from, outer, inner)) continue;
        for (std::uint64_t at = 0;;) {
          std::vector<Arrival> arrivals{arrival(from, inner, at, 3)};
          if (!play(from, node, outer, arrivals)) break;
          const std::uint64_t delivered = *arrivals[0].delivered;
          if (two) place_second(from, node, outer, inner, delivered);
          at = delivered + 1;
        }
      }
    }
  }

  void place_second(const World& from, Node node, const Action& outer, const Action& first, std::uint64_t first_at) {
    for (const Action& second : actions_) {
      if (!may_arrive(from, outer, second)) continue;
      if (takes_block(from, first) && takes_block(from, second) && first.block == second.block) continue;
      if (same_end(from, first, second)) continue;
      for (std::uint64_t at = first_at;;) {
        std::vector<Arrival> arrivals{arrival(from, first, first_at, 3), arrival(from, second, at, 4)};
        if (!play(from, node, outer, arrivals) || !arrivals[1].delivered) break;
        at = *arrivals[1].delivered + 1;
      }
    }
  }

  bool takes_block(const World& from, const Action& a) const {
    const Operation::Kind kind = from.plan().menu.operations[a.operation].kind;
    return a.kind == Action::Kind::operation && (kind == Operation::Kind::release || kind == Operation::Kind::resize);
  }
  /// Both end the same thing, which can be done once.
  bool same_end(const World& from, const Action& a, const Action& b) const {
    const auto& all = from.plan().menu.operations;
    if (a.kind != Action::Kind::operation || b.kind != Action::Kind::operation) return false;
    return !all[a.operation].ends.empty() && all[a.operation].ends == all[b.operation].ends;
  }
  bool may_arrive(const World& from, const Action& outer, const Action& inner) const {
    if (!inner.interrupt || same_end(from, outer, inner)) return false;
    return !(takes_block(from, outer) && takes_block(from, inner) && outer.block == inner.block);
  }
  Arrival arrival(const World& from, const Action& action, std::uint64_t at, Level level) const {
    Arrival a;
    a.access = at;
    a.level = level;
    a.action = action;
    if (takes_block(from, action)) a.action.block = static_cast<std::uint8_t>(from.live()[action.block].born);
    return a;
  }
  /// False if the (first) interrupt came too late to be delivered.
  bool play(const World& from, Node node, const Action& outer, std::vector<Arrival>& arrivals) {
    scratch_->become(from);
    auto trouble = scratch_->act(outer, arrivals);
    result_.marks |= scratch_->kernel().marks();
    if (!arrivals[0].delivered) return false;
    ++result_.counts.placements;
    if (!trouble && scratch_->kernel().sleepers().any_asleep()) trouble = scratch_->lost_wakeup();
    if (trouble) {
      report(*trouble, node, Made{outer, arrivals, {}});
    } else {
      go_on_later(node, Made{outer, arrivals, {}}, 1 + arrivals.size());
    }
    return true;
  }

  void refuse(const World& from, Node node) {
    for (const Action& a : actions_) {
      for (const FaultSite site : {FaultSite::frame, FaultSite::map_entry}) {
        Refusal refusal{site, 0};
        for (bool struck = true;; ++refusal.nth) {
          scratch_->become(from);
          auto trouble = scratch_->act(a, refusal, struck);
          result_.marks |= scratch_->kernel().marks();
          if (!struck) break;
          ++result_.counts.failures;
          if (!trouble) trouble = judge(*scratch_, from, a, false);
          if (trouble) {
            report(*trouble, node, Made{a, {}, refusal});
          } else if (!scratch_->fell_asleep(from)) {  // who sleeps for a frame that is free is woken by nobody
            go_on_later(node, Made{a, {}, refusal}, 1);
          }
        }
      }
    }
  }

  const Run& run_;
  const bool faithful_;
  const Progress& progress_;
  RunResult& result_;
  unsigned depth_max_ = 0, placements_ = 0, pairs_ = 0, failures_ = 0;
  std::size_t root_ = 0;
  unsigned depth_ = 0;
  SearchTree tree_;
  std::vector<Later> later_;     ///< by depth
  std::vector<Action> actions_;  ///< of the node that is expanded
  std::unique_ptr<World> scratch_, disturbed_;
  DigestSet seen_;
  Finding spare_;
};

}  // namespace

bool Finding::refused() const {
  return std::any_of(path.begin(), path.end(), [](const Made& m) { return m.refusal.has_value(); });
}

Fallible<RunResult> explore(const Menu& menu, const Run& run, const scenario::Options& options, const Bounds& bounds,
                            const Progress& progress) {
  auto plan = plan_names(menu, run, options);
  if (!plan) return Failure<Error>{plan.error()};
  RunResult result;
  result.name = run.name;
  if (!run.boot_panic.empty()) {
    const auto trouble = World::boot_in_vain(*plan, result.marks);
    if (!trouble) return Failure<Error>{trouble.error()};
    result.counts.transitions = 1;
    if (*trouble) {
      result.findings.emplace_back();
      result.findings[0].trouble = **trouble;
      result.findings[0].run = run.name;
      result.findings[0].times = 1;
    }
    return result;
  }
  const bool faithful = std::any_of(plan->options.begin(), plan->options.end(), [](const auto& option) {
    return option.first == "mode" && option.second == "faithful";
  });
  Search search(plan->run, bounds, faithful, progress, result);
  for (std::size_t r = 0; r < plan->run.roots.size(); ++r) {
    auto world = World::boot(*plan);
    if (!world) return Failure<Error>{world.error()};
    const auto trouble = make_root(**world, plan->run.roots[r]);
    if (trouble)
      return fail("root '" + run.roots[r].name + "' of run '" + run.name + "': " + trouble->title, trouble->detail);
    search.from(**world, r);
  }
  return result;
}

}  // namespace kmemlab::sim::explore
