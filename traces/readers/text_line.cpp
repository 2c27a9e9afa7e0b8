// LineParser: see text_line.h. What headers say is in text_header.cpp.
#include "traces/readers/text_line.h"

#include <algorithm>
#include <array>

#include "traces/readers/cpu_flags.h"
#include "traces/readers/find_byte.h"
#include "traces/readers/number_text.h"
#include "traces/readers/text_notes.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint32_t cpu_max = 0xffff;

/// Letters that a flag column can show (spec 1.2).
constexpr std::array<bool, 256> flag_letters = [] {
  std::array<bool, 256> all{};
  for (const char c : std::string_view(".0123456789abcdefDXNnpBLlZzHhs#*+")) all[static_cast<unsigned char>(c)] = true;
  return all;
}();
bool are_flags(std::string_view s) {
  return s.size() >= 4 && s.size() <= 8 &&
         std::all_of(s.begin(), s.end(), [](char c) { return flag_letters[static_cast<unsigned char>(c)]; });
}

constexpr bool is_latency_mark(char c) {
  return !is_digit(c) && std::string_view(" +!#*@$us").find(c) != std::string_view::npos;
}

/// Digits in front of `s`, at most five; nothing if there are none.
std::optional<std::uint32_t> take_cpu(std::string_view& s) {
  std::uint32_t cpu = 0;
  std::size_t at = 0;
  for (; at < s.size() && is_digit(s[at]) && at < 5; ++at) cpu = cpu * 10 + static_cast<std::uint32_t>(s[at] - '0');
  if (at == 0 || cpu > cpu_max) return std::nullopt;
  s.remove_prefix(at);
  return cpu;
}

}  // namespace

void LineParser::parse(std::string_view line, TextLine& out) {
  line = trim_right(line);
  if (line.empty()) {
    out.kind = LineKind::comment;
    return;
  }
  if (const char c = line.front(); c == '>' || c == '[' || c == '<') line = unwrapped(line);
  if (line.starts_with('#')) return parse_header(line, out);
  if (parse_event(line, out)) return;
  out = {};
  const std::string_view s = skip_blanks(line);
  if (const auto loss = loss_note(s)) {
    out.kind = LineKind::lost;
    out.cpu = loss->cpu;
    out.lost = loss->events;
    return;
  }
  if (parse_graph_line(s, out)) return;
  out = {};
  if (s.starts_with("PERF_RECORD_LOST")) {
    parse_rest(s, out);
    return;
  }
  if (s.starts_with("cpus=")) {
    dialect_ = Dialect::trace_cmd;
    header_cpus_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(parse_decimal(s.substr(5)).value_or(0), 65536));
  }
  const bool frame = dialect_ == Dialect::perf && line.starts_with('\t');  // however perf was told to print it
  if (frame || is_note(line)) out.kind = LineKind::comment;
  return;
}

/// Lines of one file have one shape, so that the other is worth a try only where the last one fails.
bool LineParser::parse_event(std::string_view line, TextLine& out) {
  if (shape_ == Shape::latency) {
    if (parse_latency_event(line, out)) return true;
    if (!parse_bracket_event(line, out)) return false;
    shape_ = Shape::bracket;
    return true;
  }
  if (parse_bracket_event(line, out)) return true;
  if (!parse_latency_event(line, out)) return false;
  shape_ = Shape::latency;
  return true;
}

bool LineParser::take_task(std::string_view text, TextLine& out) {
  out.task = tasks_.number_of(text);
  return out.task != no_index;
}

bool LineParser::parse_bracket_event(std::string_view line, TextLine& out) {
  for (std::size_t open = find_byte(line, '['); open < line.size(); open = find_byte(line, '[', open + 1)) {
    std::string_view rest = line.substr(open + 1);
    const auto cpu = take_cpu(rest);
    if (!cpu || !rest.starts_with(']')) continue;
    rest = skip_blanks(rest.substr(1));
    out.cpu = *cpu;
    auto time = take_time(rest);
    if (!time) {
      const std::string_view flags = first_word(rest);
      if (!are_flags(flags)) {
        if (parse_bare_event(line.substr(0, open), rest, out)) return true;
        continue;
      }
      rest = skip_blanks(rest.substr(flags.size()));
      time = take_time(rest);
      if (!time) continue;
      read_flags(flags, out);
    }
    out.tick = *time;
    if (!take_task(line.substr(0, open), out)) continue;
    if (dialect_ == Dialect::unknown && tasks_.at(out.task).apart) dialect_ = Dialect::perf;
    parse_rest(rest, out);
    return true;
  }
  return false;
}

/// `comm-pid  CPUFLAGS TIME`: the CPU number is glued to the flags, whose first column is never a digit.
bool LineParser::parse_latency_event(std::string_view line, TextLine& out) {
  for (std::size_t colon = find_byte(line, ':'); colon < line.size(); colon = find_byte(line, ':', colon + 1)) {
    std::size_t time_at = colon;  // back over the time stamp, and over `us +` of the latency format
    while (time_at > 0 && is_latency_mark(line[time_at - 1])) --time_at;
    const std::size_t digits_end = time_at;
    while (time_at > 0 && (is_digit(line[time_at - 1]) || line[time_at - 1] == '.')) --time_at;
    if (time_at == digits_end || time_at == 0 || line[time_at - 1] != ' ') continue;
    std::string_view rest = line.substr(time_at);
    const auto time = take_time(rest);
    if (!time) continue;
    const std::string_view head = trim_right(line.substr(0, time_at));
    const std::size_t blank = head.find_last_of(' ');
    if (blank == std::string_view::npos) continue;
    std::string_view flags = head.substr(blank + 1);
    const auto cpu = take_cpu(flags);
    if (!cpu || !are_flags(flags)) continue;
    if (!take_task(head.substr(0, blank), out) || tasks_.at(out.task).apart) continue;
    out.cpu = *cpu;
    out.tick = *time;
    read_flags(flags, out);
    parse_rest(rest, out);
    return true;
  }
  return false;
}

