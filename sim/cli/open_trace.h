// A trace for a verb, whatever its format: a .kmt file is mapped; anything else is imported into a .kmt first, in memory
// while small, beside the temporary files when large, so that every verb reads one container.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/totals.h"

namespace kmemlab::cli {

enum class Defects : std::uint8_t { counted, refused };  ///< refused: --strict

struct OpenTrace {
  traces::KmtReader reader;
  std::optional<traces::Totals> totals;  ///< known after an import and in most .kmt; else counted by totals_of
  std::uint64_t input_bytes = 0;         ///< 0: unknown
};

Fallible<OpenTrace> open_trace(const std::string& path, Defects defects);

/// Counts all events, unless the import did.
Fallible<traces::Totals> totals_of(OpenTrace& trace);

}  // namespace kmemlab::cli
