#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_lesson(Look& look);

}  // namespace kmemlab::viz
