// The table of systems, and reading of their options.
#include "sim/scenario/driver.h"

#include "sim/scenario/expression.h"

namespace kmemlab::scenario {

const std::vector<System>& all_systems() {
  static const std::vector<System> systems = {aix_system(), beos_system(), bsd386_system(), osf1_system()};
  return systems;
}

Fallible<bool> option_flag(const std::string& name, const std::string& value) {
  if (value == "yes" || value == "1" || value == "true") return true;
  if (value == "no" || value == "0" || value == "false") return false;
  return fail("option " + name + " is '" + value + "'", "expected yes or no");
}

Fallible<std::uint64_t> option_number(const std::string& name, const std::string& value) {
  auto n = constant(value);
  if (n) return n;
  return fail("option " + name + " is '" + value + "'", "expected a number");
}

}  // namespace kmemlab::scenario
