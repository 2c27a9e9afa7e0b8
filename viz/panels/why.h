#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_why(Look& look);

}  // namespace kmemlab::viz
