// Call sites: who has how much alive at the cursor, how much of it is waste, and how many pages only they hold.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_sites(Look& look);

}  // namespace kmemlab::viz
