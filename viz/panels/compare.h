#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_compare(Look& look);

}  // namespace kmemlab::viz
