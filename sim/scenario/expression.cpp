// The evaluator of expression.h: recursive descent, evaluating as it reads. Reading without looking anything up is the
// same walk over a scope in which everything is 0.
#include "sim/scenario/expression.h"

#include <algorithm>
#include <optional>

namespace kmemlab::scenario {

namespace {

constexpr std::size_t length_max = 500;  // bounds the depth of parentheses as well

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

class Evaluator {
 public:
  Evaluator(std::string_view text, const Scope& scope) : text_(text), scope_(scope) {
    if (text.size() > length_max) wrong("an expression of " + std::to_string(text.size()) + " bytes", "at most 500");
  }

  std::uint64_t sum() {
    std::uint64_t value = product();
    for (;;) {
      if (take('+')) {
        value += product();
      } else if (take('-')) {
        value -= product();
      } else if (take('|')) {
        value |= product();
      } else {
        return value;
      }
    }
  }
  std::string op() {
    skip();
    for (const std::string_view word : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return std::string(word);
    }
    wrong("there is no comparison in '" + std::string(text_) + "'", "expected ==, !=, <, <=, > or >=");
    return {};
  }
  void finish() {
    skip();
    if (at_ != text_.size()) {
      wrong("'" + std::string(text_.substr(at_)) + "' is left over in '" + std::string(text_) + "'", "");
    }
  }
  std::size_t at() const { return at_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  void wrong(std::string what, std::string expected) {
    if (!error_) error_ = Error{std::move(what), std::move(expected), {}, {}, {}};
    at_ = text_.size();
  }
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (here() == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (here() != c) return false;
    ++at_;
    return true;
  }
  std::uint64_t looked_up(const Fallible<std::uint64_t>& value) {
    if (error_) return 0;
    if (value) return *value;
    wrong(value.error().what, value.error().expected);
    return 0;
  }

  std::uint64_t product() {
    std::uint64_t value = factor();
    while (take('*')) value *= factor();
    return value;
  }

  std::uint64_t factor() {
    skip();
    if (take('-')) return ~factor() + 1;
    if (take('(')) {
      const std::uint64_t value = sum();
      close(')');
      return value;
    }
    if (digit(here())) return number();
    if (letter(here())) return named();
    wrong("'" + std::string(text_) + "' is no expression",
          "expected a number or a name at column " + std::to_string(at_ + 1));
    return 0;
  }

  void close(char c) {
    if (!take(c)) wrong("a '" + std::string(1, c) + "' is missing in '" + std::string(text_) + "'", "");
  }

  std::uint64_t number() {
    const bool hexadecimal = text_.substr(at_).starts_with("0x");
    if (hexadecimal) at_ += 2;
    const std::uint64_t base = hexadecimal ? 16 : 10;
    std::uint64_t value = 0;
    const std::size_t from = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = here();
      std::uint64_t d = 16;
      if (digit(c)) d = static_cast<std::uint64_t>(c - '0');
      if (c >= 'a' && c <= 'f') d = static_cast<std::uint64_t>(c - 'a') + 10;
      if (d >= base) break;
      if (value > (~std::uint64_t{0} - d) / base) {
        wrong("a number over 64 bits in '" + std::string(text_) + "'", "");
        return 0;
      }
      value = value * base + d;
    }
    if (at_ == from) wrong("'" + std::string(text_) + "' has no digits", "expected a number");
    return value << unit();
  }

  unsigned unit() {
    const std::size_t before = at_;
    skip();
    const auto which = here() == '\0' ? std::string_view::npos : std::string_view("KMG").find(here());
    if (which != std::string_view::npos) {
      ++at_;
      if (text_.substr(at_).starts_with("iB")) at_ += 2;
      if (!letter(here()) && !digit(here())) return 10 * (static_cast<unsigned>(which) + 1);
    }
    at_ = before;
    return 0;
  }

  std::string word() {
    const std::size_t from = at_;
    while (letter(here()) || digit(here())) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }

  std::uint64_t named() {
    const std::string name = word();
    if (here() == '(') return memory(name);
    std::string in_brackets;
    bool brackets = false;
    if (here() == '[') {
      const auto end = text_.find(']', at_);
      if (end == std::string_view::npos) return close(']'), 0;
      in_brackets = text_.substr(at_ + 1, end - at_ - 1);
      brackets = true;
      at_ = end + 1;
    }
    if (here() == '.') {
      ++at_;
      return cell(name, in_brackets, word());
    }
    if (!brackets) return error_ ? 0 : looked_up(scope_.name(name));
    Evaluator index(in_brackets, scope_);
    const std::uint64_t n = index.sum();
    index.finish();
    if (index.error_) return wrong(index.error_->what, index.error_->expected), 0;
    return error_ ? 0 : looked_up(scope_.name(name + "[" + std::to_string(n) + "]"));
  }

