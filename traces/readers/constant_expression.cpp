// evaluate_constant: a small precedence-climbing evaluator for the constants inside `__print_flags(...)` of kernel
// format files, e.g. `( unsigned long)(((( gfp_t)(0x400u|0x800u)) | (( gfp_t)0x40u)) & ~(( gfp_t)0x400u))`.
// A parenthesis that holds only words is a cast and is ignored: widths never matter for flag masks of at most 64 bits.
#include <cctype>

#include "traces/readers/gfp_text.h"
#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr int nesting_max = 64;

class Evaluator {
 public:
  explicit Evaluator(std::string_view text) : text_(text) {}

  std::optional<std::uint64_t> run() {
    const auto v = binary(0, 0);
    skip_blanks();
    return v && at_ == text_.size() ? v : std::nullopt;
  }

 private:
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool eat(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  /// `( words [*] )`, not starting with a digit.
  bool eat_cast() {
    const std::size_t before = at_;
    if (!eat("(")) return false;
    skip_blanks();
    bool words = false;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == ' ' || text_[at_] == '*')) {
      if (!words && std::isdigit(static_cast<unsigned char>(text_[at_]))) break;
      words = true;
      ++at_;
    }
    if (words && eat(")")) return true;
    at_ = before;
    return false;
  }

  std::optional<std::uint64_t> unary(int depth) {
    if (depth > nesting_max) return std::nullopt;
    if (eat("~")) return apply(unary(depth + 1), [](std::uint64_t v) { return ~v; });
    if (eat("-")) return apply(unary(depth + 1), [](std::uint64_t v) { return 0 - v; });
    if (eat("!")) return apply(unary(depth + 1), [](std::uint64_t v) { return std::uint64_t{v == 0}; });
    if (eat("+")) return unary(depth + 1);
    if (eat_cast()) return unary(depth + 1);
    if (eat("(")) {
      const auto v = binary(0, depth + 1);
      return v && eat(")") ? v : std::nullopt;
    }
    return literal();
  }

  template <class F>
  static std::optional<std::uint64_t> apply(std::optional<std::uint64_t> v, F f) {
    if (!v) return std::nullopt;
    return f(*v);
  }

  std::optional<std::uint64_t> literal() {
    skip_blanks();
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    while (!word.empty() && (word.back() == 'u' || word.back() == 'U' || word.back() == 'l' || word.back() == 'L')) {
      word.remove_suffix(1);
    }
    if (word.size() > 1 && word[0] == '0' && !has_hex_prefix(word)) return octal(word);
    return parse_number(word);
  }
  static std::optional<std::uint64_t> octal(std::string_view word) {
    std::uint64_t v = 0;
    for (const char c : word) {
      if (c < '0' || c > '7' || v >> 61) return std::nullopt;
      v = v << 3 | static_cast<std::uint64_t>(c - '0');
    }
    return v;
  }

  struct Operator {
    std::string_view token;
    int level;  // as in C: a higher level binds more tightly
  };
  std::optional<Operator> peek_operator() {
    static constexpr Operator all[] = {{"<<", 4}, {">>", 4}, {"|", 1}, {"^", 2},
                                       {"&", 3},  {"+", 5},  {"-", 5}, {"*", 6}};
    skip_blanks();
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("||") || rest.starts_with("&&")) return std::nullopt;
    for (const Operator& op : all) {
      if (rest.starts_with(op.token)) return op;
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> binary(int level, int depth) {
    if (depth > nesting_max) return std::nullopt;
    auto left = unary(depth);
    while (left) {
      const auto op = peek_operator();
      if (!op || op->level <= level) break;
      at_ += op->token.size();
      const auto right = binary(op->level, depth + 1);
      if (!right) return std::nullopt;
      left = combine(op->token[0], *left, *right);
    }
    return left;
  }
  static std::optional<std::uint64_t> combine(char op, std::uint64_t a, std::uint64_t b) {
    switch (op) {
      case '|':
        return a | b;
      case '^':
        return a ^ b;
      case '&':
        return a & b;
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '<':
        return b < 64 ? std::optional(a << b) : std::nullopt;
      case '>':
        return b < 64 ? std::optional(a >> b) : std::nullopt;
      default:
        return std::nullopt;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::uint64_t> evaluate_constant(std::string_view text) {
  return Evaluator(text).run();
}

}  // namespace kmemlab::traces
