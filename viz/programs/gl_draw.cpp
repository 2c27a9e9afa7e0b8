#include "viz/programs/gl_draw.h"

#include <GL/gl.h>
#include <imgui.h>

#include <cstddef>
#include <cstdint>

namespace kmemlab::viz {

namespace {

void set_state(const ImDrawData& data, int width, int height) {
  glEnable(GL_BLEND);
  glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
  glDisable(GL_CULL_FACE);
  glDisable(GL_DEPTH_TEST);
  glDisable(GL_LIGHTING);
  glEnable(GL_SCISSOR_TEST);
  glEnableClientState(GL_VERTEX_ARRAY);
  glEnableClientState(GL_TEXTURE_COORD_ARRAY);
  glEnableClientState(GL_COLOR_ARRAY);
  glEnable(GL_TEXTURE_2D);
  glTexEnvi(GL_TEXTURE_ENV, GL_TEXTURE_ENV_MODE, GL_MODULATE);
  glViewport(0, 0, width, height);
  glMatrixMode(GL_PROJECTION);
  glLoadIdentity();
  glOrtho(data.DisplayPos.x, data.DisplayPos.x + data.DisplaySize.x, data.DisplayPos.y + data.DisplaySize.y,
          data.DisplayPos.y, -1, 1);
  glMatrixMode(GL_MODELVIEW);
  glLoadIdentity();
}

void draw_command(const ImDrawData& data, const ImDrawList& list, const ImDrawCmd& command, int height) {
  const float sx = data.FramebufferScale.x, sy = data.FramebufferScale.y;
  const float left = (command.ClipRect.x - data.DisplayPos.x) * sx, top = (command.ClipRect.y - data.DisplayPos.y) * sy;
  const float right = (command.ClipRect.z - data.DisplayPos.x) * sx;
  const float bottom = (command.ClipRect.w - data.DisplayPos.y) * sy;
  if (right <= left || bottom <= top) return;
  glScissor(static_cast<int>(left), static_cast<int>(static_cast<float>(height) - bottom),
            static_cast<int>(right - left), static_cast<int>(bottom - top));
  const char* first = reinterpret_cast<const char*>(list.VtxBuffer.Data + command.VtxOffset);
  glVertexPointer(2, GL_FLOAT, sizeof(ImDrawVert), first + offsetof(ImDrawVert, pos));
  glTexCoordPointer(2, GL_FLOAT, sizeof(ImDrawVert), first + offsetof(ImDrawVert, uv));
  glColorPointer(4, GL_UNSIGNED_BYTE, sizeof(ImDrawVert), first + offsetof(ImDrawVert, col));
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(reinterpret_cast<std::uintptr_t>(command.GetTexID())));
  glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount),
                 sizeof(ImDrawIdx) == 2 ? GL_UNSIGNED_SHORT : GL_UNSIGNED_INT, list.IdxBuffer.Data + command.IdxOffset);
}

}  // namespace

void allow_long_lists() {
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
}

void draw_lists(const ImDrawData& data) {
  const int width = static_cast<int>(data.DisplaySize.x * data.FramebufferScale.x);
  const int height = static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y);
  if (width <= 0 || height <= 0) return;
  set_state(data, width, height);
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback != nullptr) {
        if (command.UserCallback != ImDrawCallback_ResetRenderState) command.UserCallback(&list, &command);
        continue;
      }
      draw_command(data, list, command, height);
    }
  }
  glDisable(GL_SCISSOR_TEST);
  glBindTexture(GL_TEXTURE_2D, 0);
}

}  // namespace kmemlab::viz
