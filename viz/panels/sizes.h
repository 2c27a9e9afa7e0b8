// How long blocks of which size live: a heat map of the logarithms of both, of what was freed in the events that the
// time axes show, or of what lives now by its age.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_sizes(Look& look);

}  // namespace kmemlab::viz
