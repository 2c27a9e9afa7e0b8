// Numbers and times of filters, and what ~ means.
#include "traces/filter/numbers.h"

#include <charconv>
#include <limits>

#include "traces/filter/syntax.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

bool digits(std::string_view text, int base, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

}  // namespace

bool parse_number(std::string_view text, std::uint64_t& value) {
  if (text.starts_with("0x") || text.starts_with("0X")) return digits(text.substr(2), 16, value);
  unsigned shift = 0;
  if (!text.empty()) {
    const char last = text.back();
    shift = last == 'K' || last == 'k' ? 10 : last == 'M' || last == 'm' ? 20 : last == 'G' || last == 'g' ? 30 : 0;
  }
  if (shift != 0) text.remove_suffix(1);
  if (!digits(text, 10, value) || value > top >> shift) return false;
  value <<= shift;
  return true;
}

bool parse_whole(std::string_view text, std::int64_t& value) {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  std::uint64_t magnitude = 0;
  if (!parse_number(text, magnitude) || magnitude > top >> 1) return false;
  value = minus ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  return true;
}

bool parse_time(std::string_view text, std::uint64_t& ns) {
  std::uint64_t unit = 1;
  unsigned places = 0;
  const auto end = [&](std::string_view suffix, std::uint64_t u, unsigned p) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    unit = u, places = p;
    return true;
  };
  if (!end("ns", 1, 0) && !end("us", 1'000, 3) && !end("ms", 1'000'000, 6)) end("s", 1'000'000'000, 9);
  const std::size_t point = text.find('.');
  std::uint64_t fraction = 0;
  if (point != std::string_view::npos) {
    const std::string_view behind = text.substr(point + 1);
    if (behind.size() > places || !digits(behind, 10, fraction)) return false;
    for (std::size_t i = behind.size(); i < places; ++i) fraction *= 10;
    text = text.substr(0, point);
  }
  std::uint64_t whole = 0;
  if (!digits(text, 10, whole) || whole > (top - fraction) / unit) return false;
  ns = whole * unit + fraction;
  return true;
}

bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.find('*') == std::string_view::npos) return text.find(pattern) != std::string_view::npos;
  std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {  // the last star takes one more character whenever what follows it does not fit
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1, t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace kmemlab::traces
