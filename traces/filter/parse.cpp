// parse_filter: recursive descent, one function for each level of binding.
#include <algorithm>
#include <array>

#include "traces/filter/lexer.h"
#include "traces/filter/numbers.h"
#include "traces/filter/syntax.h"
#include "traces/filter/vocabulary.h"

namespace kmemlab::traces {
namespace {

using Kind = FilterNode::Kind;
using Node = Fallible<std::uint32_t>;

constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr unsigned depth_max = 200;

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { filter_.text = text; }

  Fallible<Filter> parse() {
    if (filter_.text.size() > text_bytes_max) return fail("the filter is too long", "expected at most 64 KiB");
    if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
    if (token_.kind == FilterTokenKind::end) return fail("the filter is empty", "expected a term as in size >= 4K");
    if (const Node root = either(); !root) return Failure<Error>{root.error()};
    if (token_.kind != FilterTokenKind::end)
      return filter_error(token_.column, "what is " + said() + "?", after_term());
    return std::move(filter_);
  }

 private:
  Fallible<void> advance() {
    auto next = lexer_.next();
    if (!next) return Failure<Error>{next.error()};
    token_ = std::move(*next);
    return {};
  }
  std::string said() const { return token_.kind == FilterTokenKind::end ? "the end" : "'" + token_.text + "'"; }
  std::string after_term() const {
    if (token_.kind == FilterTokenKind::word && (token_.text == "and" || token_.text == "AND"))
      return "did you mean &&?";
    if (token_.kind == FilterTokenKind::word && (token_.text == "or" || token_.text == "OR")) return "did you mean ||?";
    return "expected && or || or the end";
  }
  std::uint32_t put(FilterNode node) {
    filter_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(filter_.nodes.size() - 1);
  }
  Node joined(Kind kind, FilterTokenKind sign, Node (Parser::*next)()) {
    Node left = (this->*next)();
    while (left && token_.kind == sign) {
      if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
      const Node right = (this->*next)();
      if (!right) return right;
      FilterNode n;
      n.kind = kind, n.left = *left, n.right = *right;
      left = put(std::move(n));
    }
    return left;
  }
  Node either() { return joined(Kind::either, FilterTokenKind::either, &Parser::both); }
  Node both() { return joined(Kind::both, FilterTokenKind::both, &Parser::part); }

  Node part() {
    if (token_.kind != FilterTokenKind::negation && token_.kind != FilterTokenKind::open) return term();
    if (++depth_ > depth_max) return filter_error(token_.column, "too many levels", "expected at most 200");
    const bool brackets = token_.kind == FilterTokenKind::open;
    const std::size_t column = token_.column;
    if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
    const Node inner = brackets ? either() : part();
    --depth_;
    if (!inner) return inner;
    if (!brackets) {
      FilterNode n;
      n.kind = Kind::negation, n.left = *inner;
      return put(std::move(n));
    }
    if (token_.kind != FilterTokenKind::close)
      return filter_error(token_.column, "what is " + said() + "?",
                          "expected ) for the ( in column " + std::to_string(column));
    if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
    return inner;
  }

  Node term() {
    if (token_.kind != FilterTokenKind::word)
      return filter_error(token_.column, said() + " is no field", "expected one of " + field_names());
    const FilterFieldInfo* field = find_field(token_.text);
    if (field == nullptr)
      return filter_error(token_.column, "there is no field '" + token_.text + "'", field_hint(token_.text));
    if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
    FilterNode n;
    n.field = field->field;
    if (auto done = operation(*field, n); !done) return Failure<Error>{done.error()};
    if (token_.kind != FilterTokenKind::word && token_.kind != FilterTokenKind::quoted)
      return filter_error(token_.column, said() + " is no value", "expected " + value_of(*field));
    if (auto done = value(*field, n); !done) return Failure<Error>{done.error()};
    if (auto moved = advance(); !moved) return Failure<Error>{moved.error()};
    return put(std::move(n));
  }

  Fallible<void> operation(const FilterFieldInfo& field, FilterNode& n) {
    constexpr std::array<std::string_view, 7> signs = {"==", "!=", "<", "<=", ">", ">=", "~"};
    const bool number =
        field.type == FilterType::number || field.type == FilterType::whole || field.type == FilterType::time;
    const std::string expected = number ? "expected == != < <= > or >=" : "expected == != or ~";
    const std::string name(field.name);
    if (token_.kind != FilterTokenKind::operation)
      return filter_error(token_.column, said() + " is no operator", expected + " after " + name);
    const auto at = static_cast<std::size_t>(std::find(signs.begin(), signs.end(), token_.text) - signs.begin());
    n.operation = static_cast<FilterOperator>(at);
    const bool fits = number ? n.operation != FilterOperator::like : at < 2 || n.operation == FilterOperator::like;
    if (!fits) return filter_error(token_.column, name + " is " + (number ? "a number" : "text"), expected);
    return advance();
  }

  static std::string value_of(const FilterFieldInfo& field) {
    switch (field.type) {
      case FilterType::number:
        return "a number as in 4096, 0x1000, 4K, 2M";
      case FilterType::whole:
        return "a number as in 12 or -1";
      case FilterType::time:
        return "a time as in 1.5s, 20ms, 7us, 100ns";
      case FilterType::text:
        return "a word or a text in quotes";
      case FilterType::word:
        break;
    }
    return "one of " + words_of(field.field);
  }

  Fallible<void> value(const FilterFieldInfo& field, FilterNode& n) {
    const auto bad = [&](std::string expected) {
      return filter_error(token_.column, said() + " is no " + std::string(field.name), std::move(expected));
    };
    const bool bare = token_.kind == FilterTokenKind::word;
    switch (field.type) {
      case FilterType::number:
        if (!bare || !parse_number(token_.text, n.number)) return bad("expected " + value_of(field));
        return {};
      case FilterType::whole:
        if (!bare || !parse_whole(token_.text, n.signed_number)) return bad("expected " + value_of(field));
        return {};
      case FilterType::time:
        if (!bare || !parse_time(token_.text, n.number)) return bad("expected " + value_of(field));
        return {};
      case FilterType::text:
        break;
      case FilterType::word:
        if (n.operation == FilterOperator::like || is_word_of(field.field, token_.text)) break;
        return bad(word_hint(field.field, token_.text));
    }
    n.text = token_.text;
    return {};
  }

  FilterLexer lexer_;
  FilterToken token_;
  Filter filter_;
  unsigned depth_ = 0;
};

}  // namespace

Fallible<Filter> parse_filter(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace kmemlab::traces
