// Time by address: which pages were held when, and how much of them was live; or where pages came and went. Zooms on
// both axes; what the picture of the whole run is too coarse for is played again and collected finer.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_kymograph(Look& look);

}  // namespace kmemlab::viz
