#include "viz/panels/narration.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_narration(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
