// The six fills, measured: how far apart they are as people with each kind of colour blindness see them. The simulation
// is written again here, so that a slip in viz/ui/palette.cpp is found: Machado, Oliveira, Fernandes, "A
// Physiologically-based Model for Simulation of Color Vision Deficiency" (IEEE TVCG 15(6), 2009), matrices for severity
// 1.0, applied to linear light (IEC 61966-2-1). Distance: CIE76, in CIELAB under D65 (CIE 15:2004).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "tests/catch.h"
#include "viz/ui/palette.h"

using namespace kmemlab::viz;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple times(const Matrix& m, const Triple& v) {
  Triple out{};
  for (std::size_t row = 0; row < 3; ++row) out[row] = m[row][0] * v[0] + m[row][1] * v[1] + m[row][2] * v[2];
  return out;
}

double linear(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

Triple linear_of(Rgba c) {
  return {linear(red_of(c) / 255.0), linear(green_of(c) / 255.0), linear(blue_of(c) / 255.0)};
}

Triple as_seen(const Triple& light, Vision vision) {
  static constexpr Matrix protan = {
      {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
  static constexpr Matrix deutan = {
      {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
  static constexpr Matrix tritan = {
      {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
  Triple out = light;
  if (vision == Vision::protan) out = times(protan, light);
  if (vision == Vision::deutan) out = times(deutan, light);
  if (vision == Vision::tritan) out = times(tritan, light);
  for (double& v : out) v = std::clamp(v, 0.0, 1.0);
  return out;
}

// CIELAB of linear sRGB light.
Triple lab_of(const Triple& light) {
  static constexpr Matrix to_xyz = {
      {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  static constexpr Triple white = {0.95047, 1.0, 1.08883};
  Triple f = times(to_xyz, light);
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = f[i] / white[i];
    f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double distance(Rgba a, Rgba b, Vision vision) {
  const Triple x = lab_of(as_seen(linear_of(a), vision)), y = lab_of(as_seen(linear_of(b), vision));
  return std::sqrt(std::pow(x[0] - y[0], 2) + std::pow(x[1] - y[1], 2) + std::pow(x[2] - y[2], 2));
}

double worst_pair(const Palette& p, Vision vision, std::string& which) {
  double worst = 1000;
  for (unsigned a = 0; a < fills; ++a) {
    for (unsigned b = a + 1; b < fills; ++b) {
      const double d = distance(p.fill[a], p.fill[b], vision);
      if (d >= worst) continue;
      worst = d;
      which = std::string(fill_names[a]) + " and " + std::string(fill_names[b]);
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the distance is CIE76: black and white are 100 apart, red and green as published", "[viz]") {
  CHECK(std::abs(distance(rgba(0x000000), rgba(0xffffff), Vision::normal) - 100) < 0.1);
  // CIELAB of sRGB red is (53.2, 80.1, 67.2), of green (87.7, -86.2, 83.2): 170.6 apart.
  CHECK(std::abs(distance(rgba(0xff0000), rgba(0x00ff00), Vision::normal) - 170.6) < 0.5);
  CHECK(distance(rgba(0xff0000), rgba(0x00ff00), Vision::deutan) < 110);
}

TEST_CASE("the six fills stay apart for everybody: the nearest pair is 20 or more", "[viz]") {
  for (const Shade shade : {Shade::dark, Shade::light}) {
    const Palette p = palette(shade);
    for (const Vision vision : {Vision::normal, Vision::protan, Vision::deutan, Vision::tritan}) {
      std::string which;
      const double worst = worst_pair(p, vision, which);
      INFO((shade == Shade::dark ? "dark, " : "light, ")
           << vision_names[static_cast<unsigned>(vision)] << ": " << which << " are " << worst << " apart");
      CHECK(worst >= 20);
    }
  }
}

TEST_CASE("the eight colours of Okabe and Ito would not do: two of them come nearer than 20", "[viz]") {
  static constexpr std::array<std::uint32_t, 8> eight = {0x000000, 0xe69f00, 0x56b4e9, 0x009e73,
                                                         0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7};
  double worst = 1000;
  for (const Vision vision : {Vision::protan, Vision::deutan, Vision::tritan}) {
    for (std::size_t a = 0; a < eight.size(); ++a) {
      for (std::size_t b = a + 1; b < eight.size(); ++b)
        worst = std::min(worst, distance(rgba(eight[a]), rgba(eight[b]), vision));
    }
  }
  CHECK(worst < 20);
}

TEST_CASE("what the preview of the window shows is this simulation", "[viz]") {
  for (const Rgba c : palette(Shade::dark).fill) {
    for (const Vision vision : {Vision::protan, Vision::deutan, Vision::tritan}) {
      const Triple expected = as_seen(linear_of(c), vision), got = linear_of(seen(c, vision));
      for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(expected[i] - got[i]) < 0.006);  // bytes are whole numbers
    }
  }
}

TEST_CASE("text can be read on its ground: a contrast of 4.5 or more, dimmed text too", "[viz]") {
  const auto luminance = [](Rgba c) {
    const Triple l = linear_of(c);
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2];
  };
  const auto contrast = [&](Rgba a, Rgba b) {  // WCAG 2.1, success criterion 1.4.3
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
  };
  for (const Shade shade : {Shade::dark, Shade::light}) {
    const Palette p = palette(shade);
    for (const Rgba ground : {p.background, p.panel}) {
      for (const Rgba text : {p.text, p.dim, p.alarm, p.accent}) CHECK(contrast(text, ground) >= 4.5);
    }
  }
}
