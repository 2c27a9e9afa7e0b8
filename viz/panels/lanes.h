#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_lanes(Look& look);

}  // namespace kmemlab::viz
