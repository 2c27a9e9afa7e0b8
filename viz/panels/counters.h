// The counters over time, a track each: least to greatest value of each column, the value at the cursor, and the
// indices of fragmentation with their formulas. A click goes there.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_counters(Look& look);

}  // namespace kmemlab::viz
