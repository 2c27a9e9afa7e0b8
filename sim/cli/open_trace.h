// A trace for a verb, whatever its format: a .kmt file is mapped; anything else is imported into a .kmt first, in
// memory while small, in a temporary file when large, so that every verb reads one container.
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

/// The one way in. A trace that must be imported goes into `straight`, finished, if that is not null; the result is
/// none then. Else it goes into a temporary container.
Fallible<std::optional<OpenTrace>> open_or_import(const std::string& path, Defects defects,
                                                  traces::KmtWriter* straight);
Fallible<OpenTrace> open_trace(const std::string& path, Defects defects);

/// What `info` shows.
struct Summary {
  traces::Source source;
  traces::Quality quality;
  traces::Totals totals;
};

/// Reads all of a trace and keeps no event.
Fallible<Summary> summarize(const std::string& path, Defects defects);

/// Counts all events, unless the import did.
Fallible<traces::Totals> totals_of(OpenTrace& trace);

}  // namespace kmemlab::cli
