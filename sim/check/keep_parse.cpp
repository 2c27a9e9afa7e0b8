// parse_keep: recursive descent, one function for each level of binding. What is a number and what a truth is checked
// as nodes are made.
#include <algorithm>
#include <optional>

#include "sim/check/keep_expr.h"
#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

using Kind = KeepNode::Kind;
using Node = Fallible<std::uint32_t>;

constexpr std::size_t text_bytes_max = 4096;
constexpr unsigned depth_max = 100;
constexpr u128 number_max = ~u128{0} >> 1;

struct Sign {
  std::string_view text;
  Kind kind;
};
constexpr Sign comparisons[] = {{"==", Kind::equal},      {"!=", Kind::unequal}, {"<=", Kind::less_equal},
                                {">=", Kind::more_equal}, {"<", Kind::less},     {">", Kind::more}};

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

class Parser {
 public:
  Parser(std::string_view text, unsigned sides) : text_(text) { expr_.source = text, expr_.sides = sides; }

  Fallible<KeepExpr> parse() {
    if (text_.size() > text_bytes_max) return fail("--keep is too long", "expected at most 4096 characters");
    skip();
    if (at_ == text_.size()) return fail("--keep is empty", "expected a comparison as in failed > 0");
    const Node root = either();
    if (!root) return Failure<Error>{root.error()};
    if (at_ != text_.size()) return wrong(at_, "what is " + said() + "?", after_term());
    if (!expr_.nodes[*root].is_truth()) {
      return wrong(0, "this is a number, true or false is wanted", "expected a comparison as in failed > 0");
    }
    return std::move(expr_);
  }

 private:
  Failure<Error> wrong(std::size_t at, const std::string& what, std::string expected) const {
    return fail("--keep, column " + std::to_string(at + 1) + ": " + what, std::move(expected));
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(std::string_view sign) {
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    skip();
    return true;
  }
  std::string said() const {
    if (at_ == text_.size()) return "the end";
    std::size_t end = at_ + 1;
    while (in_word(text_[at_]) && end < text_.size() && in_word(text_[end])) ++end;
    return "'" + std::string(text_.substr(at_, end - at_)) + "'";
  }
  std::string after_term() const {
    if (text_.substr(at_).starts_with("and")) return "did you mean &&?";
    if (text_.substr(at_).starts_with("or")) return "did you mean ||?";
    if (text_.substr(at_).starts_with("=")) return "did you mean ==?";
    return "expected a comparison, && or ||, or the end";
  }

  Node join(Kind kind, std::size_t at, Node left, Node right) {
    if (!left) return left;
    if (!right) return right;
    const bool truths = kind == Kind::both || kind == Kind::either || kind == Kind::negation;
    for (const std::uint32_t part : {*left, *right}) {
      if (expr_.nodes[part].is_truth() == truths) continue;
      return wrong(at, truths ? "on both sides must stand what is true or false" : "numbers are wanted on both sides",
                   truths ? "expected comparisons as in failed > 0" : "expected metrics and numbers");
    }
    KeepNode n;
    n.kind = kind, n.left = *left, n.right = *right, n.column = at + 1;
    return put(n);
  }
  std::uint32_t put(const KeepNode& n) {
    expr_.nodes.push_back(n);
    return static_cast<std::uint32_t>(expr_.nodes.size() - 1);
  }

  Node joined(std::string_view sign, Kind kind, Node (Parser::*next)()) {
    Node left = (this->*next)();
    for (;;) {
      const std::size_t at = at_;
      if (!left || !take(sign)) return left;
      left = join(kind, at, left, (this->*next)());
    }
  }
  Node either() { return joined("||", Kind::either, &Parser::both); }
  Node both() { return joined("&&", Kind::both, &Parser::comparison); }

  Node comparison() {
    const std::size_t start = at_;
    if (!text_.substr(at_).starts_with("!=") && take("!")) {
      if (++depth_ > depth_max) return wrong(start, "too many levels", "expected at most 100");
      const Node inner = comparison();
      --depth_;
      return join(Kind::negation, start, inner, inner);
    }
    const Node left = sum();
    if (!left) return left;
    const std::size_t at = at_;
    for (const Sign& s : comparisons) {
      if (take(s.text)) return join(s.kind, at, left, sum());
    }
    return left;
  }

  Node sum() {
    Node left = product();
    for (;;) {
      const std::size_t at = at_;
      if (!left) return left;
      const bool plus = take("+");
      if (!plus && !take("-")) return left;
      left = join(plus ? Kind::plus : Kind::minus, at, left, product());
    }
  }
  Node product() { return joined("*", Kind::times, &Parser::atom); }

  Node atom() {
    const std::size_t start = at_;
    if (take("(")) {
      if (++depth_ > depth_max) return wrong(start, "too many levels", "expected at most 100");
      const Node inner = either();
      --depth_;
      if (inner && !take(")")) return wrong(at_, "a bracket is not closed", "expected )");
      return inner;
    }
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word.empty()) return wrong(start, "what is " + said() + "?", "expected a metric, a number or (");
    skip();
    KeepNode n;
    n.column = start + 1;
    if (word[0] >= '0' && word[0] <= '9') {
      const auto value = read_decimal(word);
      if (!value || *value > number_max)
        return wrong(start, "'" + std::string(word) + "' is no number", "expected 0 to 2^127 - 1");
      n.number = static_cast<i128>(*value);
      return put(n);
    }
    n.kind = Kind::metric;
    return named(word, start, n);
  }

  Node named(std::string_view word, std::size_t start, KeepNode n) {
    std::string_view name = word;
    const bool prefixed = word.starts_with("a.") || word.starts_with("b.");
    if (prefixed) {
      n.use.side = word[0] == 'a' ? Side::a : Side::b;
      name.remove_prefix(2);
    }
    if (n.use.side == Side::b && expr_.sides == 1) {
      return wrong(start, "there is no side b", "expected a second core (-a) or --against");
    }
    if (const Metric* m = find_metric(name)) {
      if (!prefixed && expr_.sides == 2) {
        return wrong(start, "of which side is '" + std::string(name) + "'?",
                     "expected a." + std::string(name) + " or b." + std::string(name));
      }
      n.use.metric = static_cast<std::size_t>(m - all_metrics().data());
      return put(n);
    }
    const std::string near = nearest_metric(name);
    const std::string prefix(word.substr(0, word.size() - name.size()));
    return wrong(start, "there is no metric '" + std::string(name) + "'",
                 near.empty() ? "expected a name of docs/report.md, as failed or pages.end"
                              : "did you mean '" + prefix + near + "'?");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned depth_ = 0;
  KeepExpr expr_;
};

}  // namespace

Fallible<KeepExpr> parse_keep(std::string_view text, unsigned sides) {
  return Parser(text, sides).parse();
}

}  // namespace kmemlab::check
