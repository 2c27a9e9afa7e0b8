// Fields of the filter language and the words that some of them take.
#pragma once

#include <string>
#include <string_view>

#include "traces/filter/syntax.h"

namespace kmemlab::traces {

enum class FilterType : std::uint8_t {
  number,  ///< unsigned
  whole,   ///< may be negative
  time,
  text,
  word,  ///< one of a few
};

struct FilterFieldInfo {
  std::string_view name;
  FilterField field;
  FilterType type;
};

/// Null if there is none of this name.
const FilterFieldInfo* find_field(std::string_view name);
std::string field_names();
/// "did you mean 'size'?", or all names.
std::string field_hint(std::string_view name);

/// For op and context.
bool is_word_of(FilterField field, std::string_view word);
std::string words_of(FilterField field);
std::string word_hint(FilterField field, std::string_view word);

}  // namespace kmemlab::traces
