// Numbers as recordings print them. Strict: a text is a number as a whole, or not at all; overflow is not a number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "traces/readers/byte_reader.h"

namespace kmemlab::traces {

/// Value of every character as a hexadecimal digit; -1 = it is none.
inline constexpr std::array<std::int8_t, 256> hex_digits = [] {
  std::array<std::int8_t, 256> all{};
  all.fill(-1);
  for (int i = 0; i < 10; ++i) all[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) {
    all[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    all[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
  }
  return all;
}();
constexpr int hex_digit(char c) {
  return hex_digits[static_cast<unsigned char>(c)];
}

/// The number in eight hexadecimal digits at once: pointers have sixteen, one in every line. Nothing if one is none.
inline std::optional<std::uint32_t> hex_of_eight(const char* digits) {
  constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x80 * ones;
  const auto x = load_int<std::uint64_t>(reinterpret_cast<const unsigned char*>(digits), ByteOrder::big);
  if (x & tops) return std::nullopt;  // so that no byte below carries into the next
  const std::uint64_t lower = x | 0x20 * ones;
  const std::uint64_t decimal = (x + (0x80 - '0') * ones) & ~(x + (0x7f - '9') * ones);
  const std::uint64_t letter = (lower + (0x80 - 'a') * ones) & ~(lower + (0x7f - 'f') * ones);
  if (((decimal | letter) & tops) != tops) return std::nullopt;
  std::uint64_t v = (x & 0x0f * ones) + 9 * (x >> 6 & ones);
  v = (v | v >> 4) & 0x00ff00ff00ff00ff;
  v = (v | v >> 8) & 0x0000ffff0000ffff;
  return static_cast<std::uint32_t>(v | v >> 16);
}

inline std::optional<std::uint64_t> parse_hex(std::string_view s) {
  if (s.empty() || s.size() > 16) return std::nullopt;
  std::uint64_t v = 0;
  for (; s.size() >= 8; s.remove_prefix(8)) {
    const auto half = hex_of_eight(s.data());
    if (!half) return std::nullopt;
    v = v << 32 | *half;
  }
  for (const char c : s) {
    const int d = hex_digit(c);
    if (d < 0) return std::nullopt;
    v = v << 4 | static_cast<std::uint64_t>(d);
  }
  return v;
}

constexpr std::optional<std::uint64_t> parse_decimal(std::string_view s) {
  if (s.empty() || s.size() > 20) return std::nullopt;
  constexpr std::size_t never_over = 19;  // digits of numbers that always fit
  std::uint64_t v = 0;
  for (const char c : s.substr(0, never_over)) {
    if (c < '0' || c > '9') return std::nullopt;
    v = v * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (s.size() <= never_over) return v;
  const char last = s[never_over];
  if (last < '0' || last > '9' || __builtin_mul_overflow(v, std::uint64_t{10}, &v)) return std::nullopt;
  if (__builtin_add_overflow(v, static_cast<std::uint64_t>(last - '0'), &v)) return std::nullopt;
  return v;
}

constexpr bool has_hex_prefix(std::string_view s) {
  return s.size() > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

/// Decimal, or hexadecimal with 0x.
inline std::optional<std::uint64_t> parse_number(std::string_view s) {
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
