// Swim lanes: tasks and interrupt contexts over time, their calls, their sleeps with the cause, and who woke them.
#pragma once

#include "viz/ui/look.h"

namespace kmemlab::viz {

void draw_lanes(Look& look);

}  // namespace kmemlab::viz
