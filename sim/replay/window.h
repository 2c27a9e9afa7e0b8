// The part of a trace that metrics speak of (`--from`, `--to`, `--warm-up`). The replay itself runs over all of it:
// what went before the part is what the allocator looks like when it begins.
#pragma once

#include <cstdint>
#include <limits>

namespace kmemlab::sim {

/// Events [from, to). Counts speak of these events, however late they end; sums over time, peaks and page traffic of
/// the time from the arrival of event `from` to the arrival of event `to`.
struct MetricsWindow {
  static constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t from = 0;
  std::uint64_t to = no_end;

  bool has(std::uint64_t event) const { return event - from < to - from; }
  bool whole() const { return from == 0 && to == no_end; }
};

enum class WindowEdge : std::uint8_t { opens, closes };

}  // namespace kmemlab::sim
