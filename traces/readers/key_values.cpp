// KeyValues: see key_values.h.
#include "traces/readers/key_values.h"

#include <algorithm>

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

/// The end of a key's name, up to eight bytes, as one word.
struct NameWord {
  std::uint64_t word = 0;
  unsigned shift = 0;  ///< that leaves the name of the eight bytes before the `=`
};
constexpr std::array<NameWord, key_count> name_words = [] {
  std::array<NameWord, key_count> all{};
  for (std::size_t k = 0; k < key_count; ++k) {
    const std::string_view tail = names[k].substr(names[k].size() - std::min<std::size_t>(names[k].size(), 8));
    for (std::size_t i = tail.size(); i-- > 0;) all[k].word = all[k].word << 8 | static_cast<unsigned char>(tail[i]);
    all[k].shift = static_cast<unsigned>(8 * (8 - tail.size()));
  }
  return all;
}();

/// Where `key` starts if it is what stands before `equals`, behind a blank; `equals` if it is not. What key_before()
/// would find, for less.
std::size_t start_of(Key key, std::string_view text, std::size_t equals) {
  const std::string_view name = names[static_cast<std::size_t>(key)];
  const NameWord& tail = name_words[static_cast<std::size_t>(key)];
  if (equals < 8 || equals < name.size()) return equals;
  const auto* end = reinterpret_cast<const unsigned char*>(text.data()) + equals;
  if (load_int<std::uint64_t>(end - 8, ByteOrder::little) >> tail.shift != tail.word) return equals;
  const std::size_t start = equals - name.size();
  for (std::size_t i = 0; i + 8 < name.size(); ++i) {
    if (text[start + i] != name[i]) return equals;
  }
  return start == 0 || text[start - 1] == ' ' ? start : equals;
}

}  // namespace

void KeyValues::parse(std::string_view text, KeyOrder& order) {
  present_ = 0;
  std::optional<Key> open;
  std::size_t value_at = 0;
  unsigned nth = 0;
  for (std::size_t equals = find_byte(text, '='); equals < text.size(); equals = find_byte(text, '=', equals + 1)) {
    FoundKey found{equals, {}};
    if (nth < order.count) found = {start_of(order.keys[nth], text, equals), order.keys[nth]};
    if (found.start == equals) {
      const auto key = key_before(text, equals, value_at);
      if (!key) continue;
      found = *key;
      if (found.key && nth == order.count && nth < order.keys.size()) order.keys[order.count++] = *found.key;
    }
    if (open) keep(*open, trim(text.substr(value_at, found.start - value_at)));
    open = found.key;
    value_at = equals + 1;
    nth += open.has_value();
  }
  if (open) keep(*open, trim(text.substr(value_at)));
}

void KeyValues::parse(std::string_view text) {
  KeyOrder unknown;
  parse(text, unknown);
}

std::string_view key_name(Key key) {
  return names[static_cast<std::size_t>(key)];
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
