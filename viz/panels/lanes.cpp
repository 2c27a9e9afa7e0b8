#include "viz/panels/lanes.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_lanes(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
