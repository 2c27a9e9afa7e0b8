#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_xray(Look& look);

}  // namespace kmemlab::viz
