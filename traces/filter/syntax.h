// The filter language: an expression over events, as a tree. docs/formats.md is its reference.
//
//   expression   term, !term, a && b, a || b, ( ... ); ! binds closest, then &&, then ||
//   term         FIELD OPERATOR VALUE
//   number       cpu pid size granted time node order     == != < <= > >=
//                VALUE: 4096, 0x1000, 4K, 2M, 1G (powers of 1024); time: 1.5s, 20ms, 7us, 100ns, 100 (ns)
//   text         comm site cache event                    == != ~
//   word         op context                               == != ~
//                VALUE: "in quotes" ('...' too) or a bare word; ~ means: contains, or, with * in it, is like
//
// What an event does not have is equal to nothing: != holds, every other comparison does not. Of texts, the empty one
// stands for it (cache == ""); of pid and node, -1 does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::traces {

enum class FilterField : std::uint8_t {
  cpu,
  pid,
  comm,
  site,
  cache,
  size,
  granted,
  time,
  context,
  op,
  event,
  node,
  order,
};

enum class FilterOperator : std::uint8_t { equal, unequal, below, at_most, above, at_least, like };

struct FilterNode {
  enum class Kind : std::uint8_t { term, negation, both, either };
  Kind kind = Kind::term;
  FilterField field = FilterField::cpu;
  FilterOperator operation = FilterOperator::equal;
  std::int64_t signed_number = 0;     ///< pid, node
  std::uint64_t number = 0;           ///< the other numbers; time in nanoseconds
  std::string text;                   ///< texts and words
  std::uint32_t left = 0, right = 0;  ///< nodes before this one; a negation has only left
};

/// A parsed filter. The last node is the root.
struct Filter {
  std::string text;  ///< as written
  std::vector<FilterNode> nodes;
};

/// Errors name the column (from 1) and say what was expected. Bounds: 64 KiB of text, 200 levels.
Fallible<Filter> parse_filter(std::string_view text);

/// "1.5s", "20ms", "7us", "100ns", "100": nanoseconds. Nothing finer than one, nothing beyond 2^64.
bool parse_time(std::string_view text, std::uint64_t& ns);

/// True if `text` is like `pattern`: contains it, or, where the pattern has a *, matches it from end to end.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace kmemlab::traces
