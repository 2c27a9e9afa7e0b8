// Textures through OpenGL 1.1, which every library of OpenGL has: linked with libGL in kmemlab-view, with OSMesa in
// kmemlab-render.
#pragma once

#include "viz/ui/textures.h"

namespace kmemlab::viz {

class GlTextures final : public TextureMaker {
 public:
  ImTextureID make(ImTextureID old, const Pixels& pixels) override;
  void drop(ImTextureID texture) override;
};

/// What the current buffer shows, row by row from the top.
Pixels read_back(int width, int height);

}  // namespace kmemlab::viz
