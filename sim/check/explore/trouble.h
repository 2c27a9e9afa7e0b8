// A fault that explore found, and by what a scenario shows it.
#pragma once

#include <cstdint>
#include <string>

namespace kmemlab::sim::explore {

/// What a story looks at after its last action, where a sound core does not do what was found.
enum class Sign : std::uint8_t {
  outcome,    ///< what the action comes to: an answer, a panic, a failed check
  contents,   ///< bytes of all live blocks
  zeros,      ///< and of the block that the action got
  unchanged,  ///< free frames and pages are as before it
  kept_page,  ///< likewise, unless the action takes some itself
  records,    ///< pages that the system's own records know
  wakeup,     ///< who is ready to run
  sleepers,   ///< who sleeps
  hoard,      ///< how many pages are held when all is freed and nobody runs
};

struct Trouble {
  std::string title;  ///< what, in words without numbers: equal faults have equal titles
  std::string detail{};
  Sign sign = Sign::outcome;
};

}  // namespace kmemlab::sim::explore
