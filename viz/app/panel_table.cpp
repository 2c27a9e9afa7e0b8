// Every panel, where it lies, and in which order.
#include "viz/app/app_window.h"
#include "viz/panels/compare.h"
#include "viz/panels/counters.h"
#include "viz/panels/events.h"
#include "viz/panels/hex.h"
#include "viz/panels/inspector.h"
#include "viz/panels/kymograph.h"
#include "viz/panels/lanes.h"
#include "viz/panels/lesson.h"
#include "viz/panels/map.h"
#include "viz/panels/narration.h"
#include "viz/panels/overview.h"
#include "viz/panels/quality.h"
#include "viz/panels/sites.h"
#include "viz/panels/sizes.h"
#include "viz/panels/waits.h"
#include "viz/panels/why.h"
#include "viz/panels/xray.h"

namespace kmemlab::viz {

const std::vector<PanelInfo>& panels() {
  static const std::vector<PanelInfo> all = {
      {"map", "Page map", Region::left, draw_map, "what every page holds, from the arena down to bytes"},
      {"kymograph", "Kymograph", Region::left, draw_kymograph, "time by address: which pages were held when"},
      {"compare", "Compare", Region::left, draw_compare, "the maps of all runs, their difference, their metrics"},
      {"xray", "Allocator", Region::upper_right, draw_xray, "the allocator's own tables and lists"},
      {"inspector", "Inspector", Region::lower_right, draw_inspector, "what is picked: a block, a page; its life"},
      {"hex", "Bytes", Region::lower_right, draw_hex, "the guest's memory at what is picked"},
      {"why", "Why still here?", Region::lower_right, draw_why, "what keeps a page, and what freeing would return"},
      {"events", "Events", Region::bottom, draw_events, "the trace around the cursor, with what came of each event"},
      {"lanes", "Lanes", Region::bottom, draw_lanes, "tasks and interrupt contexts: calls, sleeps, wake-ups"},
      {"counters", "Counters", Region::bottom, draw_counters, "footprint, live, waste, free, asleep over time"},
      {"sizes", "Sizes × lifetimes", Region::bottom, draw_sizes, "how long blocks of each size live"},
      {"sites", "Call sites", Region::bottom, draw_sites, "who asked for what lives now, and who wastes"},
      {"narration", "Narration", Region::bottom, draw_narration, "what happened, a sentence for each step"},
      {"quality", "Quality", Region::bottom, draw_quality, "what the recording could not say; the run's checks"},
      {"lesson", "Lesson", Region::bottom, draw_lesson, "prose, predictions and answers"},
      {"waits", "Who waits", Region::bottom, draw_waits, "who sleeps, what for, and what would wake them"},
  };
  return all;
}

}  // namespace kmemlab::viz
