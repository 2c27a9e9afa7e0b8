#include "viz/panels/counters.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_counters(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
