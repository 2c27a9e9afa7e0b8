// The trace around the cursor: what was asked for, by whom, in which context, and what came of it in this run.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_events(Look& look);

}  // namespace kmemlab::viz
