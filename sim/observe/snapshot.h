// All that can be seen of one place of a run: pages, blocks, the system's own tables, who waits, and what the last
// event did. Immutable once made, so that the thread that plays the run makes it and another one draws it. Lessons make
// snapshots too, from the kernel of a scenario.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"
#include "sim/kernel/published.h"
#include "sim/observe/page_map.h"
#include "sim/observe/timeline.h"

namespace kmemlab::sim {

struct WaitGraph;

/// `event` events are done; with steps, so are the first `steps` steps of what the arrival of event `event` brings
/// about.
struct Place {
  std::uint64_t event = 0;
  std::uint64_t steps = 0;  ///< 0: between events
  auto operator<=>(const Place&) const = default;
};

/// Bytes, but for what says otherwise.
struct Sums {
  std::uint64_t requested = 0;
  std::uint64_t granted = 0;
  std::uint64_t held = 0;      ///< pages of the arena that have frames
  std::uint64_t metadata = 0;  ///< the system's tables inside them
  std::uint64_t asleep = 0;    ///< requests that wait
  std::uint64_t live_blocks = 0;
  bool operator==(const Sums&) const = default;
};

/// In the middle of an event (place.steps) pages, metadata, tables and frames are the guest's after that step; blocks,
/// sums of blocks, and who waits are as they were before the event.
struct Snapshot {
  Place place;
  std::uint64_t tick = 0;
  PageMap map;
  std::vector<AddrRange> metadata;
  PublishedTables tables;
  std::vector<Waiting> waiting;  ///< in order of their events
  std::shared_ptr<const WaitGraph> waits;  ///< who sleeps, and what would wake them; null: nobody sleeps
  Sums sums;
  EventStory story;  ///< of the event before, or of the one that the place is inside of
  std::uint64_t frames_total = 0;
  std::uint64_t frames_free = 0;
  std::string stopped;  ///< a panic or fault that ended the run here; empty = none
};

/// Moves the timeline to the place. Errors: an event that the run never came to, more steps than the event has, a
/// damaged trace.
Fallible<std::shared_ptr<const Snapshot>> take_snapshot(Timeline& timeline, Place place);

/// What the map and the waiting requests come to; metadata bytes are the caller's to add.
Sums sums_of(const PageMap& map, const std::vector<Waiting>& waiting);

}  // namespace kmemlab::sim
