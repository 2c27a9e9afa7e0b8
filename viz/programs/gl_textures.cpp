#include "viz/programs/gl_textures.h"

#include <GL/gl.h>

#include <algorithm>

namespace kmemlab::viz {

namespace {

GLuint number_of(ImTextureID texture) {
  return static_cast<GLuint>(reinterpret_cast<std::uintptr_t>(texture));
}

}  // namespace

ImTextureID GlTextures::make(ImTextureID old, const Pixels& pixels) {
  GLuint number = number_of(old);
  if (number == 0) glGenTextures(1, &number);
  GLint before = 0;
  glGetIntegerv(GL_TEXTURE_BINDING_2D, &before);
  glBindTexture(GL_TEXTURE_2D, number);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, pixels.width, pixels.height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
               pixels.data.data());
  glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(before));
  return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(number));
}

void GlTextures::drop(ImTextureID texture) {
  const GLuint number = number_of(texture);
  glDeleteTextures(1, &number);
}

Pixels read_back(int width, int height) {
  Pixels p(width, height);
  glFinish();
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, p.data.data());
  for (int y = 0; y < height / 2; ++y) std::swap_ranges(&p.at(0, y), &p.at(0, y) + width, &p.at(0, height - 1 - y));
  for (Rgba& c : p.data) c |= 0xff00'0000U;
  return p;
}

}  // namespace kmemlab::viz
