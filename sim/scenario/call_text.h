// Calls as they are written: "malloc(100, M_TEMP, M_NOWAIT)", "MALLOC(sc, struct softc *, 200, M_DEVBUF, M_WAITOK)",
// "xmalloc(100, align=5, heap=kernel_heap)". Arguments come in order, or by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "sim/scenario/driver.h"

namespace kmemlab::scenario {

struct CallText {
  struct Part {
    std::string name;  ///< empty: by its place
    std::string text;
  };
  std::string function;
  std::vector<Part> parts;
};

/// Splits the text; says nothing about whether the function exists.
Fallible<CallText> split_call(std::string_view text);

/// A call whose function is known; one text for each parameter.
struct MatchedCall {
  std::size_t function = 0;
  std::vector<std::string> arguments;
};

/// Errors: no such function, too many or too few arguments, a name that is none, an argument that is no expression.
Fallible<MatchedCall> match_call(std::string_view text, const std::vector<Function>& functions);

}  // namespace kmemlab::scenario
