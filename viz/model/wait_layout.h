// The wait graph of a place as three columns of boxes: who waits, what for, and whose queue has what would wake them,
// with lines between. Tasks of a circle come first and are numbered in its order, in both columns, so that no line must
// be followed from right to left. Only in a deadlock is a circle an alarm: before, whoever runs may still break it.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/observe/snapshot.h"

namespace kmemlab::viz {

struct WaitBox {
  std::string name;  ///< of a task or a channel
  std::vector<std::string> lines;
  unsigned circle = 0;                            ///< its number in the circle, from 1; 0: not in it, or alone in it
  bool alarm = false;                             ///< in the circle of a deadlock
  std::uint64_t event = sim::WaitGraph::nowhere;  ///< where a click goes
  bool operator==(const WaitBox&) const = default;
};
/// Numbers of boxes of two neighbouring columns.
struct WaitLine {
  std::size_t from = 0, to = 0;
  bool alarm = false;  ///< it is part of the circle of a deadlock
  bool operator==(const WaitLine&) const = default;
};

struct WaitLayout {
  static constexpr std::size_t rows_max = 40;
  std::vector<WaitBox> waiters, channels, holders;
  std::vector<WaitLine> for_what;  ///< waiters to channels
  std::vector<WaitLine> in_whose;  ///< channels to holders
  std::size_t left_out = 0;        ///< waiters beyond rows_max
};
WaitLayout wait_layout(const sim::WaitGraph& graph);

/// A sentence over the picture: how many sleep, and whether anybody can wake them.
std::string wait_headline(const sim::WaitGraph& graph);
/// "1 a waits for 2 b waits for 1 a", and what that means here; empty if there is no circle.
std::string circle_words(const sim::WaitGraph& graph);

}  // namespace kmemlab::viz
