#include "viz/panels/xray.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_xray(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
