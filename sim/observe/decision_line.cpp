// The text form of decisions: one line an event (decisions.h). What is read must be exactly what would be written.
#include <algorithm>
#include <array>
#include <charconv>

#include "core/machine/step_names.h"
#include "sim/observe/decisions.h"

namespace kmemlab::sim {

namespace {

using Kind = Decision::Kind;

constexpr std::array<const char*, 8> other_words = {"alloc", "free",  "sleep",  "wake",
                                                    "map",   "unmap", "tables", "background"};
constexpr std::string_view implied_free = "free_implied";

void put(std::string& text, char before, std::uint64_t n) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
  text += before;
  text.append(digits, end);
}

void put_item(std::string& text, const Decision& d) {
  text += word_of(d);
  switch (d.kind) {
    case Kind::step:
      put(text, ':', d.detail);
      put(text, ':', d.value);
      if (d.place == Decision::fresh) {
        text += "@fresh";
      } else if (d.place != Decision::nowhere) {
        put(text, '@', d.place);
      }
      return;
    case Kind::alloc:
    case Kind::free:
      put(text, ':', d.value);
      if (d.ending == Ending::ok || d.granted != 0) put(text, '=', d.granted);
      if (d.ending == Ending::skipped) text += "!skipped";
      if (d.ending == Ending::failed) text += "!failed:";
      if (d.ending == Ending::refused) text += "!refused:";
      if (d.ending == Ending::failed || d.ending == Ending::refused) text += name_of(d.reason);
      return;
    case Kind::sleep:
    case Kind::wake:
      text += ':';
      text += name_of(d.cause);
      return;
    case Kind::map:
    case Kind::unmap:
    case Kind::tables:
      put(text, ':', d.value);
      return;
    case Kind::background:
      return;
  }
}

/// Takes what it reads off the front.
class Taker {
 public:
  explicit Taker(std::string_view text) : text_(text) {}
  bool over() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view word() {
    std::size_t n = 0;
    while (n < text_.size() && ((text_[n] >= 'a' && text_[n] <= 'z') || text_[n] == '_')) ++n;
    const std::string_view word = text_.substr(0, n);
    text_.remove_prefix(n);
    return word;
  }
  template <class T>
  bool number(T& n) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), n);
    if (error != std::errc{}) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  template <class Enum>
  bool name(Enum& value, unsigned count) {
    const std::string_view wanted = word();
    for (unsigned i = 0; i < count; ++i) {
      if (wanted != name_of(static_cast<Enum>(i))) continue;
      value = static_cast<Enum>(i);
      return true;
    }
    return false;
  }

 private:
  std::string_view text_;
};

bool read_word(std::string_view word, Decision& d) {
  for (unsigned i = 0; i < step_kinds; ++i) {
    if (word != name_of(static_cast<StepKind>(i))) continue;
    d.step = static_cast<StepKind>(i);
    return true;
  }
  for (std::size_t i = 0; i < other_words.size(); ++i) {
    if (word == other_words[i]) d.kind = static_cast<Kind>(i + 1);
  }
  if (word == implied_free) d.kind = Kind::free, d.implied = true;
  return d.kind != Kind::step;
}

bool read_ending(Taker& in, Decision& d) {
  if (!in.number(d.value)) return false;
  if (in.take('=') && !in.number(d.granted)) return false;
  if (!in.take('!')) return true;
  if (in.take("skipped")) {
    d.ending = Ending::skipped;
    return true;
  }
  d.ending = in.take("failed:") ? Ending::failed : Ending::refused;
  if (d.ending == Ending::refused && !in.take("refused:")) return false;
  return in.name(d.reason, reasons);
}

bool read_step(Taker& in, Decision& d) {
  if (!in.number(d.detail) || !in.take(':') || !in.number(d.value)) return false;
  if (!in.take('@')) return true;
  if (!in.take("fresh")) return in.number(d.place);
  d.place = Decision::fresh;
  return true;
}

bool read_item(std::string_view text, std::uint64_t event, Decision& d) {
  Taker in(text);
  d.of_event = event;
  if (!text.empty() && text.front() >= '0' && text.front() <= '9' && !(in.number(d.of_event) && in.take('/'))) {
    return false;
  }
  if (!read_word(in.word(), d)) return false;
  if (d.kind == Kind::background) return in.over();
  if (!in.take(':')) return false;
  bool good = false;
  if (d.kind == Kind::step) {
    good = read_step(in, d);
  } else if (d.kind == Kind::alloc || d.kind == Kind::free) {
    good = read_ending(in, d);
  } else if (d.kind == Kind::sleep || d.kind == Kind::wake) {
    good = in.name(d.cause, sleep_causes);
  } else {
    good = in.number(d.value);
  }
  return good && in.over();
}

}  // namespace

const char* word_of(const Decision& d) {
  if (d.kind == Kind::step) return name_of(d.step);
  if (d.implied) return implied_free.data();
  return other_words[static_cast<std::size_t>(d.kind) - 1];
}

std::string line_of(const EventDecisions& group) {
  std::string text = std::to_string(group.event);
  for (const Decision& d : group.items) {
    text += ' ';
    if (d.of_event != group.event) text += std::to_string(d.of_event) + "/";
    put_item(text, d);
  }
  return text;
}

std::optional<EventDecisions> read_line(std::string_view line) {
  EventDecisions group;
  std::string_view rest = line;
  const auto first = rest.substr(0, rest.find(' '));
  Taker number(first);
  if (!number.number(group.event) || !number.over()) return std::nullopt;
  rest.remove_prefix(first.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto end = std::min(rest.find(' '), rest.size());
    Decision d;
    if (!read_item(rest.substr(0, end), group.event, d)) return std::nullopt;
    group.items.push_back(d);
    rest.remove_prefix(end);
  }
  if (group.items.empty() || line_of(group) != line) return std::nullopt;
  return group;
}

}  // namespace kmemlab::sim
