#include "sim/check/decision_file.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "sim/check/metrics.h"
#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

using sim::Waste;

constexpr std::string_view schema = "kmemlab.decisions/1";
constexpr std::uint64_t page_bytes_max = 1U << 24;
constexpr std::uint64_t bytes_max = std::uint64_t{1} << 48, bytes_sum_max = std::uint64_t{1} << 58;
constexpr std::string_view unknown_site = "unknown", nobodys = "nobody";

std::string site_text(std::uint32_t site) {
  if (site == Waste::no_site) return std::string(unknown_site);
  return site == Waste::nobody ? std::string(nobodys) : std::to_string(site);
}

/// Takes the next word off the front.
std::string_view word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return first;
}

std::optional<std::uint64_t> small(std::string_view text) {
  const auto n = read_decimal(text);
  if (!n || *n > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(*n);
}

bool fits(u128 n) {
  return n >> 127 == 0;
}

/// Bytes that a decision adds to sums (Tally, course.h); nothing if they are too many at once.
std::optional<std::uint64_t> bytes_of(const sim::Decision& d, std::uint64_t page_bytes) {
  using Kind = sim::Decision::Kind;
  const bool pages = d.kind == Kind::map || d.kind == Kind::unmap;
  const bool block = (d.kind == Kind::alloc || d.kind == Kind::free) && d.ending == sim::Ending::ok;
  if (!pages && !block && d.kind != Kind::tables) return 0;
  if (d.value > bytes_max / (pages ? page_bytes : 1) || d.granted > bytes_max) return std::nullopt;
  return pages ? d.value * page_bytes : block ? d.value + d.granted : 0;
}

std::optional<Waste::Cell> read_cell(std::string_view text) {
  Waste::Cell cell;
  const std::string_view site = word(text);
  if (site == nobodys) {
    cell.site = Waste::nobody;
  } else if (site != unknown_site) {
    const auto number = small(site);
    if (!number || *number >= Waste::nobody) return std::nullopt;
    cell.site = static_cast<std::uint32_t>(*number);
  }
  const auto size_class = small(word(text));
  if (!size_class || *size_class > Waste::no_class) return std::nullopt;
  cell.size_class = static_cast<unsigned>(*size_class);
  for (u128& ticks : cell.ticks) {
    const auto n = read_decimal(word(text));
    if (!n) return std::nullopt;
    ticks = *n;
  }
  return text.empty() ? std::optional(cell) : std::nullopt;
}

}  // namespace

std::string decisions_head(std::uint64_t events, std::uint64_t page_bytes) {
  return std::string(schema) + "\nevents " + std::to_string(events) + "\npage_bytes " + std::to_string(page_bytes) +
         "\n";
}

std::string decisions_tail(const RunEnd& end) {
  std::string text = "end\n";
  if (!end.stopped.empty()) {
    std::string line = end.stopped;
    for (char& c : line) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    text += "stopped " + line + "\n";
  }
  for (const auto& [name, value] : end.metrics) text += "metric " + name + " " + decimal(value) + "\n";
  for (const Waste::Cell& cell : end.waste) {
    text += "waste " + site_text(cell.site) + " " + std::to_string(cell.size_class);
    for (const u128 ticks : cell.ticks) text += " " + decimal(ticks);
    text += "\n";
  }
  return text + "done\n";
}

Failure<Error> DecisionReader::wrong(std::string what, std::string expected) const {
  return Failure<Error>{{std::move(what), std::move(expected), file_, line_number_, {}}};
}

bool DecisionReader::get(std::string& line) {
  ++line_number_;
  return next_line_(line);
}

Fallible<std::uint64_t> DecisionReader::header(std::string_view key) {
  std::string line;
  if (get(line)) {
    std::string_view rest = line;
    if (word(rest) == key) {
      if (const auto n = small(rest)) return *n;
    }
  }
  return wrong("no line '" + std::string(key) + " N'", "expected what 'kmemlab replay --decisions' writes");
}

Fallible<DecisionReader> DecisionReader::open(NextLine next_line, std::string file, std::uint64_t events) {
  DecisionReader reader(std::move(next_line), std::move(file));
  std::string line;
  if (!reader.get(line) || line != schema) {
    return reader.wrong("these are no decisions", "expected the line " + std::string(schema));
  }
  const auto count = reader.header("events");
  if (!count) return Failure<Error>{count.error()};
  if (*count != events) {
    return reader.wrong("decisions on " + grouped(*count) + " events",
                        "expected those on this trace of " + grouped(events));
  }
  const auto bytes = reader.header("page_bytes");
  if (!bytes) return Failure<Error>{bytes.error()};
  if (!std::has_single_bit(*bytes) || *bytes > page_bytes_max) {
    return reader.wrong("pages of " + grouped(*bytes) + " bytes", "expected a power of two up to 16,777,216");
  }
  reader.events_ = events;
  reader.page_bytes_ = *bytes;
  return reader;
}

Fallible<bool> DecisionReader::next(sim::EventDecisions& group) {
  if (ended_) return false;
  std::string line;
  if (!get(line)) return wrong("the decisions end here", "expected the lines 'end' and 'done': was the run cut short?");
  if (line == "end") {
    ended_ = true;
    return false;
  }
  auto read = sim::read_line(line);
  if (!read) return wrong("no line of decisions", "expected as in '12 took_block:7:128@fresh alloc:100=128'");
  if (last_event_ && read->event <= *last_event_) return wrong("the event comes too late or twice", "expected order");
  if (read->event > events_) return wrong("an event after the last one", "expected up to " + grouped(events_));
  if (!in_bounds(*read)) return wrong("a number that no machine has", "expected up to 2^48 bytes, 2^58 in all");
  last_event_ = read->event;
  group = std::move(*read);
  return true;
}

bool DecisionReader::in_bounds(const sim::EventDecisions& group) {
  for (const sim::Decision& d : group.items) {
    const auto bytes = bytes_of(d, page_bytes_);
    if (!bytes || bytes_ + *bytes > bytes_sum_max) return false;
    bytes_ += *bytes;
  }
  return true;
}

bool DecisionReader::read_end(std::string_view line, RunEnd& end) {
  const std::string_view key = word(line);
  if (key == "stopped") {
    end.stopped = line;
    return !line.empty();
  }
  if (key == "metric") {
    const std::string name(word(line));
    const auto value = read_decimal(line);
    if (value && fits(*value) && find_metric(name) != nullptr) end.metrics[name] = *value;
    return value && fits(*value);
  }
  if (key != "waste") return false;
  const auto cell = read_cell(line);
  if (!cell) return false;
  for (const u128 ticks : cell->ticks) waste_ = add_saturating(waste_, ticks);
  end.waste.push_back(*cell);
  return fits(waste_);
}

Fallible<RunEnd> DecisionReader::finish() {
  RunEnd end;
  std::string line;
  while (get(line)) {
    if (line == "done") return end;
    if (!read_end(line, end)) return wrong("no line of a run's end", "expected stopped, metric, waste or done");
  }
  return wrong("the decisions end here", "expected the line 'done': was the run cut short?");
}

}  // namespace kmemlab::check
