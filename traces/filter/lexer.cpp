// FilterLexer: see lexer.h. A bare word is everything up to a blank, a bracket, a quote or a sign of an operator, so
// that kworker/0:1, kmalloc-64 and getname_kernel+0x25 need no quotes.
#include "traces/filter/lexer.h"

#include <algorithm>
#include <utility>

namespace kmemlab::traces {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view word_ends = " \t\r\n()!&|<>=~\"'";

}  // namespace

Failure<Error> filter_error(std::size_t column, const std::string& what, std::string expected) {
  return fail("the filter, column " + std::to_string(column) + ": " + what, std::move(expected));
}

Fallible<FilterToken> FilterLexer::next() {
  at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
  if (at_ == text_.size()) return FilterToken{FilterTokenKind::end, "", at_ + 1};
  const char c = text_[at_];
  if (c == '"' || c == '\'') return quoted(c);
  if (word_ends.find(c) != std::string_view::npos) return sign();
  const std::size_t start = at_;
  at_ = std::min(text_.find_first_of(word_ends, at_), text_.size());
  return FilterToken{FilterTokenKind::word, std::string(text_.substr(start, at_ - start)), start + 1};
}

Fallible<FilterToken> FilterLexer::quoted(char quote) {
  FilterToken token{FilterTokenKind::quoted, "", at_ + 1};
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == quote) return ++at_, token;
    const bool escaped =
        text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
    token.text += text_[escaped ? ++at_ : at_];
  }
  return filter_error(token.column, "a quote is not closed", std::string("expected ") + quote + " at the end");
}

Fallible<FilterToken> FilterLexer::sign() {
  using K = FilterTokenKind;
  constexpr std::pair<std::string_view, K> signs[] = {
      {"&&", K::both},      {"||", K::either},    {"==", K::operation}, {"!=", K::operation},
      {"<=", K::operation}, {">=", K::operation}, {"<", K::operation},  {">", K::operation},
      {"~", K::operation},  {"!", K::negation},   {"(", K::open},       {")", K::close},
  };
  const std::size_t column = at_ + 1;
  for (const auto& [sign, kind] : signs) {
    if (!text_.substr(at_).starts_with(sign)) continue;
    at_ += sign.size();
    return FilterToken{kind, std::string(sign), column};
  }
  const std::string c(1, text_[at_]);
  return filter_error(column, "a single " + c, "expected " + c + c);
}

}  // namespace kmemlab::traces
