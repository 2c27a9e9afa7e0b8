#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_sizes(Look& look);

}  // namespace kmemlab::viz
