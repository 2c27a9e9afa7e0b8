// The twin of a trace: a synthetic trace with the same sizes and lifetimes, for passing on where the recording itself
// must not go. It holds no call sites, tasks, flags, caches or times of the original; those of who made it do not show.
//
// Measured: for each block of the original its requested size and its lifetime, counted in allocations until its free
// (never freed: a class of its own). Lifetimes are kept as classes: 1 to 7 one by one, from there on four to each power
// of two. The trace is cut into 64 parts by number of allocations, so that the twin's load rises and falls as the
// original's did. For each part the twin draws a pair (size, class) a block, without putting back, so its sizes are the
// original's exactly. A lifetime is drawn within its class. A life that is too long for what is left of the trace ends
// with it; such blocks may fall into another class, and that is the distance that stands in the notes. What changes
// within a part is smoothed: the peak of a load in short bursts comes out lower, which the notes show too.
// Frees of blocks older than the trace, null frees, page events are not repeated; a realloc changes no size here.
// Memory: the distinct pairs of each part, and the live blocks.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "traces/gen/maker.h"
#include "traces/kmt/reader.h"

namespace kmemlab::traces::gen {

/// Class of a lifetime, and the lifetimes of a class.
struct LifeClass {
  static constexpr std::uint32_t never = 255;
  static std::uint32_t of(std::uint64_t allocations);
  static std::uint64_t least(std::uint32_t life_class);
  static std::uint64_t most(std::uint32_t life_class) { return least(life_class + 1) - 1; }
};

/// Blocks by size and by class of lifetime, in each part of a trace.
struct Shape {
  static constexpr std::uint64_t parts_max = 64;
  using Pairs = std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t>;  ///< (requested, class) -> blocks
  std::vector<Pairs> parts;
  std::uint64_t part_blocks = 1;  ///< blocks that begin in a part
  std::uint64_t blocks = 0;
  std::uint64_t peak_blocks = 0, peak_bytes = 0;  ///< live; each its own maximum
  std::uint64_t span_ticks = 0;                   ///< from the first event to the last
};

/// Blocks of all distances are counted once: those that one shape has more than the other, so 0 is equal.
struct Distance {
  std::uint64_t sizes = 0;      ///< of the size histograms
  std::uint64_t lifetimes = 0;  ///< of the lifetime histograms, over all sizes
};

Fallible<Shape> shape_of(KmtReader& trace);
Distance distance(const Shape& a, const Shape& b);

/// Fails if the trace has no slab allocation. Notes say how close the twin came.
Fallible<Generated> make_twin(KmtReader& trace, std::uint64_t seed, EventSink& to);

}  // namespace kmemlab::traces::gen
