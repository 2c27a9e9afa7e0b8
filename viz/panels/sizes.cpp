#include "viz/panels/sizes.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_sizes(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
