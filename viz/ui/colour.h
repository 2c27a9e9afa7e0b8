// Colours as textures and draw lists take them: bytes red, green, blue, alpha in memory. No ImGui here.
#pragma once

#include <cstdint>

namespace kmemlab::viz {

using Rgba = std::uint32_t;

/// 0x0072b2 and how opaque.
constexpr Rgba rgba(std::uint32_t rgb, std::uint32_t alpha = 255) {
  return (rgb >> 16 & 255U) | (rgb >> 8 & 255U) << 8 | (rgb & 255U) << 16 | alpha << 24;
}
constexpr unsigned red_of(Rgba c) {
  return c & 255U;
}
constexpr unsigned green_of(Rgba c) {
  return c >> 8 & 255U;
}
constexpr unsigned blue_of(Rgba c) {
  return c >> 16 & 255U;
}
constexpr Rgba with_alpha(Rgba c, std::uint32_t alpha) {
  return (c & 0x00ff'ffffU) | alpha << 24;
}
/// `part` of 256 of b, the rest of a; opaque.
constexpr Rgba mixed(Rgba a, Rgba b, unsigned part) {
  const auto mix = [&](unsigned x, unsigned y) { return (x * (256 - part) + y * part) / 256; };
  return mix(red_of(a), red_of(b)) | mix(green_of(a), green_of(b)) << 8 | mix(blue_of(a), blue_of(b)) << 16 |
         0xff00'0000U;
}

}  // namespace kmemlab::viz
