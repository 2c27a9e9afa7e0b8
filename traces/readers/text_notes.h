// Lines of event text that are no events: what tools wrap around lines, what they note between them, marks of loss.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kmemlab::traces {

/// Takes mail quoting (`> `) and the stamps of the kernel log (`[10612.028498] `, `<4>[ 6.0] `) off a line's start.
std::string_view unwrapped(std::string_view line);

struct LossNote {
  std::uint32_t cpu = 0;
  std::uint64_t events = 0;  ///< 0 = not said
};
/// `CPU:2 [LOST 123 EVENTS]`, `CPU:0 [LOST EVENTS]`, `CPU:7 [204600 EVENTS DROPPED]`, `CPU:7 [EVENTS DROPPED]`.
std::optional<LossNote> loss_note(std::string_view s);

/// Frames of call chains, and what ftrace, trace-cmd, perf, atrace and the console say between events.
bool is_note(std::string_view line);

}  // namespace kmemlab::traces
