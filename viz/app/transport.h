// The first row: where the cursor stands, and everything that moves it.
#pragma once

#include "viz/app/app.h"

namespace kmemlab::viz {

void draw_transport(App& app);

}  // namespace kmemlab::viz
