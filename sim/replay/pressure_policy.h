// What a replay does with the page events of its trace: nothing, or it lets them take the frames that they took.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/kernel/frame_limits.h"

namespace kmemlab::sim {

enum class PageEvents : std::uint8_t {
  ignore,
  pressure,  ///< pages that back no slab take frames; watermarks and page daemon are on
};

/// A run that waits for a later daemon than this is not played to its end.
inline constexpr std::uint64_t daemon_latency_max = 1'000'000'000'000'000;

struct PressurePolicy {
  PageEvents pages = PageEvents::ignore;
  std::optional<FrameLimits> limits;  ///< none: default_limits()
  std::uint64_t daemon_latency_ticks = 1'000'000;
};

}  // namespace kmemlab::sim
