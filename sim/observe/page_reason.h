// "Why is this page still here?": the rule of its system that keeps it, and the live blocks on it: who asked for them,
// since when, and which pages would go back if one of them, or all, were freed now. What would happen is not guessed:
// the blocks are freed in a copy of the run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "sim/observe/snapshot.h"
#include "sim/observe/timeline.h"
#include "sim/replay/page_rule.h"

namespace kmemlab::sim {

/// A sentence or two in plain English.
std::string sentence_of(const PageRule& rule);

/// What would go back if something were freed.
struct PagesBack {
  std::vector<Addr> pages;  ///< in order of address
  bool this_page = false;   ///< the one that was asked about is among them
};

/// A block that the page holds.
struct PinReport {
  HeldBlock block;
  std::uint64_t age_events = 0;  ///< events done since its allocation; 0 if that is not known
  std::uint64_t age_ticks = 0;   ///< since its allocation arrived
  bool tried = false;            ///< freed alone in a copy: what went back is
  PagesBack alone;
};

struct WhyHeld {
  Place place;
  Addr page{};
  PageRule rule;
  std::vector<PinReport> pins;  ///< in order of address
  std::uint64_t not_tried = 0;  ///< live blocks beyond pins_tried_max, or when it was stopped: no copy of their own
  std::uint64_t cannot_be_freed = 0;    ///< their free was refused or is under way, or the trace has no name for them
  std::uint64_t free_since = no_event;  ///< no block lives on it: the event that emptied it, or took it. no_event: boot
  std::uint64_t free_ticks = 0;         ///< since that event's arrival; 0 if that is not known
  bool stopped = false;                 ///< `stop` said so: what was found so far; all_freed is empty
  PagesBack all_freed;                  ///< if all that can be were freed
};

inline constexpr std::size_t pins_tried_max = 64;

/// About the page that has this address. In the middle of an event the rule is the guest's there, the blocks are those
/// before the event. `stop` is asked now and then: true = give up. Moves the timeline. Errors: as take_snapshot.
Fallible<WhyHeld> why_held(Timeline& timeline, Place place, Addr page, const std::function<bool()>& stop = {});

}  // namespace kmemlab::sim
