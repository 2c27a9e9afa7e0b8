#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_kymograph(Look& look);

}  // namespace kmemlab::viz
