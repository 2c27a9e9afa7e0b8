// What is no event: see text_notes.h.
#include "traces/readers/text_notes.h"

#include "traces/readers/number_text.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {
namespace {

/// `[10612.028498] `, blanks inside allowed; how many bytes it takes, 0 if it is none.
std::size_t console_stamp(std::string_view s) {
  std::size_t at = 0;
  if (s.starts_with('<')) {  // the level: `<4>`
    while (++at < s.size() && is_digit(s[at])) continue;
    if (at < 2 || at >= s.size() || s[at] != '>') return 0;
    ++at;
  }
  if (at >= s.size() || s[at] != '[') return 0;
  ++at;
  while (at < s.size() && s[at] == ' ') ++at;
  std::size_t digits = 0, dots = 0;
  for (; at < s.size() && (is_digit(s[at]) || s[at] == '.'); ++at) ++(s[at] == '.' ? dots : digits);
  if (digits < 2 || dots != 1 || at >= s.size() || s[at] != ']') return 0;
  if (at + 1 == s.size()) return s.size();
  return s[at + 1] == ' ' ? at + 2 : 0;
}

/// perf: `ffffffff8782660d kmem_cache_alloc+0xfd ([kernel.kallsyms])`, the last part not always printed.
bool is_frame(std::string_view s) {
  if (s.starts_with("=>")) return true;
  const std::string_view address = first_word(s);
  if (address.size() == s.size() || address.size() < 4 || !parse_hex(address)) return false;
  return s.back() == ')' || s.find("+0x") != std::string_view::npos;
}

bool is_rule(std::string_view s) {
  return s.size() > 3 && s.find_first_not_of('-') == std::string_view::npos;
}

}  // namespace

std::string_view unwrapped(std::string_view line) {
  while (line.starts_with('>')) line.remove_prefix(line.starts_with("> ") ? 2 : 1);
  line.remove_prefix(console_stamp(line));
  return line;
}

std::optional<LossNote> loss_note(std::string_view s) {
  if (!s.starts_with("CPU:")) return std::nullopt;
  const std::size_t open = s.find('[');
  const bool lost = s.ends_with("EVENTS]") && s.find("[LOST ") != std::string_view::npos;
  if (open == std::string_view::npos || !(lost || s.ends_with("EVENTS DROPPED]"))) return std::nullopt;
  const auto cpu = parse_decimal(trim_right(s.substr(4, open - 4)));
  if (!cpu || *cpu > 0xffff) return std::nullopt;
  const std::string_view number = first_word(s.substr(open + (lost ? 6 : 1)));
  return LossNote{static_cast<std::uint32_t>(*cpu), parse_decimal(number).value_or(0)};
}

bool is_note(std::string_view line) {
  const std::string_view s = skip_blanks(line);
  if (s.empty() || is_frame(s) || is_rule(s)) return true;
  for (const std::string_view start : {"##### CPU", "TRACE:", "trace-cmd: ", "version = ", "cpus=", "PERF_RECORD_",
                                       "Dumping ftrace buffer:", "(ftrace buffer empty)"}) {
    if (s.starts_with(start)) return true;
  }
  return s.starts_with("CPU ") && s.ends_with(" is empty");
}

}  // namespace kmemlab::traces
