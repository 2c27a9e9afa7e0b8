// parse_task: see text_task.h.
#include "traces/readers/text_task.h"

#include "traces/readers/number_text.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {

TaskText parse_task(std::string_view s) {
  TaskText out;
  s = trim_right(s);
  if (!s.empty() && s.back() == ')') {  // the thread group
    const std::size_t open = s.rfind('(');
    if (open == std::string_view::npos) return out;
    s = trim_right(s.substr(0, open));
  }
  std::size_t at = s.size();
  while (at > 0 && is_digit(s[at - 1])) --at;
  if (at == s.size() || at == 0) return out;
  const auto pid = parse_decimal(s.substr(at));
  if (!pid || *pid > 0x7fffffff) return out;
  char before = s[at - 1];
  if (before == '/') {  // pid/tid: the tid names the task
    std::size_t p = at - 1;
    while (p > 0 && is_digit(s[p - 1])) --p;
    if (p == at - 1 || p == 0) return out;
    at = p;
    before = s[at - 1];
  }
  if (before != '-' && before != ' ') return out;
  if (before == '-' && skip_blanks(trim_right(s.substr(0, at - 1))) == ":-1") {  // perf's: dead, its number forgotten
    out.valid = out.apart = true;
    out.comm = ":-1";
    return out;
  }
  out.valid = true;
  out.apart = before == ' ';
  out.pid = static_cast<std::int32_t>(*pid);
  out.comm = skip_blanks(trim_right(s.substr(0, at - 1)));
  if (out.comm == "<...>") out.comm.clear();
  if (out.pid == 0 && (out.comm == "swapper" || out.comm.starts_with("swapper/"))) out.comm = "<idle>";  // perf's name
  return out;
}

}  // namespace kmemlab::traces
