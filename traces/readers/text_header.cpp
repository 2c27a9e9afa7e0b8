// What the `#` lines of a recording say (spec/trace_formats.md 1.1): flag columns, CPUs, entries that were overwritten.
#include <algorithm>

#include "traces/readers/number_text.h"
#include "traces/readers/text_line.h"
#include "traces/readers/text_words.h"

namespace kmemlab::traces {

void LineParser::parse_header(std::string_view line, TextLine& out) {
  out.kind = LineKind::comment;
  if (line.starts_with("# tracer:")) {
    dialect_ = Dialect::ftrace;
    header_columns_ = 0;
    irqs_column_ = context_column_ = preempt_column_ = std::nullopt;
  }
  parse_columns(line);
  if (const std::size_t p = line.find("#P:"); p != std::string_view::npos) {
    const std::string_view digits = line.substr(p + 3);
    const auto cpus = parse_decimal(digits.substr(0, digits.find_first_not_of("0123456789")));
    header_cpus_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(cpus.value_or(0), 65536));
  }
  constexpr std::string_view entries = "entries-in-buffer/entries-written: ";
  if (const std::size_t at = line.find(entries); at != std::string_view::npos) {
    const std::string_view rest = line.substr(at + entries.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return;
    const auto held = parse_decimal(rest.substr(0, slash));
    const auto written = parse_decimal(first_word(rest.substr(slash + 1)));
    if (held && written && *held < *written) {
      out.kind = LineKind::overwritten;
      out.lost = *written - *held;
    }
  }
}

/// `#  / _----=> need-resched`, one line a column. The latency format's header starts with `_------=> CPU#`, which is
/// no flag, and has `=> started at:` where a latency tracer ran.
void LineParser::parse_columns(std::string_view line) {
  const std::size_t arrow = line.find("-=> ");
  if (arrow == std::string_view::npos) return;
  const std::string_view what = line.substr(arrow + 4);
  if (what.starts_with("CPU#")) return;
  if (what.starts_with("irqs-off")) irqs_column_ = header_columns_;
  if (what.starts_with("hardirq/softirq")) context_column_ = header_columns_;
  if (what.starts_with("preempt-depth")) preempt_column_ = header_columns_;
  ++header_columns_;
}

}  // namespace kmemlab::traces
