// What somebody types to go somewhere. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/addr.h"
#include "core/base/error.h"

namespace kmemlab::viz {

struct GoTo {
  std::uint64_t event = 0;
  std::optional<Addr> address;
};

/// "4711", "4,711", "37%" of `events`, "0xfe9a1000".
Fallible<GoTo> parse_go_to(const std::string& text, std::uint64_t events);

}  // namespace kmemlab::viz
