// KeyValues: see key_values.h.
#include "traces/readers/key_values.h"

#include <cstring>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr std::array<std::string_view, key_count> names = {"call_site", "ptr",  "bytes_req", "bytes_alloc",
                                                           "gfp_flags", "node", "accounted", "name",
                                                           "page",      "pfn",  "order",     "migratetype"};
/// Keys that no value ends in by chance: recognised even where the blank before them is missing.
constexpr std::array<Key, 4> unmistakable = {Key::bytes_alloc, Key::bytes_req, Key::gfp_flags, Key::call_site};

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

std::optional<Key> exact_key(std::string_view word) {
  switch (word.size()) {  // one comparison in most cases: this runs for every '=' of a trace
    case 3:
      if (word == "ptr") return Key::ptr;
      if (word == "pfn") return Key::pfn;
      return std::nullopt;
    case 4:
      if (word == "node") return Key::node;
      if (word == "name") return Key::name;
      if (word == "page") return Key::page;
      return std::nullopt;
    case 5:
      return word == "order" ? std::optional(Key::order) : std::nullopt;
    case 9:
      if (word == "call_site") return Key::call_site;
      if (word == "bytes_req") return Key::bytes_req;
      if (word == "gfp_flags") return Key::gfp_flags;
      if (word == "accounted") return Key::accounted;
      return std::nullopt;
    case 11:
      if (word == "bytes_alloc") return Key::bytes_alloc;
      if (word == "migratetype") return Key::migratetype;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == ',')) s.remove_suffix(1);
  return s;
}

struct FoundKey {
  std::size_t start = 0;
  std::optional<Key> key;  // nothing: a key that we do not know
};

/// The key that ends at `equals`, if there is one.
std::optional<FoundKey> key_before(std::string_view text, std::size_t equals, std::size_t floor) {
  std::size_t start = equals;
  while (start > floor && is_word(text[start - 1])) --start;
  const std::string_view word = text.substr(start, equals - start);
  const bool apart = start == 0 || text[start - 1] == ' ' || text[start - 1] == ',';
  if (word.empty()) return std::nullopt;
  if (apart) {
    if (const auto key = exact_key(word)) return FoundKey{start, key};
  }
  for (const Key key : unmistakable) {
    const std::string_view name = names[static_cast<std::size_t>(key)];
    if (word.ends_with(name) && word.size() > name.size() && word[word.size() - name.size() - 1] != '_') {
      return FoundKey{equals - name.size(), key};
    }
  }
  if (apart && is_letter(word[0])) return FoundKey{start, std::nullopt};
  return std::nullopt;
}

}  // namespace

void KeyValues::parse(std::string_view text) {
  present_ = 0;
  std::optional<Key> open;
  std::size_t value_at = 0;
  const auto close = [&](std::size_t end) {
    if (!open) return;
    const auto i = static_cast<unsigned>(*open);
    if (present_ >> i & 1) return;  // the first one counts
    values_[i] = trim(text.substr(value_at, end - value_at));
    present_ |= 1U << i;
  };
  for (std::size_t at = 0; at < text.size();) {
    const void* found = std::memchr(text.data() + at, '=', text.size() - at);
    if (!found) break;
    const auto equals = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    if (const auto key = key_before(text, equals, value_at)) {
      close(key->start);
      open = key->key;
      value_at = equals + 1;
    }
    at = equals + 1;
  }
  close(text.size());
}

std::string_view key_name(Key key) {
  return names[static_cast<std::size_t>(key)];
}

std::string_view first_token(std::string_view value) {
  return value.substr(0, value.find(' '));
}

std::optional<PointerText> parse_pointer(std::string_view value) {
  PointerText p;
  if (value.empty()) return std::nullopt;
  if (value.front() == '(') {
    if (value.back() != ')') return std::nullopt;
    if (value != "(null)" && value != "(nil)") p.state = RawPointer::unmatchable;
    return p;
  }
  std::string_view digits = first_token(value);
  if (has_hex_prefix(digits)) digits.remove_prefix(2);
  const auto v = parse_hex(digits);
  if (!v) return std::nullopt;
  p.value = *v;
  p.digits = static_cast<unsigned>(digits.size());
  return p;
}

std::string_view plain_call_site(std::string_view value) {
  value = first_token(value);
  const std::size_t plus = value.rfind("+0x");
  if (plus == std::string_view::npos) return value;
  const std::size_t slash = value.find('/', plus);
  return value.substr(0, slash);
}

Tri parse_truth(std::string_view value) {
  if (value == "true" || value == "1" || value == "(1)") return Tri::yes;
  if (value == "false" || value == "0" || value == "(0)") return Tri::no;
  return Tri::unknown;
}

}  // namespace kmemlab::traces
