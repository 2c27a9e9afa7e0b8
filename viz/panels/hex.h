// The guest's memory, byte by byte, around what is picked: live bytes, waste and free ones told apart, links of free
// lists and fill patterns to be read.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_hex(Look& look);

}  // namespace kmemlab::viz
