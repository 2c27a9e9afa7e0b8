// What is picked: a block or a page, what it is now, and the events that touched it.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_inspector(Look& look);

}  // namespace kmemlab::viz
