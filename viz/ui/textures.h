// Pictures that a CPU painted, as textures. Who owns the window (OpenGL, OSMesa, or a test without either) says how.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "viz/ui/colour.h"

namespace kmemlab::viz {

/// Row by row from the top.
struct Pixels {
  int width = 0, height = 0;
  std::vector<Rgba> data;

  Pixels() = default;
  Pixels(int w, int h, Rgba fill = 0)
      : width(w), height(h), data(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), fill) {}
  Rgba& at(int x, int y) {
    return data[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
  Rgba at(int x, int y) const {
    return data[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
  /// Cut to what lies inside.
  void fill(int x0, int y0, int x1, int y1, Rgba colour);
};

class TextureMaker {
 public:
  virtual ~TextureMaker() = default;
  /// `old` null: a new one. The texture shows `pixels` from now on, without smoothing.
  virtual ImTextureID make(ImTextureID old, const Pixels& pixels) = 0;
  virtual void drop(ImTextureID texture) = 0;
};

/// Textures by name; those that no frame asked for are dropped by and by.
class Textures {
 public:
  explicit Textures(TextureMaker& maker) : maker_(maker) {}
  Textures(const Textures&) = delete;
  Textures& operator=(const Textures&) = delete;
  ~Textures();

  /// The texture of this name. It is made anew if `version` is another one than last time: then `paint` is called.
  template <class Paint>
  ImTextureID get(const std::string& name, std::uint64_t version, Paint paint) {
    Kept& kept = kept_[name];
    kept.frame = frame_;
    if (kept.texture == nullptr || kept.version != version) {
      kept.texture = maker_.make(kept.texture, paint());
      kept.version = version;
    }
    return kept.texture;
  }
  void end_frame();

 private:
  struct Kept {
    ImTextureID texture = nullptr;
    std::uint64_t version = 0;
    std::uint64_t frame = 0;
  };
  TextureMaker& maker_;
  std::map<std::string, Kept> kept_;
  std::uint64_t frame_ = 0;
};

}  // namespace kmemlab::viz
