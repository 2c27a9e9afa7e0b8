#include "viz/panels/kymograph.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_kymograph(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
