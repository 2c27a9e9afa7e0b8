// Tokens of the filter language.
#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace kmemlab::traces {

enum class FilterTokenKind : std::uint8_t { word, quoted, operation, both, either, negation, open, close, end };

struct FilterToken {
  FilterTokenKind kind = FilterTokenKind::end;
  std::string text;        ///< of a word, of what the quotes hold, of an operator
  std::size_t column = 1;  ///< of its first character
};

/// "the filter, column 7: ..."
Failure<Error> filter_error(std::size_t column, const std::string& what, std::string expected);

class FilterLexer {
 public:
  explicit FilterLexer(std::string_view text) : text_(text) {}
  Fallible<FilterToken> next();

 private:
  Fallible<FilterToken> quoted(char quote);
  Fallible<FilterToken> sign();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace kmemlab::traces
