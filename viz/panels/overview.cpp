#include "viz/panels/overview.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_overview(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
