#include "sim/check/trail.h"

#include <algorithm>

#include "sim/check/baseline.h"
#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

constexpr std::string_view schema = "kmemlab.trail/1";
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t marks_length = std::size_t{4} * trail_marks;

/// The first event behind mark n.
std::uint64_t end_of(std::uint64_t events, unsigned n) {
  return static_cast<std::uint64_t>(u128{events} * (n + 1) / trail_marks);
}

std::string_view word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return first;
}

std::optional<Trail> read_trail(std::string_view events, std::string_view marks) {
  Trail trail;
  const auto n = read_decimal(events);
  if (!n || *n > ~std::uint64_t{0} || marks.size() != marks_length) return std::nullopt;
  trail.events = static_cast<std::uint64_t>(*n);
  for (std::size_t i = 0; i < marks_length; ++i) {
    const auto digit = digits.find(marks[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    trail.marks[i / 4] = static_cast<std::uint16_t>(trail.marks[i / 4] << 4 | digit);
  }
  return trail;
}

}  // namespace

void TrailMaker::mark_until(std::uint64_t event) {
  for (; marked_ < trail_marks && end_of(trail_.events, marked_) <= event; ++marked_) {
    trail_.marks[marked_] = static_cast<std::uint16_t>(digest_.value());
  }
}

void TrailMaker::add(const sim::EventDecisions& group) {
  if (group.event < trail_.events) mark_until(group.event);  // what follows the last event belongs to the last mark
  digest_.add(sim::line_of(group));
}

Trail TrailMaker::finish() {
  mark_until(trail_.events);
  return trail_;
}

std::string trail_key(std::string_view trace, std::string_view core) {
  return std::string(trace) + " " + std::string(core);
}

std::string trail_path(const std::string& suite_file) {
  std::string path = baseline_path(suite_file);
  return path.replace(path.rfind('.'), std::string::npos, ".trail");
}

Fallible<Trails> read_trails(std::string_view text, const std::string& file) {
  Trails trails;
  std::string before;
  for (std::uint64_t number = 1; !text.empty() || number == 1; ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto wrong = [&](std::string what, std::string expected) {
      return Failure<Error>{{std::move(what), std::move(expected), file, number, {}}};
    };
    if (number == 1) {
      if (line != schema) return wrong("these are no trails", "expected " + std::string(schema));
      continue;
    }
    const std::string_view trace = word(line), core = word(line), events = word(line);
    const auto trail = read_trail(events, line);
    if (!trail || trace.empty() || core.empty()) {
      return wrong("no line of a trail", "expected TRACE CORE EVENTS and 64 marks, as 'kmemlab bless' writes");
    }
    std::string key = trail_key(trace, core);
    if (!before.empty() && before >= key) return wrong("the line stands too late or twice", "expected sorted lines");
    before = key;
    trails.emplace(std::move(key), *trail);
  }
  return trails;
}

std::string trails_text(const Trails& trails) {
  std::string text(schema);
  text += '\n';
  for (const auto& [key, trail] : trails) {
    text += key + " " + std::to_string(trail.events) + " ";
    for (const std::uint16_t mark : trail.marks) {
      for (int shift = 12; shift >= 0; shift -= 4) text += digits[mark >> shift & 15];
    }
    text += '\n';
  }
  return text;
}

std::string since_text(const Trail& blessed, const Trail& now) {
  if (blessed.events != now.events) {
    return "the trace has " + grouped(now.events) + " events; when it was blessed it had " + grouped(blessed.events);
  }
  const auto at = std::mismatch(blessed.marks.begin(), blessed.marks.end(), now.marks.begin()).first;
  if (at == blessed.marks.end()) return "decisions are the same as blessed: only the accounting changed";
  const auto n = static_cast<unsigned>(at - blessed.marks.begin());
  const std::uint64_t from = n == 0 ? 0 : end_of(now.events, n - 1);
  const std::uint64_t to = std::max(from + 1, end_of(now.events, n));
  return "decisions differ from the blessed ones since an event of " + grouped(from) + ".." + grouped(to - 1);
}

}  // namespace kmemlab::check
