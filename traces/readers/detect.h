// Which format an input is, told by its content and never by its name.
// Refuses, with what was expected: everything that no reader of ours claims.
#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "traces/input.h"

namespace kmemlab::traces {

enum class Format : std::uint8_t { trace_dat, kernel_text, json_lines, mtrace, rep };

/// Looks at the first decoded bytes only.
Fallible<Format> detect_format(const Input& input);

}  // namespace kmemlab::traces
