// The exact view as one line that can be pasted into a mail and opened again: which trace, which cores and machine, the
// event, the panels, the zoom, what is picked. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::viz {

struct ViewLine {
  std::string trace;   ///< file, as its user named it
  std::string digest;  ///< of the trace; another trace under the name is told
  std::vector<std::string> cores;
  std::string machine;  ///< words for -m, --ram, --pages and their like; empty: the default
  std::uint64_t event = 0, steps = 0;
  std::optional<std::uint64_t> from, to;  ///< the time axes
  std::vector<std::string> panels;
  int map_level = -1;
  std::optional<std::uint64_t> page, address;  ///< picked
  bool operator==(const ViewLine&) const = default;
};

/// "kmemlab-view/1 trace=... event=4711 ..."; values are quoted where they hold blanks.
std::string text_of(const ViewLine& view);
/// The error says which word is wrong, and what was expected.
Fallible<ViewLine> parse_view_line(const std::string& text);

}  // namespace kmemlab::viz
