// What all panels with a time axis share: the mouse on it, the cursor's line, the numbers below it.
#pragma once

#include "viz/model/time_axis.h"
#include "viz/ui/look.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

/// The events that there are to show, once they are known: at least one.
EventRange whole_range(const Look& look);
/// What the time axes show, as an axis over this width.
TimeAxis axis_of(const Look& look, double width);

/// Wheel: zoom at the pointer. Drag: move. Click: go there. `x` is the left edge of the axis in the canvas.
void answer_time_axis(Look& look, const Canvas& canvas, const TimeAxis& axis, float x);
/// The cursor's line over a rectangle whose width is the axis'.
void draw_cursor(const Look& look, const TimeAxis& axis, const Rect& rect);
/// Event numbers, a line of text high, from the rectangle's upper edge.
void draw_event_numbers(const Look& look, const TimeAxis& axis, const Rect& rect);
/// What is not prepared yet, hatched.
void draw_unprepared(const Look& look, const TimeAxis& axis, const Rect& rect);

}  // namespace kmemlab::viz
