#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_narration(Look& look);

}  // namespace kmemlab::viz
