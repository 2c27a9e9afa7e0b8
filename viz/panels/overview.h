#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_overview(Look& look);

}  // namespace kmemlab::viz
