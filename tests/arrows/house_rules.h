// House rules that can be read off a file's text: arrows of its includes, words that have no business in a core or in
// anything decided, length of lines and files. Works on text, so that each rule is tested on text that breaks it.
#pragma once

#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/arrows/arrows.h"

namespace kmemlab::test {

inline constexpr std::size_t columns_max = 120;
inline constexpr std::size_t file_lines_max = 400;

struct Problem {
  enum class Kind : std::uint8_t { include, word, columns, lines };
  Kind kind = Kind::include;
  std::size_t line = 0;  ///< from 1
  std::string text;
};

/// The file's lines without comments, and with string and character literals emptied, except in include lines.
class CodeLines {
 public:
  std::string next(std::string_view line) {
    if (line.starts_with("#include")) return std::string(line);
    std::string code;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string_view rest = line.substr(i);
      if (in_comment_) {
        if (!rest.starts_with("*/")) continue;
        in_comment_ = false;
        ++i;
      } else if (rest.starts_with("//")) {
        break;
      } else if (rest.starts_with("/*")) {
        in_comment_ = true;
        ++i;
      } else if (line[i] == '"' || opens_character(line, i)) {
        i = end_of_literal(line, i);
        code += "\"\"";
      } else {
        code += line[i];
      }
    }
    return code;
  }

 private:
  /// A quote that is no digit separator (1'000).
  static bool opens_character(std::string_view line, std::size_t i) {
    return line[i] == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(line[i - 1])) == 0);
  }
  static std::size_t end_of_literal(std::string_view line, std::size_t open) {
    std::size_t i = open + 1;
    while (i < line.size() && line[i] != line[open]) i += line[i] == '\\' ? 2 : 1;
    return i;
  }
  bool in_comment_ = false;
};

inline bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether `word` stands in the code as a word of its own.
inline bool has_word(std::string_view code, std::string_view word) {
  for (auto at = code.find(word); at != std::string_view::npos; at = code.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !word_character(word[0]) || !word_character(code[at - 1]);
    if (begins && (end == code.size() || !word_character(word.back()) || !word_character(code[end]))) return true;
  }
  return false;
}

/// A core owns nothing on the host: memory, exceptions, containers and input are the machine's.
inline constexpr std::array<std::string_view, 14> not_in_core = {
    "throw", "try", "errno", "catch", "new", "thread_local", "std::malloc", "std::free", "std::vector", "std::map",
    "std::function", "std::unique_ptr", "std::shared_ptr", "getenv"};
/// Same input, same bytes out: nothing that is decided or digested may depend on these.
inline constexpr std::array<std::string_view, 9> not_decided_by = {
    "float", "double", "std::chrono", "std::rand", "rand", "std::random_device", "std::unordered_map",
    "std::unordered_set", "getenv"};

inline bool decides(std::string_view room) {
  return room.starts_with("core/") || room == "sim/machine" || room == "sim/kernel" || room == "sim/replay";
}

inline void check_words(std::string_view room, std::string_view code, std::size_t line, std::vector<Problem>& out) {
  const auto forbid = [&](std::span<const std::string_view> words, const char* where) {
    for (const std::string_view w : words) {
      if (has_word(code, w)) out.push_back({Problem::Kind::word, line, "'" + std::string(w) + "' in " + where});
    }
  };
  if (room == "core/machine/host") return;  // the one place in core/ that calls the operating system
  if (room.starts_with("core/")) forbid(not_in_core, "a core");
  if (decides(room)) forbid(not_decided_by, "what decides results");
}

inline void check_include(std::string_view path, std::string_view line, std::size_t number, std::vector<Problem>& out) {
  const auto open = line.find_first_of("\"<");
  const auto close = open == std::string_view::npos ? open : line.find_first_of("\">", open + 1);
  if (close == std::string_view::npos) {
    out.push_back({Problem::Kind::include, number, "an include line that names nothing"});
    return;
  }
  const std::string_view name = line.substr(open + 1, close - open - 1);
  const auto wrong = line[open] == '"' ? wrong_own_include(path, name) : wrong_system_include(path, name);
  if (wrong) out.push_back({Problem::Kind::include, number, *wrong});
}

/// Columns of a line of UTF-8: its characters.
inline std::size_t columns_of(std::string_view line) {
  std::size_t n = 0;
  for (const char c : line) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

/// Everything that is wrong with the file `path` (from the root) of this text.
inline std::vector<Problem> check_text(std::string_view path, std::string_view text) {
  std::vector<Problem> out;
  CodeLines code_lines;
  const std::string room = room_of(path);
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    const std::string code = code_lines.next(line);
    if (code.starts_with("#include")) {
      check_include(path, code, number, out);
    } else {
      check_words(room, code, number, out);
    }
    if (const std::size_t n = columns_of(line); n > columns_max) {
      out.push_back({Problem::Kind::columns, number, std::to_string(n) + " columns"});
    }
  }
  if (number > file_lines_max) out.push_back({Problem::Kind::lines, number, std::to_string(number) + " lines"});
  return out;
}

}  // namespace kmemlab::test
