#include "viz/panels/lesson.h"

#include "viz/ui/widgets.h"

namespace kmemlab::viz {

void draw_lesson(Look& look) {
  say_nothing(look.theme, "not built yet");
}

}  // namespace kmemlab::viz
