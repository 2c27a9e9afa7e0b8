// The strip over the whole run: footprint behind live bytes, and below them a line each for failures, sleeps and pages
// that went back. Pure.
#pragma once

#include "sim/observe/event_course.h"
#include "viz/ui/palette.h"
#include "viz/ui/textures.h"

namespace kmemlab::viz {

struct OverviewPart {
  sim::EventRange whole;
  int width = 0, height = 0;  ///< device pixels
  int line = 1;               ///< thickness
  int mark_height = 3;        ///< of each of the three lines of marks
};

Pixels paint_overview(const sim::CourseResult& course, const Palette& colours, const OverviewPart& part);

}  // namespace kmemlab::viz
