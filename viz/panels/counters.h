#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_counters(Look& look);

}  // namespace kmemlab::viz
