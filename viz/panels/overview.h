// The strip over the whole run: footprint and live bytes, where something failed, slept or went back, the cursor, and
// what the other time axes show. A click goes there.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_overview(Look& look);

}  // namespace kmemlab::viz
