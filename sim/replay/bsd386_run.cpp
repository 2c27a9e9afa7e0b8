// The one place where bsd386 is compiled for the simulated machine, and its options by name.
#include "sim/replay/bsd386_adapter.h"
#include "sim/replay/cores.h"
#include "sim/replay/options.h"
#include "sim/replay/run_on.h"

namespace kmemlab::sim {

CoreInfo bsd386_info() {
  return {
      "bsd386",
      "i386",
      "386BSD 1.0 malloc(9): power-of-two buckets, page table of sizes, types with limits, page return",
      {{"mode", "documented|faithful", "the manual page (64 KB enforced, no known defect), or what the system did"},
       {"types", "standard|temp|FILE", "malloc type of each allocation: built-in rules, all M_TEMP, or your rules"}}};
}

namespace {

Fallible<Bsd386Options> parse_options(const CoreSpec& core) {
  Bsd386Options o;
  for (const auto& [key, value] : core.options) {
    if (key == "mode") {
      const auto faithful = choice_option("core bsd386: option mode", value, "documented", "faithful");
      if (!faithful) return Failure<Error>{faithful.error()};
      o.config.mode = *faithful ? bsd386::Mode::faithful : bsd386::Mode::documented;
    } else if (key == "types") {
      auto rules = types_option(value, bsd386::M_TEMP);
      if (!rules) return Failure<Error>{rules.error()};
      o.types = std::move(*rules);
    }
  }
  return o;
}

}  // namespace

Fallible<std::unique_ptr<Session>> bsd386_session(const SessionInputs& in) {
  auto options = parse_options(in.core);
  if (!options) return Failure<Error>{options.error()};
  return session_on<Bsd386Adapter>(*options, in);
}

}  // namespace kmemlab::sim
