// Who waits at the cursor, what for, and whose queue has what would wake them; a circle is marked. A click on a box
// goes to its event.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_waits(Look& look);

}  // namespace kmemlab::viz
