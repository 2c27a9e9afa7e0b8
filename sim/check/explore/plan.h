// A run of a menu, made ready: calls matched with the system's functions, arguments evaluated as far as they are
// constant. Shared by all states of the run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/explore/menu.h"

namespace kmemlab::sim::explore {

/// `$` in a menu's text is the block of this name.
std::string with_block(std::string text, const std::string& name);
/// As expressions name it.
inline constexpr const char* block_in_expressions = "block_";

struct PlannedArgument {
  enum class From : std::uint8_t { constant, block, name, expression };
  From from = From::constant;
  scenario::Argument fixed;
  std::size_t name = 0;  ///< of Plan::names
  std::string text;      ///< expression; `$` is written block_
};

struct PlannedCall {
  std::size_t function = 0;
  scenario::Returns returns = scenario::Returns::nothing;
  bool stores = false;
  std::vector<PlannedArgument> arguments;
};

struct Plan {
  const scenario::System* system = nullptr;
  Menu menu;
  Run run;
  scenario::Options options;            ///< the run's, and the command line's over them
  std::vector<std::size_t> operations;  ///< of menu.operations: those that the run tries
  std::vector<PlannedCall> calls;       ///< for each of menu.operations
  std::vector<std::vector<PlannedCall>> misuses;
  std::vector<std::string> names;  ///< the menu's own
  std::map<std::string, std::uint64_t> constants;

  std::size_t name_index(const std::string& name) const;
  std::size_t operation_index(const std::string& name) const;
  /// Errors: no such function, no expression.
  Fallible<PlannedCall> plan_call(const std::string& text) const;
};

/// Fills everything but `constants` and what depends on them.
Fallible<Plan> plan_names(const Menu& menu, const Run& run, const scenario::Options& options);
/// The rest, once the driver's constants are known.
Fallible<void> plan_calls(Plan& plan);

}  // namespace kmemlab::sim::explore
