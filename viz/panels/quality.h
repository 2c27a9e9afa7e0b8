// What the recording could not say, and whether this run's numbers add up: in words.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_quality(Look& look);

}  // namespace kmemlab::viz
