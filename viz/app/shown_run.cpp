#include "viz/app/shown_run.h"

#include <algorithm>

namespace kmemlab::viz {

ShownRun::ShownRun(RunSpec spec, const TraceNames& names, std::string key, std::function<void()> wake)
    : spec_(std::move(spec)),
      key_(std::move(key)),
      desk_(std::make_unique<Desk>(names.trace(), spec_.open, std::move(wake))) {}

void ShownRun::follow(sim::Place place) {
  progress_ = desk_->progress();
  whole_ = desk_->collected();
  if (!progress_.opened || (!progress_.error.empty() && progress_.total == 0)) return;
  const Kept* came =
      question_.ask(*desk_, Key{place.event, place.steps}, [place](sim::Timeline& timeline, const Desk::Stop&) {
        // A run that ended early shows its end.
        sim::Place there = place;
        if (there.event > timeline.events()) there = {timeline.events(), 0};
        if (there.steps != 0) {
          const auto story = timeline.inside(there.event);
          if (story && there.steps > story->steps.size()) there = {there.event + 1, 0};
        }
        auto taken = sim::take_snapshot(timeline, there);
        // That it ends early may have come out just now.
        if (!taken && timeline.events() < there.event) taken = sim::take_snapshot(timeline, {timeline.events(), 0});
        return taken;
      });
  if (came != nullptr) now_ = *came;
  current_ = question_.current();
}

std::string ShownRun::error() const {
  if (!progress_.error.empty()) return progress_.error;
  const auto failed = question_.error();
  return failed ? failed->text() : std::string();
}

}  // namespace kmemlab::viz
