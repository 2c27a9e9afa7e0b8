// Blanks, digits and time stamps of event lines: what every dialect shares.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kmemlab::traces {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr std::string_view skip_blanks(std::string_view s) {
  std::size_t at = 0;
  while (at < s.size() && is_blank(s[at])) ++at;
  return s.substr(at);
}
constexpr std::string_view trim_right(std::string_view s) {
  while (!s.empty() && (is_blank(s.back()) || s.back() == '\r')) s.remove_suffix(1);
  return s;
}
constexpr std::string_view first_word(std::string_view s) {
  std::size_t at = 0;
  while (at < s.size() && s[at] != ' ') ++at;
  return s.substr(0, at);
}

/// Takes `SECONDS.FRACTION` (to nanoseconds), or `COUNT` as it is, or `COUNTus` of the latency format with the marks
/// behind it; nothing, and `s` as it was, if there is none.
inline std::optional<std::uint64_t> take_stamp(std::string_view& s) {
  std::size_t at = 0;
  std::uint64_t whole = 0;
  for (; at < s.size() && is_digit(s[at]) && at < 19; ++at)
    whole = whole * 10 + static_cast<std::uint64_t>(s[at] - '0');
  if (at == 0 || at >= s.size()) return std::nullopt;
  std::uint64_t tick = whole;
  if (s[at] == '.') {
    std::uint64_t fraction = 0, scale = 1'000'000'000;
    const std::size_t first = ++at;
    for (; at < s.size() && is_digit(s[at]) && at < first + 9; ++at) {
      fraction = fraction * 10 + static_cast<std::uint64_t>(s[at] - '0');
    }
    if (at == first || whole > 18'000'000'000ULL) return std::nullopt;
    if (at == first + 6) {
      scale = 1000;
    } else {
      for (std::size_t i = first; i < at; ++i) scale /= 10;
    }
    tick = whole * 1'000'000'000 + fraction * scale;
  } else if (s[at] == 'u' && s.substr(at).starts_with("us")) {  // `10607789211us :`, `us+:`, `us!:`
    if (whole > 18'000'000'000'000'000ULL) return std::nullopt;
    tick = whole * 1000;
    at += 2;
    while (at < s.size() && std::string_view(" +!#*@$").find(s[at]) != std::string_view::npos) ++at;
  }
  s.remove_prefix(at);
  return tick;
}

/// A stamp and the colon behind it.
inline std::optional<std::uint64_t> take_time(std::string_view& s) {
  std::string_view rest = s;
  const auto tick = take_stamp(rest);
  if (!tick || rest.empty() || rest.front() != ':') return std::nullopt;
  s = rest.substr(1);
  return tick;
}

}  // namespace kmemlab::traces
