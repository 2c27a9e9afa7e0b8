// Which names a file's text declares for others and which it needs from others, read off the text word by word: so that
// "this source forgot an include" can be told without compiling each source alone (CI compiles them in batches, where
// one source lives on what another included). Knows types and free functions that begin at the left margin, as ours do,
// and the names of the standard library that are listed here; it refuses to be a compiler: members, macros and
// namespaces are not told apart, so it may miss something, and says nothing of the order of includes.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/arrows/house_rules.h"

namespace kmemlab::test {

/// What one file says.
struct Names {
  std::set<std::string> own_includes;     ///< paths from the root
  std::set<std::string> system_includes;  ///< without the brackets
  std::set<std::string> types;            ///< declared here, defined or not
  std::set<std::string> definitions;      ///< types defined here, at the left margin
  std::set<std::string> functions;        ///< free functions declared here, at the left margin
  std::set<std::string> words;            ///< every word
  std::set<std::string> calls;            ///< words followed by "(" that are no members and not qualified
  std::set<std::string> named;            ///< words where what is declared stands: after a type, in a binding
  std::set<std::string> standard;         ///< x of each std::x
};

/// Where the standard says that a name is; what nearly every header brings along (std::move, std::pair) is left out.
inline constexpr std::array standard_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"vector", "vector"}, {"string", "string"}, {"string_view", "string_view"}, {"optional", "optional"},
    {"map", "map"}, {"set", "set"}, {"array", "array"}, {"span", "span"}, {"function", "functional"},
    {"unique_ptr", "memory"}, {"make_unique", "memory"}, {"shared_ptr", "memory"}, {"make_shared", "memory"},
    {"variant", "variant"}, {"visit", "variant"}, {"ostringstream", "sstream"}, {"istringstream", "sstream"},
    {"ifstream", "fstream"}, {"ofstream", "fstream"}, {"unordered_map", "unordered_map"}, {"deque", "deque"},
    {"thread", "thread"}, {"mutex", "mutex"}, {"atomic", "atomic"}, {"condition_variable", "condition_variable"},
    {"sort", "algorithm"}, {"stable_sort", "algorithm"}, {"find_if", "algorithm"}, {"lower_bound", "algorithm"},
    {"max", "algorithm"}, {"min", "algorithm"}, {"clamp", "algorithm"}, {"ranges", "algorithm"},
    {"accumulate", "numeric"}, {"filesystem", "filesystem"}, {"numeric_limits", "limits"}, {"bit_width", "bit"},
    {"countr_zero", "bit"}, {"memcpy", "cstring"}, {"memset", "cstring"}, {"from_chars", "charconv"},
    {"to_chars", "charconv"}, {"bitset", "bitset"}, {"priority_queue", "queue"}, {"chrono", "chrono"},
});

/// Words and single characters of a line of code.
inline std::vector<std::string> tokens_of(std::string_view code) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < code.size();) {
    std::size_t end = i;
    while (end < code.size() && word_character(code[end])) ++end;
    if (end == i) ++end;
    if (code[i] != ' ') out.emplace_back(code.substr(i, end - i));
    i = end;
  }
  return out;
}

inline bool is_word(std::string_view token) {
  return word_character(token[0]) && std::isdigit(static_cast<unsigned char>(token[0])) == 0;
}

/// Words after which a name is used and not declared.
inline constexpr std::array<std::string_view, 8> no_types = {"return", "else", "case",      "throw",
                                                            "new",    "and",  "co_return", "goto"};

/// Whether what follows `token` may be a name that is being declared.
inline bool may_be_type(std::string_view token) {
  if (is_word(token)) return !listed(no_types, token);
  return token == ">" || token == "&" || token == "*";
}

inline void read_declaration(const std::vector<std::string>& t, std::string_view code, Names& names) {
  const auto declares = [&](std::size_t name) {
    if (name >= t.size() || !is_word(t[name])) return;
    names.types.insert(t[name]);
    if (t[0] == "using" || code.find('{') != std::string_view::npos || !code.ends_with(';')) {
      names.definitions.insert(t[name]);
    }
  };
  for (const char* key : {"class", "struct", "union", "concept", "using"}) {
    if (t[0] == key) return declares(1);
  }
  if (t[0] == "enum") return declares(t.size() > 1 && t[1] == "class" ? 2 : 1);
  for (std::size_t i = 1; i + 1 < t.size(); ++i) {
    if (t[i + 1] != "(" || !is_word(t[i])) continue;
    if (may_be_type(t[i - 1])) names.functions.insert(t[i]);
    return;
  }
}

