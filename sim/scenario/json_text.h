// JSON as people write it: every value knows the line and the byte where it stands, members keep their order, and a
// member that occurs twice is an error. For files that are read by hand-written code and whose mistakes a person shall
// find; not for speed. Refused: comments, numbers that are no 64-bit integers, nesting deeper than 64, texts over 16
// MiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::scenario {

struct Json {
  enum class Kind : std::uint8_t { null, boolean, integer, text, list, object };

  Kind kind = Kind::null;
  std::uint64_t line = 1;   ///< from 1, where the value begins
  std::uint64_t begin = 0;  ///< its bytes in the file: [begin, end)
  std::uint64_t end = 0;
  std::string text;                ///< a text's characters (UTF-8), or an integer's digits
  bool truth = false;              ///< a boolean's value
  std::vector<Json> items;         ///< of a list, or the values of an object's members
  std::vector<std::string> names;  ///< of an object's members, beside items
  std::vector<std::uint64_t> name_lines;

  /// The member's value, or null if there is none.
  const Json* find(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return &items[i];
    }
    return nullptr;
  }
};

/// "a text", "a list", for errors.
const char* name_of(Json::Kind kind);

/// Reads one value and nothing after it. `file` is named in errors only.
Fallible<Json> read_json(std::string_view text, const std::string& file);

/// A JSON string literal of these bytes, quotes included.
std::string quoted(std::string_view text);

}  // namespace kmemlab::scenario
