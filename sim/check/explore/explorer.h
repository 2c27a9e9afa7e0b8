// Breadth-first search over the states of one run: every sequence of up to `depth` actions from each root, equal states
// merged by their digest. What an interrupt or a refusal led to, and no sequence does, is gone on from with whole
// calls; it counts as deep as all its operations. Nothing depends on a clock or on addresses of the host, so a run has
// the same result everywhere. Memory: search_tree.h for each state, and 8 bytes for its digest.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/check/explore/search_tree.h"

namespace kmemlab::sim::explore {

struct Finding {
  Trouble trouble;
  std::string run;
  std::size_t root = 0;
  std::vector<Made> path;             ///< the shortest sequence that shows it
  std::optional<std::size_t> misuse;  ///< made after the last action, with `misuse_block`
  std::size_t misuse_block = 0;
  std::optional<Channel> woken;  ///< for nothing, after the last action
  std::uint64_t times = 0;       ///< how often it was found

  /// Something was refused on the way, which a scenario cannot say.
  bool refused() const;
};

struct Counts {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t merged = 0;      ///< transitions that led to a state seen before
  unsigned deepest = 0;          ///< the last depth at which there was a new state
  std::uint64_t placements = 0;  ///< actions made with an interrupt, or two
  std::uint64_t failures = 0;    ///< actions made with a resource refused
  std::uint64_t misuses = 0;
  std::uint64_t wakeups = 0;  ///< for nothing
  std::uint64_t asleep = 0;   ///< states in which somebody sleeps
  std::uint64_t beyond = 0;   ///< of these, states that only a sequence with an interrupt or a refusal reaches
};

struct RunResult {
  std::string name;
  unsigned depth = 0;
  Counts counts;
  MarkSet marks;
  std::vector<Finding> findings;  ///< one for each title, in order of being found
};

struct Bounds {
  bool quick = false;
  std::optional<unsigned> depth, placements, pairs, failures;  ///< instead of the run's own
};

/// Called now and then; what it does changes nothing.
using Progress = std::function<void(const RunResult& so_far, unsigned depth)>;

/// Errors: the menu, the machine or an option is impossible.
Fallible<RunResult> explore(const Menu& menu, const Run& run, const scenario::Options& options, const Bounds& bounds,
                            const Progress& progress);

/// Makes a root's steps. Trouble if one goes wrong.
std::optional<Trouble> make_root(World& world, const Root& root);

/// The same for one step, `births` being when this root's blocks came: operations name them by their order.
std::optional<Trouble> make_root_step(World& world, const RootStep& step, std::vector<std::uint32_t>& births);
/// The action of a step of kind operation or resume; none if it is impossible now.
std::optional<Action> root_action(const World& world, const RootStep& step, const std::vector<std::uint32_t>& births);

}  // namespace kmemlab::sim::explore