inline void read_words(const std::vector<std::string>& t, Names& names) {
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!is_word(t[i])) continue;
    names.words.insert(t[i]);
    const bool qualified = i >= 2 && t[i - 1] == ":" && t[i - 2] == ":";
    if (qualified && i >= 3 && t[i - 3] == "std") names.standard.insert(t[i]);
    const bool member = i >= 1 && (t[i - 1] == "." || (i >= 2 && t[i - 1] == ">" && t[i - 2] == "-"));
    const bool called = i + 1 < t.size() && t[i + 1] == "(";
    const bool bound = i >= 1 && (t[i - 1] == "[" || t[i - 1] == ",") && !called;
    if (i >= 1 && !member && (bound || may_be_type(t[i - 1]))) names.named.insert(t[i]);
    for (const char* key : {"class", "struct", "using", "typename", "namespace"}) {
      if (i >= 1 && t[i - 1] == key) names.types.insert(t[i]);
    }
    if (called && !qualified && !member) names.calls.insert(t[i]);
  }
}

inline Names names_of(std::string_view text) {
  Names names;
  CodeLines code_lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string code = code_lines.next(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (code.starts_with("#include ") && code.size() > 10) {
      const auto close = code.find_first_of("\">", 10);
      auto& includes = code[9] == '"' ? names.own_includes : names.system_includes;
      includes.insert(code.substr(10, close - 10));
      continue;
    }
    const std::vector<std::string> tokens = tokens_of(code);
    if (tokens.empty()) continue;
    if (is_word(code.substr(0, 1))) read_declaration(tokens, code, names);
    read_words(tokens, names);
  }
  return names;
}

/// What the source `path` needs and reaches through none of its includes, one sentence each.
class MissingIncludes {
 public:
  explicit MissingIncludes(const std::map<std::string, std::string>& texts) {
    for (const auto& [path, text] : texts) files_[path] = names_of(text);
    for (const auto& [path, names] : files_) {
      if (!path.ends_with(".h")) continue;
      for (const std::string& name : names.definitions) {
        if (std::isupper(static_cast<unsigned char>(name[0])) != 0) types_[name] = path;
      }
      for (const std::string& name : names.functions) functions_[name] = path;
    }
    for (auto& [path, names] : files_) {
      std::erase_if(names.words, [&](const std::string& word) { return types_.count(word) == 0; });
    }
  }

  std::vector<std::string> of(const std::string& path) const {
    std::set<std::string> reached;
    reach(path, reached);
    const auto anywhere = [&](std::set<std::string> Names::*what, const std::string& name) {
      return std::any_of(reached.begin(), reached.end(),
                         [&](const std::string& file) { return (files_.at(file).*what).count(name) != 0; });
    };
    std::vector<std::string> out;
    std::set<std::string> types;
    for (const std::string& file : reached) types.insert(files_.at(file).words.begin(), files_.at(file).words.end());
    for (const std::string& name : types) {
      if (!anywhere(&Names::types, name)) out.push_back(name + " is declared by " + types_.at(name));
    }
    for (const std::string& name : files_.at(path).calls) {
      const auto home = functions_.find(name);
      if (home == functions_.end() || anywhere(&Names::functions, name) || anywhere(&Names::named, name)) continue;
      out.push_back(name + "() is declared by " + home->second);
    }
    for (const auto& [name, header] : standard_names) {
      const bool used = files_.at(path).standard.count(std::string(name)) != 0;
      if (used && !anywhere(&Names::system_includes, std::string(header))) {
        out.push_back("std::" + std::string(name) + " is in <" + std::string(header) + ">");
      }
    }
    return out;
  }

 private:
  void reach(const std::string& path, std::set<std::string>& reached) const {
    const auto file = files_.find(path);
    if (file == files_.end() || !reached.insert(path).second) return;
    for (const std::string& header : file->second.own_includes) reach(header, reached);
  }
  std::map<std::string, Names> files_;
  std::map<std::string, std::string> types_;      ///< a header that defines the type
  std::map<std::string, std::string> functions_;  ///< a header that declares the function
};

}  // namespace kmemlab::test