  std::uint64_t memory(const std::string& name) {
    constexpr std::string_view names[] = {"word", "u8", "u16", "u32", "u64", "frame"};
    const auto which = std::find(std::begin(names), std::end(names), name) - std::begin(names);
    if (which == 6) return wrong("there is no '" + name + "(...)'", "expected u8, u16, u32, u64, word or frame"), 0;
    take('(');
    const std::uint64_t address = sum();
    close(')');
    if (error_) return 0;
    if (which == 5) return looked_up(scope_.frame(address));
    return looked_up(scope_.memory(address, which == 0 ? 0 : 1U << (which - 1)));
  }

  std::uint64_t cell(const std::string& table, std::string_view row, const std::string& column) {
    CellPath path{table, {}, {}, column};
    if (column.empty()) {
      wrong("a column is missing after '" + table + "' in '" + std::string(text_) + "'", "");
      return 0;
    }
    while (!row.empty()) {
      const auto comma = row.find(',');
      std::string_view part = row.substr(0, comma);
      row = comma == std::string_view::npos ? std::string_view{} : row.substr(comma + 1);
      while (part.starts_with(' ')) part.remove_prefix(1);
      const auto equals = part.find('=');
      if (equals == std::string_view::npos) {
        path.label = part;
        continue;
      }
      Evaluator value(part.substr(equals + 1), scope_);
      path.matches.push_back({std::string(part.substr(0, equals)), value.sum()});
      value.finish();
      if (value.error_) return wrong(value.error_->what, value.error_->expected), 0;
    }
    return error_ ? 0 : looked_up(scope_.cell(path));
  }

  std::string_view text_;
  const Scope& scope_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

/// Everything is 0.
class Zeros final : public Scope {
 public:
  Fallible<std::uint64_t> name(const std::string&) const override { return std::uint64_t{0}; }
  Fallible<std::uint64_t> memory(std::uint64_t, unsigned) const override { return std::uint64_t{0}; }
  Fallible<std::uint64_t> frame(std::uint64_t) const override { return std::uint64_t{0}; }
  Fallible<std::uint64_t> cell(const CellPath&) const override { return std::uint64_t{0}; }
};

class NoNames final : public Scope {
 public:
  Fallible<std::uint64_t> name(const std::string& n) const override { return fail("'" + n + "' is no number"); }
  Fallible<std::uint64_t> memory(std::uint64_t, unsigned) const override { return fail("memory is no number"); }
  Fallible<std::uint64_t> frame(std::uint64_t) const override { return fail("a frame is no number"); }
  Fallible<std::uint64_t> cell(const CellPath&) const override { return fail("a table is no number"); }
};

bool ordered(const std::string& op, std::uint64_t a, std::uint64_t b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  return op == ">" ? a > b : a >= b;
}

}  // namespace

Fallible<std::uint64_t> evaluate(std::string_view text, const Scope& scope) {
  Evaluator e(text, scope);
  const std::uint64_t value = e.sum();
  e.finish();
  if (e.error()) return Failure<Error>{*e.error()};
  return value;
}

Fallible<Comparison> compare(std::string_view text, const Scope& scope) {
  Evaluator e(text, scope);
  Comparison c;
  c.left = e.sum();
  c.left_text = text.substr(0, e.at());
  while (c.left_text.ends_with(' ')) c.left_text.pop_back();
  c.op = e.op();
  c.right = e.sum();
  e.finish();
  if (e.error()) return Failure<Error>{*e.error()};
  c.holds = ordered(c.op, c.left, c.right);
  return c;
}

Fallible<void> check_expression(std::string_view text) {
  const auto value = evaluate(text, Zeros());
  return value ? Fallible<void>{} : Failure<Error>{value.error()};
}

Fallible<void> check_comparison(std::string_view text) {
  const auto value = compare(text, Zeros());
  return value ? Fallible<void>{} : Failure<Error>{value.error()};
}

Fallible<std::uint64_t> constant(std::string_view text) {
  return evaluate(text, NoNames());
}

}  // namespace kmemlab::scenario
