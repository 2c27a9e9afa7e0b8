// LineParser: see text_line.h.
#include "traces/readers/text_line.h"

#include <algorithm>

#include "traces/readers/cpu_flags.h"
#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view skip_blanks(std::string_view s) {
  const std::size_t at = s.find_first_not_of(" \t");
  return at == std::string_view::npos ? std::string_view{} : s.substr(at);
}
std::string_view trim_right(std::string_view s) {
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

std::string_view first_word(std::string_view s) {
  return s.substr(0, s.find(' '));
}

/// Letters that a flag column can show (spec 1.2).
constexpr bool is_flag(char c) {
  return c == '.' || is_digit(c) || (c >= 'a' && c <= 'f') ||
         std::string_view("DXNnpBLlZzHhs#*+").find(c) != std::string_view::npos;
}
bool are_flags(std::string_view s) {
  return s.size() >= 4 && s.size() <= 8 && std::all_of(s.begin(), s.end(), is_flag);
}

/// Takes `SECONDS.FRACTION:` (to nanoseconds) or `COUNT:`; nothing if `s` does not start with one.
std::optional<std::uint64_t> take_time(std::string_view& s) {
  std::size_t at = 0;
  std::uint64_t whole = 0;
  for (; at < s.size() && is_digit(s[at]) && at < 19; ++at)
    whole = whole * 10 + static_cast<std::uint64_t>(s[at] - '0');
  if (at == 0 || at >= s.size()) return std::nullopt;
  std::uint64_t tick = whole;
  if (s[at] == '.') {
    std::uint64_t fraction = 0, scale = 1'000'000'000;
    const std::size_t first = ++at;
    for (; at < s.size() && is_digit(s[at]) && scale > 1; ++at) {
      fraction = fraction * 10 + static_cast<std::uint64_t>(s[at] - '0');
      scale /= 10;
    }
    if (at == first || whole > 18'000'000'000ULL) return std::nullopt;
    tick = whole * 1'000'000'000 + fraction * scale;
  } else if (s.substr(at).starts_with("us")) {  // latency format: `10607789211us :`, `us+:`, `us!:`
    if (whole > 18'000'000'000'000'000ULL) return std::nullopt;
    tick = whole * 1000;
    at += 2;
    while (at < s.size() && std::string_view(" +!#*@$").find(s[at]) != std::string_view::npos) ++at;
  }
  if (at >= s.size() || s[at] != ':') return std::nullopt;
  s.remove_prefix(at + 1);
  return tick;
}

/// `comm-pid`, `comm-pid (tgid)`, or perf's `comm pid` / `comm pid/tid`. False if there is no pid.
bool take_task(std::string_view s, TextLine& out, bool& blank_before_pid) {
  s = trim_right(s);
  if (!s.empty() && s.back() == ')') {
    const std::size_t open = s.rfind('(');
    if (open == std::string_view::npos) return false;
    s = trim_right(s.substr(0, open));
  }
  std::size_t at = s.size();
  while (at > 0 && is_digit(s[at - 1])) --at;
  if (at == s.size() || at == 0) return false;
  const auto pid = parse_decimal(s.substr(at));
  if (!pid || *pid > 0x7fffffff) return false;
  char before = s[at - 1];
  if (before == '/') {  // pid/tid: the tid names the task
    std::size_t p = at - 1;
    while (p > 0 && is_digit(s[p - 1])) --p;
    if (p == at - 1 || p == 0) return false;
    at = p;
    before = s[at - 1];
  }
  if (before != '-' && before != ' ') return false;
  blank_before_pid = before == ' ';
  out.pid = static_cast<std::int32_t>(*pid);
  out.comm = skip_blanks(trim_right(s.substr(0, at - 1)));
  if (out.comm == "<...>") out.comm = {};
  if (out.pid == 0 && (out.comm == "swapper" || out.comm.starts_with("swapper/"))) out.comm = "<idle>";  // perf's name
  return true;
}

bool is_stack_frame(std::string_view s) {
  if (s.starts_with("=>")) return true;
  const std::size_t blank = s.find(' ');  // perf: `ffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])`
  return blank != std::string_view::npos && blank >= 4 && parse_hex(s.substr(0, blank)) && s.back() == ')';
}

bool is_note(std::string_view s) {
  if (s.starts_with("##### CPU") || s.starts_with("TRACE:") || s.starts_with("trace-cmd: ")) return true;
  if (s.starts_with("version = ") || s.starts_with("cpus=")) return true;
  return s.starts_with("CPU ") && s.ends_with(" is empty");
}

/// `CPU:2 [LOST 123 EVENTS]`, `CPU:0 [LOST EVENTS]`, `CPU:7 [204600 EVENTS DROPPED]`, `CPU:7 [EVENTS DROPPED]`.
bool parse_lost(std::string_view s, TextLine& out) {
  if (!s.starts_with("CPU:")) return false;
  const std::size_t open = s.find('[');
  const bool lost = s.ends_with("EVENTS]") && s.find("[LOST ") != std::string_view::npos;
  if (open == std::string_view::npos || !(lost || s.ends_with("EVENTS DROPPED]"))) return false;
  const auto cpu = parse_decimal(trim_right(s.substr(4, open - 4)));
  if (!cpu || *cpu > 0xffff) return false;
  std::string_view number = s.substr(open + (lost ? 6 : 1));
  number = number.substr(0, number.find(' '));
  out.kind = LineKind::lost;
  out.cpu = static_cast<std::uint32_t>(*cpu);
  out.lost = parse_decimal(number).value_or(0);
  return true;
}

}  // namespace

TextLine LineParser::parse(std::string_view line) {
  line = trim_right(line);
  while (line.starts_with("> ")) line.remove_prefix(2);  // mail quoting
  TextLine out;
  if (line.empty()) {
    out.kind = LineKind::comment;
    return out;
  }
  if (line.front() == '#') return parse_header(line);
  if (parse_event(line, out)) {
    out.kind = LineKind::event;
    return out;
  }
  out = {};
  const std::string_view s = skip_blanks(line);
  if (parse_lost(s, out)) return out;
  if (s.starts_with("cpus=")) {
    dialect_ = Dialect::trace_cmd;
    header_cpus_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(parse_decimal(s.substr(5)).value_or(0), 65536));
  }
  if (s.empty() || is_stack_frame(s) || is_note(s)) out.kind = LineKind::comment;
  return out;
}

TextLine LineParser::parse_header(std::string_view line) {
  TextLine out;
  out.kind = LineKind::comment;
  if (line.starts_with("# tracer:")) {
    dialect_ = Dialect::ftrace;
    header_columns_ = 0;
    irqs_column_ = context_column_ = preempt_column_ = std::nullopt;
  }
  if (const std::size_t arrow = line.find("=> "); arrow != std::string_view::npos) {
    const std::string_view what = line.substr(arrow + 3);
    if (what.starts_with("irqs-off")) irqs_column_ = header_columns_;
    if (what.starts_with("hardirq/softirq")) context_column_ = header_columns_;
    if (what.starts_with("preempt-depth")) preempt_column_ = header_columns_;
    ++header_columns_;
  }
  if (const std::size_t p = line.find("#P:"); p != std::string_view::npos) {
    header_cpus_ =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(parse_decimal(line.substr(p + 3)).value_or(0), 65536));
  }
  constexpr std::string_view entries = "entries-in-buffer/entries-written: ";
  if (const std::size_t at = line.find(entries); at != std::string_view::npos) {
    const std::string_view rest = line.substr(at + entries.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return out;
    const auto held = parse_decimal(rest.substr(0, slash));
    const std::string_view after = rest.substr(slash + 1);
    const auto written = parse_decimal(after.substr(0, after.find(' ')));
    if (held && written && *held < *written) {
      out.kind = LineKind::overwritten;
      out.lost = *written - *held;
    }
  }
  return out;
}

bool LineParser::parse_event(std::string_view line, TextLine& out) {
  return parse_bracket_event(line, out) || parse_latency_event(line, out);
}

bool LineParser::parse_bracket_event(std::string_view line, TextLine& out) {
  for (std::size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
    std::size_t close = open + 1;
    std::uint32_t cpu = 0;
    while (close < line.size() && is_digit(line[close]) && close < open + 6) {
      cpu = cpu * 10 + static_cast<std::uint32_t>(line[close] - '0');
      ++close;
    }
    if (close == open + 1 || close >= line.size() || line[close] != ']' || cpu > 0xffff) continue;
    std::string_view rest = skip_blanks(line.substr(close + 1));
    out.cpu = cpu;
    auto time = take_time(rest);
    if (!time) {
      const std::string_view flags = first_word(rest);
      if (!are_flags(flags)) continue;
      rest = skip_blanks(rest.substr(flags.size()));
      time = take_time(rest);
      if (!time) continue;
      read_flags(flags, out);
    }
    out.tick = *time;
    bool perf = false;
    if (!take_task(line.substr(0, open), out, perf)) continue;
    if (perf && dialect_ == Dialect::unknown) dialect_ = Dialect::perf;
    return parse_rest(rest, out);
  }
  return false;
}

/// `comm-pid  CPUFLAGS TIME`: the CPU number is glued to the flags, whose first column is never a digit.
bool LineParser::parse_latency_event(std::string_view line, TextLine& out) {
  for (std::size_t colon = line.find(':'); colon != std::string_view::npos; colon = line.find(':', colon + 1)) {
    std::size_t time_at = colon;  // back over the time stamp, and over `us +` of the latency format
    while (time_at > 0 && std::string_view(" +!#*@$us").find(line[time_at - 1]) != std::string_view::npos) --time_at;
    const std::size_t digits_end = time_at;
    while (time_at > 0 && (is_digit(line[time_at - 1]) || line[time_at - 1] == '.')) --time_at;
    if (time_at == digits_end || time_at == 0 || line[time_at - 1] != ' ') continue;
    std::string_view rest = line.substr(time_at);
    const auto time = take_time(rest);
    if (!time) continue;
    const std::string_view head = trim_right(line.substr(0, time_at));
    const std::size_t blank = head.find_last_of(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view glued = head.substr(blank + 1);
    const std::size_t digits = std::min(glued.find_first_not_of("0123456789"), glued.size());
    const auto cpu = parse_decimal(glued.substr(0, digits));
    if (!cpu || *cpu > 0xffff || !are_flags(glued.substr(digits))) continue;
    bool perf = false;
    if (!take_task(head.substr(0, blank), out, perf) || perf) continue;
    out.cpu = static_cast<std::uint32_t>(*cpu);
    out.tick = *time;
    read_flags(glued.substr(digits), out);
    return parse_rest(rest, out);
  }
  return false;
}

/// What stands behind the time stamp. `[system:]name: payload`; records without a name get one.
bool LineParser::parse_rest(std::string_view rest, TextLine& out) {
  rest = skip_blanks(rest);
  std::size_t colon = rest.find(": ");
  if (colon == std::string_view::npos) colon = rest.ends_with(':') ? rest.size() - 1 : std::string_view::npos;
  const std::string_view name = colon == std::string_view::npos ? std::string_view{} : rest.substr(0, colon);
  if (rest.starts_with("<stack trace>")) {
    out.name = "kernel_stack";
  } else if (rest.starts_with("<user stack trace>")) {
    out.name = "user_stack";
  } else if (!name.empty() && name.find(' ') == std::string_view::npos) {
    const std::size_t system = name.rfind(':');
    out.name = system == std::string_view::npos ? name : name.substr(system + 1);
    out.payload = skip_blanks(rest.substr(std::min(colon + 2, rest.size())));
  } else {
    out.named = false;
    out.name = rest.find(" <-") != std::string_view::npos ? "function" : "print";
  }
  return true;
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
