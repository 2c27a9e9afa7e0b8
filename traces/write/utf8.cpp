// put_json_text: see utf8.h.
#include "traces/write/utf8.h"

namespace kmemlab::traces {
namespace {

constexpr bool in(char c, unsigned low, unsigned high) {
  const auto b = static_cast<unsigned char>(c);
  return b >= low && b <= high;
}

}  // namespace

std::size_t utf8_length(std::string_view s) {
  if (s.empty()) return 0;
  const auto first = static_cast<unsigned char>(s[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || s.size() < length) return 0;
  // Over-long forms, surrogates and what lies above U+10FFFF show in the second byte.
  const unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (!in(s[1], low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!in(s[i], 0x80, 0xbf)) return 0;
  }
  return length;
}

Utf8 put_json_text(LineOut& out, std::string_view text) {
  Utf8 found = Utf8::whole;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      out << "\\ufffd";
      found = Utf8::mended;
    } else if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (in(c, 0, 0x1f)) {
      out << "\\u";
      out.hex(static_cast<unsigned char>(c), 4);
    } else {
      out << text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return found;
}

}  // namespace kmemlab::traces
