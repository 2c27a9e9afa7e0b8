// A trace for a verb, whatever its format: a .kmt file is mapped; anything else is imported into a .kmt first, in
// memory while small, beside the temporary files when large, so that every verb reads one container.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/reader.h"
#include "traces/kmt/writer.h"
#include "traces/totals.h"

namespace kmemlab::cli {

enum class Defects : std::uint8_t { counted, refused };  ///< refused: --strict

struct OpenTrace {
  traces::KmtReader reader;
  std::optional<traces::Totals> totals;  ///< known after an import and in most .kmt; else counted by totals_of
  std::uint64_t input_bytes = 0;         ///< 0: unknown
};

Fallible<OpenTrace> open_trace(const std::string& path, Defects defects);

/// What `info` shows.
struct Summary {
  traces::Source source;
  traces::Quality quality;
  traces::Totals totals;
};

/// Reads all of a trace and keeps no event.
Fallible<Summary> summarize(const std::string& path, Defects defects);

/// Imports straight into `writer`, for a trace that is no .kmt; none if it is one.
Fallible<std::optional<Summary>> import_into(const std::string& path, Defects defects, traces::KmtWriter& writer);

/// Counts all events, unless the import did.
Fallible<traces::Totals> totals_of(OpenTrace& trace);

}  // namespace kmemlab::cli
