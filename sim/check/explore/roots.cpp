// The way to a root: a menu's steps, made one by one.
#include <algorithm>

#include "sim/check/explore/explorer.h"

namespace kmemlab::sim::explore {

std::optional<Action> root_action(const World& world, const RootStep& step, const std::vector<std::uint32_t>& births) {
  Action a;
  a.task = static_cast<std::uint8_t>(step.task);
  a.interrupt = step.interrupt;
  if (step.kind == RootStep::Kind::resume) {
    a.kind = Action::Kind::resume;
    std::vector<Action> all;
    world.actions(all);
    for (const Action& candidate : all) {
      if (candidate.kind == Action::Kind::resume && world.task_name(candidate.task) == step.text) return candidate;
    }
    return std::nullopt;
  }
  const std::size_t operation = world.plan().operation_index(step.text);
  if (operation >= world.plan().menu.operations.size()) return std::nullopt;
  a.operation = static_cast<std::uint8_t>(operation);
  const Operation::Kind kind = world.plan().menu.operations[operation].kind;
  if (kind == Operation::Kind::allocate || kind == Operation::Kind::other) return a;
  if (step.block >= births.size()) return std::nullopt;
  const auto& live = world.live();
  const auto found =
      std::find_if(live.begin(), live.end(), [&](const Block& b) { return b.born == births[step.block]; });
  if (found == live.end()) return std::nullopt;
  a.block = static_cast<std::uint8_t>(found - live.begin());
  return a;
}

std::optional<Trouble> make_root_step(World& world, const RootStep& step, std::vector<std::uint32_t>& births) {
  if (step.kind == RootStep::Kind::call) return world.call(step.text, step.as);
  if (step.kind == RootStep::Kind::poke) return world.poke(step.text, step.value, step.bytes);
  const auto action = root_action(world, step, births);
  if (!action) return Trouble{"a root's step is impossible", step.text};
  if (step.kind == RootStep::Kind::operation &&
      world.plan().menu.operations[action->operation].kind == Operation::Kind::allocate) {
    births.push_back(world.births() + 1);
  }
  return world.act(*action);
}

std::optional<Trouble> make_root(World& world, const Root& root) {
  std::vector<std::uint32_t> births;
  for (const RootStep& step : root.steps) {
    for (unsigned n = 0; n < step.times; ++n) {
      RootStep one = step;
      one.block += n;
      if (auto trouble = make_root_step(world, one, births)) return trouble;
    }
  }
  return std::nullopt;
}

}  // namespace kmemlab::sim::explore
