#include "viz/panels/compare.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_compare(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
