// Pages along the addresses at chosen moments, as bars: light is held, dark is live.
#pragma once

#include <cstdint>
#include <string>

#include "sim/observe/strips.h"

namespace kmemlab::cli {

/// Times are told from `first_tick` on.
std::string strips_html(const sim::Strips& strips, std::uint64_t first_tick);

}  // namespace kmemlab::cli
