// Finds the lines inside functions by their braces, and applies the operators of mutants.h to them.
#include "tests/mutation/mutants.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "core/base/digest.h"
#include "tests/arrows/house_rules.h"

namespace kmemlab::mutation {

namespace {

enum class Scope : std::uint8_t { outside, type, function, digest };

/// What a brace opens, by the text since the last ; or brace.
Scope opened_by(const std::string& head, Scope around) {
  if (around == Scope::function || around == Scope::digest) return around;
  if (head.find('(') == std::string::npos) {
    return test::has_word(head, "struct") || test::has_word(head, "class") ? Scope::type : Scope::outside;
  }
  const bool digest = head.find("digest(") != std::string::npos || head.find("Digest&") != std::string::npos;
  return digest ? Scope::digest : Scope::function;
}

/// Follows braces from line to line.
class Scopes {
 public:
  /// Whether all of the line lies inside a function, between its braces.
  bool inside(const std::string& code) {
    bool within = here() == Scope::function;
    for (const char c : code) {
      if (c == '{') {
        stack_.push_back(opened_by(head_, here()));
        head_.clear();
      } else if (c == '}') {
        if (!stack_.empty()) stack_.pop_back();
        head_.clear();
      } else if (c == ';') {
        head_.clear();
      } else {
        head_ += c;
      }
    }
    head_ += ' ';
    within = within || (here() == Scope::function && code.find('{') == std::string::npos);
    return within || one_line(code);
  }

 private:
  Scope here() const { return stack_.empty() ? Scope::outside : stack_.back(); }
  /// A member function whose body is on the line of its name.
  static bool one_line(const std::string& code) {
    const auto body = code.find(") const { return ");
    return body != std::string::npos && code.find("digest") == std::string::npos;
  }
  std::vector<Scope> stack_;
  std::string head_;
};

std::string trimmed(const std::string& s) {
  const auto from = s.find_first_not_of(' ');
  return from == std::string::npos ? "" : s.substr(from, s.find_last_not_of(' ') - from + 1);
}

bool starts(const std::string& s, std::string_view with) {
  return s.starts_with(with);
}

class Line {
 public:
  Line(const Mutant& where, std::string line, std::string code, std::vector<Mutant>& out)
      : where_(where), line_(std::move(line)), code_(std::move(code)), out_(out) {}

  void apply_all() {
    static constexpr std::array<std::array<const char*, 3>, 18> swaps = {{
        {"compare", " < ", " <= "}, {"compare", " <= ", " < "}, {"compare", " > ", " >= "},
        {"compare", " >= ", " > "}, {"compare", " == ", " != "}, {"compare", " != ", " == "},
        {"arith", " + ", " - "}, {"arith", " - ", " + "}, {"logic", " && ", " || "}, {"logic", " || ", " && "},
        {"truth", "= true", "= false"}, {"truth", "= false", "= true"}, {"truth", "return true", "return false"},
        {"truth", "return false", "return true"}, {"result", "return Outcome::done", "return Outcome::failed"},
        {"result", "return Outcome::failed", "return Outcome::done"}, {"result", "return -1", "return 0"},
        {"result", "return EINVAL", "return 0"}}};
    for (const auto& [kind, from, to] : swaps) swap(kind, from, to);
    constants();
    drop();
  }

 private:
  void add(const std::string& op, std::size_t at, std::size_t bytes, const std::string& with) {
    Mutant m = where_;
    m.before = trimmed(line_);
    m.op = op;
    unsigned same = 1;
    for (const Mutant& other : out_) same += other.line == m.line && other.op.starts_with(op);
    if (same > 1) m.op += " #" + std::to_string(same);
    m.text = line_.substr(0, at) + with + line_.substr(at + bytes);
    out_.push_back(m);
  }
  void swap(const char* kind, const std::string& from, const std::string& to) {
    for (auto at = line_.find(from); at != std::string::npos && at + from.size() <= code_.size();
         at = line_.find(from, at + 1)) {
      add(std::string(kind) + " " + trimmed(from) + " to " + trimmed(to), at, from.size(), to);
    }
  }
  void constants() {
    for (std::size_t i = 0; i < code_.size(); ++i) {
      if (std::isdigit(static_cast<unsigned char>(code_[i])) == 0) continue;
      std::size_t end = i;
      while (end < code_.size() && (test::word_character(code_[end]) || code_[end] == '\'')) ++end;
      const bool begins = i == 0 || (!test::word_character(code_[i - 1]) && code_[i - 1] != '.');
      const std::string number = code_.substr(i, end - i);
      const bool plain = number.find_first_not_of("0123456789") == std::string::npos && number.size() < 8;
      if (begins && plain) {
        add("constant " + number, i, number.size(), std::to_string(std::stoul(number) + 1));
      }
      i = end;
    }
  }
  void drop() {
    const std::string s = trimmed(code_);
    if (s.empty() || s.back() != ';') return;
    for (const char* word : {"return", "const ", "auto ", "break", "continue", "using", "if ", "for ", "else", "case ",
                             "default", "static", "while", "}", "std::uint", "template", "struct"}) {
      if (starts(s, word)) return;
    }
    const bool step = starts(s, "++") || starts(s, "--");
    const auto name_end = s.find_first_of(" (=");
    if (name_end == std::string::npos && !step) return;
    const bool call = name_end != std::string::npos && s[name_end] == '(';
    const bool assignment = name_end != std::string::npos && s[name_end] == ' ' &&
                            (s.compare(name_end, 3, " = ") == 0 || s.find("= ", name_end) == name_end + 2);
    int depth = 0;
    for (const char c : s) depth += (c == '(') - (c == ')');
    if (depth == 0 && (step || call || assignment)) {
      add("drop", line_.find_first_not_of(' '), trimmed(code_).size(), "");
    }
  }

  const Mutant& where_;
  std::string line_, code_;
  std::vector<Mutant>& out_;
};

bool never(const std::string& code) {
  for (const char* word : {"static_assert", "template", "requires", "concept", "using"}) {
    if (test::has_word(code, word)) return true;
  }
  return false;
}

}  // namespace

std::vector<Mutant> mutants_of(const std::string& system, const std::string& file, const std::string& text) {
  std::vector<Mutant> all;
  test::CodeLines code_lines;
  Scopes scopes;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (starts(line, "#") || line.find("mark(") != std::string::npos) continue;  // a mark decides nothing
    std::string code = code_lines.next(line);
    const bool inside = scopes.inside(code);
    if (!inside || never(code)) continue;
    if (line.find('"') != std::string::npos) code = line;  // columns must agree: literals hold no operators here
    while (!code.empty() && code.back() == ' ') code.pop_back();
    Mutant where;
    where.system = system;
    where.file = file;
    where.line = number;
    Line(where, line, code, all).apply_all();
  }
  return all;
}

std::vector<Mutant> choose(const std::vector<Mutant>& all, std::size_t count, std::uint64_t seed) {
  std::vector<Mutant> rest = all;
  std::vector<Mutant> chosen;
  std::set<std::pair<std::string, std::size_t>> lines;
  std::uint64_t state = seed;
  while (chosen.size() < count && !rest.empty()) {
    const std::size_t i = mix64(state += 0x9e3779b97f4a7c15ULL) % rest.size();
    if (lines.insert({rest[i].file, rest[i].line}).second) chosen.push_back(rest[i]);
    rest[i] = rest.back();
    rest.pop_back();
  }
  return chosen;
}

}  // namespace kmemlab::mutation
