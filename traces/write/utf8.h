// Text inside a JSON string: escapes, and bytes that are no UTF-8 (a task may call itself anything).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "traces/write/line_out.h"

namespace kmemlab::traces {

enum class Utf8 : std::uint8_t { whole, mended };

/// Length of the well-formed sequence at the start of `s` (Unicode 15, table 3-7); 0 if there is none.
std::size_t utf8_length(std::string_view s);

/// `mended`: bytes became U+FFFD.
Utf8 put_json_text(LineOut& out, std::string_view text);

}  // namespace kmemlab::traces
