// Numbers as recordings print them. Strict: a text is a number as a whole, or not at all; overflow is not a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kmemlab::traces {

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::optional<std::uint64_t> parse_hex(std::string_view s) {
  if (s.empty() || s.size() > 16) return std::nullopt;
  std::uint64_t v = 0;
  for (const char c : s) {
    const int d = hex_digit(c);
    if (d < 0) return std::nullopt;
    v = v << 4 | static_cast<std::uint64_t>(d);
  }
  return v;
}

constexpr std::optional<std::uint64_t> parse_decimal(std::string_view s) {
  if (s.empty() || s.size() > 20) return std::nullopt;
  std::uint64_t v = 0;
  for (const char c : s) {
    if (c < '0' || c > '9') return std::nullopt;
    if (__builtin_mul_overflow(v, std::uint64_t{10}, &v)) return std::nullopt;
    if (__builtin_add_overflow(v, static_cast<std::uint64_t>(c - '0'), &v)) return std::nullopt;
  }
  return v;
}

constexpr bool has_hex_prefix(std::string_view s) {
  return s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

/// Decimal, or hexadecimal with 0x.
constexpr std::optional<std::uint64_t> parse_number(std::string_view s) {
  return has_hex_prefix(s) ? parse_hex(s.substr(2)) : parse_decimal(s);
}

/// Decimal with an optional minus.
constexpr std::optional<std::int64_t> parse_signed(std::string_view s) {
  const bool negative = !s.empty() && s[0] == '-';
  const auto v = parse_decimal(negative ? s.substr(1) : s);
  if (!v || *v > 0x7fffffffffffffffULL) return std::nullopt;
  return negative ? -static_cast<std::int64_t>(*v) : static_cast<std::int64_t>(*v);
}

inline std::string hex_text(std::uint64_t v) {
  char digits[18];
  int at = 18;
  do {
    digits[--at] = "0123456789abcdef"[v & 15];
    v >>= 4;
  } while (v);
  return "0x" + std::string(digits + at, digits + 18);
}

}  // namespace kmemlab::traces
