// An error for a person: where, what is wrong, what was expected. Rendered in one line by the command line:
//   kmemlab: FILE:LINE (byte N): what is wrong; what was expected
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace kmemlab {

struct Error {
  std::string what;                          ///< what is wrong
  std::string expected;                      ///< what was expected; may be empty
  std::string file;                          ///< as the user named it; may be empty
  std::optional<std::uint64_t> line;         ///< from 1; text inputs only
  std::optional<std::uint64_t> byte_offset;  ///< from 0, in the (decompressed) input

  /// "FILE:LINE (byte N): what; expected", leaving out what is not known.
  std::string text() const {
    std::string s = file;
    if (line) s += ":" + std::to_string(*line);
    if (byte_offset) s += std::string(s.empty() ? "" : " ") + "(byte " + std::to_string(*byte_offset) + ")";
    if (!s.empty()) s += ": ";
    s += what;
    if (!expected.empty()) s += "; " + expected;
    return s;
  }
};

template <class T>
using Fallible = Result<T, Error>;

inline Failure<Error> fail(std::string what, std::string expected = {}) {
  return Failure<Error>{Error{std::move(what), std::move(expected), {}, {}, {}}};
}

}  // namespace kmemlab
