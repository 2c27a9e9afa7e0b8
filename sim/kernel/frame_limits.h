// Watermarks of the frame pool. Numbers of free frames; all zero, the default: nobody watches, nothing is kept back.
#pragma once

#include <cstdint>

namespace kmemlab::sim {

struct FrameLimits {
  std::uint64_t reserve = 0;  ///< a call that may sleep gets no frame from these: they are for interrupts and NOWAIT
  std::uint64_t low = 0;      ///< fewer free than this, or a frame refused: the page daemon is wanted
  std::uint64_t high = 0;     ///< the page daemon frees until this many are free
  bool operator==(const FrameLimits&) const = default;
};

}  // namespace kmemlab::sim
