// The colours of everything that is drawn: six fills, each with a second cue, a few outlines, and neutrals. After Okabe
// and Ito ("Color Universal Design", 2008), who chose them so that people with any colour vision tell them apart; with
// six of the eight the nearest pair stays apart (tests/viz/test_palette.cpp measures). Nothing outside this folder
// names a colour.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "viz/ui/colour.h"

namespace kmemlab::viz {

/// What a piece of memory is. The order is that of legends.
enum class Fill : std::uint8_t {
  live,      ///< requested bytes of a granted block: solid
  waste,     ///< granted, not requested (rounding): diagonal hatch
  cached,    ///< free, but held by the allocator: dots
  metadata,  ///< the system's own tables: vertical hatch
  pin,       ///< a block that keeps a page that is nearly free: solid with a dot
  unmapped,  ///< no frame: empty with a thin frame
};
inline constexpr unsigned fills = 6;
inline constexpr std::array<std::string_view, fills> fill_names = {
    "live", "rounding waste", "free, but held", "the system's tables", "pins a page", "not mapped"};

/// How somebody sees: a preview (key V), and what the palette's test measures.
enum class Vision : std::uint8_t { normal, protan, deutan, tritan, grey };
inline constexpr unsigned visions = 5;
inline constexpr std::array<std::string_view, visions> vision_names = {"normal", "protan", "deutan", "tritan", "grey"};
/// What a colour looks like (Machado, Oliveira, Fernandes 2009, severity 1.0; grey: luminance).
Rgba seen(Rgba colour, Vision vision);

enum class Shade : std::uint8_t { dark, light };

struct Palette {
  std::array<Rgba, fills> fill{};
  Rgba background, panel, raised, line, text, dim, accent;  ///< neutrals, and what is active
  Rgba interrupt;                                           ///< outline: touched in an interrupt's context
  Rgba wired;                                               ///< outline: reserved, or locked
  Rgba changed;                                             ///< outline: changed by this event
  Rgba alarm;                                               ///< failed, refused, corrupt: always with a word or a cross
  Rgba asleep;                                              ///< a sleep, with hatch
  /// Two runs: only in A, only in B (blue and orange, never red and green).
  Rgba only_a, only_b;

  Rgba of(Fill f) const { return fill[static_cast<unsigned>(f)]; }
};

Palette palette(Shade shade, Vision vision = Vision::normal);

/// Scales from 0 to 255: cividis for ages and counts (Nunez, Anderton, Renslow 2018), as a polygon through some of its
/// points.
Rgba cividis(unsigned value);

}  // namespace kmemlab::viz
