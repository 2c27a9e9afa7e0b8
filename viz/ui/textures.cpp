#include "viz/ui/textures.h"

#include <algorithm>

namespace kmemlab::viz {

void Pixels::fill(int x0, int y0, int x1, int y1, Rgba colour) {
  x0 = std::max(x0, 0), y0 = std::max(y0, 0), x1 = std::min(x1, width), y1 = std::min(y1, height);
  for (int y = y0; y < y1 && x0 < x1; ++y) std::fill(&at(x0, y), &at(x0, y) + (x1 - x0), colour);
}

Textures::~Textures() {
  for (const auto& [name, kept] : kept_) maker_.drop(kept.texture);
}

void Textures::end_frame() {
  constexpr std::uint64_t frames_kept = 120;
  ++frame_;
  for (auto it = kept_.begin(); it != kept_.end();) {
    if (frame_ - it->second.frame < frames_kept) {
      ++it;
      continue;
    }
    maker_.drop(it->second.texture);
    it = kept_.erase(it);
  }
}

}  // namespace kmemlab::viz