/// perf-prof: `      305.266631  4518 [000] kmalloc: ...`; the time comes first, the name of the task is not printed.
bool LineParser::parse_bare_event(std::string_view head, std::string_view rest, TextLine& out) {
  head = skip_blanks(head);
  if (head.empty() || !is_digit(head.front()) || first_word(head).find('.') == std::string_view::npos) return false;
  const auto time = take_stamp(head);
  if (!time || !head.starts_with(' ')) return false;
  head = trim_right(skip_blanks(head));
  if (!parse_decimal(head)) return false;
  parse_rest(rest, out);
  if (!out.named || !take_task("<...>-" + std::string(head), out)) return false;
  out.tick = *time;
  if (dialect_ == Dialect::unknown) dialect_ = Dialect::perf_prof;
  return true;
}

/// The function_graph tracer: `CPU) [task |] duration | function`, events as comments among the functions. Other lines
/// of it are comments to us. Time only where the option funcgraph-abstime puts one in front.
bool LineParser::parse_graph_line(std::string_view s, TextLine& out) {
  const auto time = [&]() -> std::optional<std::uint64_t> {
    std::string_view rest = s;
    const auto tick = take_stamp(rest);
    rest = skip_blanks(rest);
    if (!tick || !rest.starts_with('|')) return std::nullopt;
    s = skip_blanks(rest.substr(1));
    return tick;
  }();
  const auto cpu = take_cpu(s);
  if (!cpu || !s.starts_with(") ")) return false;
  s.remove_prefix(2);
  out.kind = LineKind::comment;
  out.cpu = *cpu;
  out.tick = time.value_or(0);
  out.timed = time.has_value();
  if (graph_tasks_.size() <= *cpu) graph_tasks_.resize(*cpu + std::size_t{1}, no_index);
  const std::size_t bar = std::min(s.find('|'), s.size());
  if (bar == s.size()) {  // ` 0)   sshd-1755   =>    sh-4802`
    const std::size_t arrow = s.find("=>");
    if (arrow != std::string_view::npos && take_task(s.substr(arrow + 2), out)) graph_tasks_[*cpu] = out.task;
    return true;
  }
  const std::size_t start = s.find("/* ", bar);
  if (start == std::string_view::npos || !s.ends_with(" */")) return true;
  if (!take_task(s.substr(0, bar), out)) out.task = graph_tasks_[*cpu];
  parse_rest(s.substr(start + 3, s.size() - start - 6), out);
  return true;
}

/// What stands behind the time stamp. `[system:]name: payload`; records without a name get one.
void LineParser::parse_rest(std::string_view rest, TextLine& out) const {
  rest = skip_blanks(rest);
  out.kind = LineKind::event;
  std::size_t at = 0, system = 0;
  for (; at < rest.size() && rest[at] != ' '; ++at) {
    if (rest[at] != ':') continue;
    if (at + 1 < rest.size() && rest[at + 1] != ' ') {
      system = at + 1;
      continue;
    }
    if (at == 0) break;
    out.name = rest.substr(system, at - system);
    out.payload = skip_blanks(rest.substr(at + 1));
    return;
  }
  out.named = false;
  if (rest.starts_with("<stack trace>")) {
    out.name = "kernel_stack";
    out.named = true;
  } else if (rest.starts_with("<user stack trace>")) {
    out.name = "user_stack";
    out.named = true;
  } else if (rest.starts_with("PERF_RECORD_")) {
    out.name = first_word(rest);
    const std::size_t count = rest.rfind(" lost ");
    if (!out.name.starts_with("PERF_RECORD_LOST") || count == std::string_view::npos) return;
    out.kind = LineKind::lost;
    out.lost = parse_decimal(first_word(rest.substr(count + 6))).value_or(0);
  } else {
    out.name = rest.find(" <-") != std::string_view::npos ? "function" : "print";
  }
}

LineParser::Columns LineParser::columns_for(std::size_t width) const {
  if (header_columns_ == width && context_column_ && preempt_column_) {
    return {irqs_column_.value_or(0), *context_column_, *preempt_column_};
  }
  if (width >= 6) return {0, 3, 4};  // PREEMPT_RT: need-resched-lazy stands third
  return {};
}

void LineParser::read_flags(std::string_view flags, TextLine& out) const {
  const Columns c = columns_for(flags.size());
  out.context = context_of_letter(flags[c.context]);
  out.cpu_state.irqs_off = irqs_off_of_letter(flags[c.irqs]);
  out.cpu_state.preempt_off = preempt_off_of_letter(flags[c.preempt]);
}

}  // namespace kmemlab::traces
