// parse_babel_line: see babel_line.h.
#include "traces/readers/babel_line.h"

#include <algorithm>

#include "traces/readers/number_text.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

/// Days from 1970-01-01 of a Gregorian date: whole 400-year cycles, years counted from March.
std::uint64_t days_of(std::uint64_t year, std::uint64_t month, std::uint64_t day) {
  const std::uint64_t y = month <= 2 ? year - 1 : year;
  const std::uint64_t year_day = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + year_day - 719468;
}

/// `HH:MM:SS.nnnnnnnnn`, the same behind `YYYY-MM-DD `, or `SECONDS.nnnnnnnnn`.
bool parse_time(std::string_view text, BabelLine& out) {
  std::uint64_t days = 0;
  out.time = BabelTime::whole;
  if (text.size() > 11 && text[4] == '-' && text[7] == '-' && text[10] == ' ') {
    const auto year = parse_decimal(text.substr(0, 4)), month = parse_decimal(text.substr(5, 2));
    const auto day = parse_decimal(text.substr(8, 2));
    if (!year || !month || !day || *year < 1970 || *month < 1 || *month > 12 || *day < 1 || *day > 31) return false;
    days = days_of(*year, *month, *day);
    text.remove_prefix(11);
  } else if (text.size() > 8 && text[2] == ':') {
    out.time = BabelTime::of_day;
  }
  std::uint64_t seconds = days * 86400;
  if (text.size() > 8 && text[2] == ':' && text[5] == ':') {
    const auto hour = parse_decimal(text.substr(0, 2)), minute = parse_decimal(text.substr(3, 2));
    if (!hour || !minute || *hour > 23 || *minute > 59) return false;
    seconds += *hour * 3600 + *minute * 60;
    text.remove_prefix(6);
  }
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto whole = parse_decimal(text.substr(0, dot));
  if (!whole || *whole > 9'000'000'000ULL) return false;
  std::uint64_t fraction = 0;
  if (dot < text.size()) {
    const std::string_view digits = text.substr(dot + 1);
    const auto f = parse_decimal(digits);
    if (!f || digits.size() > 9) return false;
    fraction = *f;
    for (std::size_t i = digits.size(); i < 9; ++i) fraction *= 10;
  }
  out.tick = (seconds + *whole) * second_ns + fraction;
  return true;
}

/// Length of the value at the start of `s`: up to a comma or closing brace outside of quotes and brackets.
std::size_t value_length(std::string_view s) {
  unsigned depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < s.size(); ++at) {
    const char c = s[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
    } else if (c == ',' && depth == 0) {
      return at;
    }
  }
  return s.size();
}

/// Takes ` key = value, key = value }` off `s`, behind its opening brace.
bool take_group(std::string_view& s, BabelFields& to) {
  for (;;) {
    s = skip_blanks(s);
    if (s.starts_with('}')) {
      s.remove_prefix(1);
      return true;
    }
    const std::size_t equals = s.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = trim_right(s.substr(0, equals));
    s = skip_blanks(s.substr(equals + 1));
    const std::size_t length = value_length(s);
    if (length == s.size()) return false;
    to.add(key, trim_right(s.substr(0, length)));
    s.remove_prefix(length);
    if (s.starts_with(',')) s.remove_prefix(1);
  }
}

/// All groups from the first brace on: `{ ... }, { ... }`, with names before them or not.
bool take_groups(std::string_view s, BabelLine& out) {
  bool any = false;
  for (std::size_t open = s.find('{'); open != std::string_view::npos; open = s.find('{')) {
    for (std::size_t i = 0; i < out.payload.size(); ++i) {  // not the last, so a context
      out.context.add(out.payload.key(i), *out.payload.text(out.payload.key(i)));
    }
    out.payload.clear();
    s.remove_prefix(open + 1);
    if (!take_group(s, out.payload)) return false;
    any = true;
  }
  return any && skip_blanks(s).empty();
}

/// `lager`, `lager:procname:vpid`.
void take_origin(std::string_view s, BabelLine& out) {
  const std::size_t first = s.find(':'), last = s.rfind(':');
  if (first == std::string_view::npos || first == last) return;
  out.procname = s.substr(first + 1, last - first - 1);
  out.vpid = parse_decimal(s.substr(last + 1));
}

bool parse_named(std::string_view text, BabelLine& out) {
  const std::size_t brace = std::min(text.find('{'), text.size());
  std::string_view head = text.substr(0, brace);
  bool timed = false;
  while (!head.empty()) {
    const std::size_t comma = std::min(head.find(", "), head.size());
    const std::string_view item = head.substr(0, comma);
    head.remove_prefix(std::min(comma + 2, head.size()));
    const std::size_t equals = item.find(" = ");
    if (equals == std::string_view::npos) continue;
    const std::string_view key = item.substr(0, equals), value = item.substr(equals + 3);
    if (key == "timestamp") timed = parse_time(value, out);
    if (key == "name") out.name = value;
    if (key == "trace:procname") out.procname = value;
    if (key == "trace:vpid") out.vpid = parse_decimal(value);
  }
  return timed && !out.name.empty() && take_groups(text.substr(brace), out);
}

}  // namespace

std::optional<std::string_view> BabelFields::text(std::string_view key) const {
  for (std::size_t i = 0; i < count_; ++i) {
    std::string_view name = fields_[i].key;
    if (name.starts_with('_') && !key.starts_with('_')) name.remove_prefix(1);  // some versions print `_prev_tid`
    if (name != key) continue;
    std::string_view value = fields_[i].value;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> BabelFields::number(std::string_view key) const {
  auto value = text(key);
  if (!value) return std::nullopt;
  if (value->starts_with("[ [0] = ")) {
    value->remove_prefix(8);
    *value = value->substr(0, value->find_first_of(" ,]"));
  }
  if (has_hex_prefix(*value)) return parse_hex(value->substr(2));
  if (const auto negative = parse_signed(*value)) return static_cast<std::uint64_t>(*negative);
  return parse_decimal(*value);
}

bool parse_babel_line(std::string_view text, BabelLine& out) {
  out.context.clear();
  out.payload.clear();
  out.name = out.procname = {};
  out.vpid.reset();
  text = trim_right(text);
  if (text.starts_with("timestamp = ")) return parse_named(text, out);
  if (!text.starts_with('[')) return false;
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos || !parse_time(text.substr(1, close - 1), out)) return false;
  text = skip_blanks(text.substr(close + 1));
  const std::size_t name_end = text.find(": {");
  if (name_end == std::string_view::npos) return false;
  std::string_view head = text.substr(0, name_end);
  if (head.starts_with("(+")) head = skip_blanks(head.substr(std::min(head.find(')') + 1, head.size())));
  const std::size_t blank = head.rfind(' ');
  out.name = head.substr(blank == std::string_view::npos ? 0 : blank + 1);
  if (blank != std::string_view::npos) take_origin(trim_right(head.substr(0, blank)), out);
  return !out.name.empty() && take_groups(text.substr(name_end), out);
}

}  // namespace kmemlab::traces
