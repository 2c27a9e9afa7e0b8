// Draws what ImGui has listed, through OpenGL 1.1. The back end that Debian's library brings for it knows no vertex
// offset, and its lists end at 65,535 vertices: lanes full of sleeps on a large screen have more.
#pragma once

struct ImDrawData;

namespace kmemlab::viz {

/// After ImGui_ImplOpenGL2_Init: says to ImGui that lists may be long.
void allow_long_lists();
/// Over the whole current buffer.
void draw_lists(const ImDrawData& data);

}  // namespace kmemlab::viz
