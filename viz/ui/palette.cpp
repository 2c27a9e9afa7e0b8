#include "viz/ui/palette.h"

#include <algorithm>
#include <cmath>

namespace kmemlab::viz {

namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

// Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), table
// for severity 1.0; applied to linear light.
constexpr Matrix protanopia = {
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix tritanopia = {
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
constexpr Matrix luminance = {{{0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}}};

double linear(unsigned byte) {
  const double v = byte / 255.0;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

unsigned encoded(double v) {
  v = std::clamp(v, 0.0, 1.0);
  const double e = v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
  return static_cast<unsigned>(std::lround(e * 255));
}

constexpr std::array<std::uint32_t, 9> cividis_points = {0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173,
                                                         0x8a8678, 0xa59c74, 0xc3b369, 0xfee838};

}  // namespace

Rgba seen(Rgba colour, Vision vision) {
  if (vision == Vision::normal) return colour;
  const Matrix& m = vision == Vision::protan   ? protanopia
                    : vision == Vision::deutan ? deuteranopia
                    : vision == Vision::tritan ? tritanopia
                                               : luminance;
  const double in[3] = {linear(red_of(colour)), linear(green_of(colour)), linear(blue_of(colour))};
  Rgba out = colour & 0xff00'0000U;
  for (unsigned row = 0; row < 3; ++row) {
    out |= encoded(m[row][0] * in[0] + m[row][1] * in[1] + m[row][2] * in[2]) << (8 * row);
  }
  return out;
}

Palette palette(Shade shade, Vision vision) {
  const bool dark = shade == Shade::dark;
  Palette p{};
  p.fill = {rgba(0x0072b2), rgba(0xf0e442), rgba(0x56b4e9), rgba(0xcc79a7), rgba(0xd55e00), rgba(0x3a3a3a)};
  if (!dark) p.fill[static_cast<unsigned>(Fill::unmapped)] = rgba(0xd0d4dc);  // bluish: yellow is not near it
  p.background = rgba(dark ? 0x16181b : 0xf4f4f2);
  p.panel = rgba(dark ? 0x1e2125 : 0xffffff);
  p.raised = rgba(dark ? 0x2c3036 : 0xe4e5e8);
  p.line = rgba(dark ? 0x454b54 : 0xb4b8be);
  p.text = rgba(dark ? 0xe6e6e6 : 0x1a1c1f);
  p.dim = rgba(dark ? 0x9aa1ab : 0x5a6069);
  p.accent = rgba(dark ? 0x7cc4ff : 0x005a9e);
  p.interrupt = rgba(0xe69f00);
  p.wired = rgba(0x009e73);
  p.changed = rgba(dark ? 0xffffff : 0x000000);
  p.alarm = rgba(dark ? 0xff7b3a : 0xb34700);
  p.asleep = rgba(dark ? 0xe69f00 : 0xb37b00);
  p.only_a = rgba(0x0072b2);
  p.only_b = rgba(0xe69f00);
  if (vision == Vision::normal) return p;
  for (Rgba& c : p.fill) c = seen(c, vision);
  for (Rgba* c : {&p.background, &p.panel, &p.raised, &p.line, &p.text, &p.dim, &p.accent, &p.interrupt, &p.wired,
                  &p.changed, &p.alarm, &p.asleep, &p.only_a, &p.only_b}) {
    *c = seen(*c, vision);
  }
  return p;
}

Rgba cividis(unsigned value) {
  const unsigned at = std::min(value, 255U) * 8;
  const unsigned low = at / 255;
  if (low >= 8) return rgba(cividis_points[8]);
  return mixed(rgba(cividis_points[low]), rgba(cividis_points[low + 1]), (at - low * 255) * 256 / 255);
}

}  // namespace kmemlab::viz
