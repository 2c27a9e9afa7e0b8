// Which reader an input belongs to, told by its content and never by its name.
// Refuses, with what was expected: everything that no reader of ours claims.
#pragma once

#include <span>
#include <string_view>

#include "core/base/error.h"
#include "traces/input.h"
#include "traces/readers/reader.h"

namespace kmemlab::traces {

/// One format that is read. A new one is a row in detect.cpp.
struct FormatReader {
  std::string_view id;             ///< one word, for tools (scripts/fuzz)
  std::string_view called;         ///< in the error that says what is read
  bool (*looks_like)(Bytes head);  ///< from the first decoded bytes (Input::head)
  Fallible<void> (*read)(const ReadJob& job);
};

std::span<const FormatReader> all_readers();

/// Looks at the first decoded bytes only. The first row that claims them is it.
Fallible<const FormatReader*> reader_for(const Input& input);

}  // namespace kmemlab::traces
