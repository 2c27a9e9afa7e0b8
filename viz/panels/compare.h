// Two to four runs on one trace, at one cursor: their maps side by side in one layout, how two of them differ, and the
// table of metrics beside them.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_compare(Look& look);

}  // namespace kmemlab::viz
