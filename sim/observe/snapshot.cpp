#include "sim/observe/snapshot.h"

#include <algorithm>
#include <utility>

namespace kmemlab::sim {

namespace {

/// What the guest shows: as `guest` has it, but for the blocks and who waits, which are those of `between`.
void look(const Session& guest, const Session& between, Snapshot& s) {
  const Kernel& kernel = guest.kernel();
  PageMapParts parts{kernel.arena(), kernel.page_shift(), guest.tick(), {}, {}};
  kernel.for_each_held_page([&](Addr page) { parts.pages.push_back(page); });
  between.for_each_block([&](const HeldBlock& b) { parts.blocks.push_back(b); });
  s.map = PageMap(std::move(parts));
  between.for_each_waiting([&](const Waiting& w) { s.waiting.push_back(w); });
  std::sort(s.waiting.begin(), s.waiting.end(), [](const Waiting& a, const Waiting& b) { return a.event < b.event; });
  guest.for_each_metadata([&](AddrRange range) { s.metadata.push_back(range); });
  guest.publish(s.tables);
  s.tick = guest.tick();
  s.frames_total = kernel.ram_frames();
  s.frames_free = kernel.machine().free_frames();
  s.stopped = between.stopped();
  if (auto waits = between.wait_graph(); !waits->empty()) s.waits = std::move(waits);
  s.sums = sums_of(s.map, s.waiting);
  s.sums.metadata = guest.metadata_bytes();
}

}  // namespace

Sums sums_of(const PageMap& map, const std::vector<Waiting>& waiting) {
  Sums sums;
  for (const HeldBlock& b : map.blocks()) {
    sums.requested += b.requested;
    sums.granted += b.granted;
  }
  sums.held = map.pages().size() * map.page_bytes();
  sums.asleep = waiting.size();
  sums.live_blocks = map.blocks().size();
  return sums;
}

Fallible<std::shared_ptr<const Snapshot>> take_snapshot(Timeline& timeline, Place place) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->place = place;
  // The story first: it leaves the timeline one event before, so that nothing is played twice.
  const bool inside = place.steps != 0;
  if (inside || place.event > timeline.first_event()) {
    auto story = timeline.inside(inside ? place.event : place.event - 1);
    if (!story) return Failure<Error>{story.error()};
    snapshot->story = std::move(*story);
  }
  std::unique_ptr<Session> guest;
  if (inside) {
    if (place.steps > snapshot->story.steps.size()) {
      return fail("event " + std::to_string(place.event) + " has no step " + std::to_string(place.steps),
                  "it has " + std::to_string(snapshot->story.steps.size()));
    }
    auto in_the_middle = timeline.inside(place.event, place.steps);
    if (!in_the_middle) return Failure<Error>{in_the_middle.error()};
    guest = std::move(*in_the_middle);
  }
  auto between = timeline.at(place.event);
  if (!between) return Failure<Error>{between.error()};
  look(guest != nullptr ? *guest : **between, **between, *snapshot);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

}  // namespace kmemlab::sim
