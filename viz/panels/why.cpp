#include "viz/panels/why.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_why(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
