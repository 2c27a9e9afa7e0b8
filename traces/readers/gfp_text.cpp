// Meaning and names of gfp_flags: see gfp_text.h.
// Which composite names include __GFP_DIRECT_RECLAIM: include/linux/gfp_types.h of Linux 6.1 (gfp.h before 6.0);
// before 4.4 the same bit was __GFP_WAIT, and until 4.6 names were printed without underscores (spec 1.6).
#include "traces/readers/gfp_text.h"

#include <algorithm>
#include <array>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr std::array<std::string_view, 14> sleeping_names = {
    "GFP_KERNEL",    "GFP_KERNEL_ACCOUNT", "GFP_USER",      "GFP_HIGHUSER",       "GFP_HIGHUSER_MOVABLE",
    "GFP_NOFS",      "GFP_NOIO",           "GFP_TRANSHUGE", "GFP_TEMPORARY",      "__GFP_DIRECT_RECLAIM",
    "__GFP_RECLAIM", "__GFP_WAIT",         "GFP_WAIT",      "GFP_DIRECT_RECLAIM",
};

bool is_sleeping(std::string_view name) {
  return std::find(sleeping_names.begin(), sleeping_names.end(), name) != sleeping_names.end();
}

Tri tri(bool yes) {
  return yes ? Tri::yes : Tri::no;
}

}  // namespace

Gfp gfp_from_text(std::string_view text) {
  Gfp gfp;
  gfp.text = std::string(text);
  if (text.empty()) return gfp;
  bool sleeps = false, zeroes = false, numbers = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t bar = std::min(text.find('|', at), text.size());
    const std::string_view name = text.substr(at, bar - at);
    at = bar + 1;
    if (is_sleeping(name)) sleeps = true;
    if (name == "__GFP_ZERO" || name == "GFP_ZERO") zeroes = true;
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) numbers = true;
  }
  if (numbers && text.find('|') == std::string_view::npos) gfp.value = parse_number(text);
  gfp.may_sleep = sleeps ? Tri::yes : numbers ? Tri::unknown : Tri::no;
  gfp.zero = zeroes ? Tri::yes : numbers ? Tri::unknown : Tri::no;
  return gfp;
}

GfpTable GfpTable::from_print_format(std::string_view format) {
  GfpTable table;
  const std::size_t start = format.find("__print_flags(");
  if (start == std::string_view::npos || format.substr(start).find("gfp_flags") > 40) return {};
  std::size_t at = format.find('{', start);
  while (at != std::string_view::npos) {
    const std::size_t quote = format.find('"', at);
    if (const std::size_t end = format.find('}', at); end < quote) {  // `{ 0, ((void *)0) }` ends the list since 6.18
      at = format.find_first_not_of(' ', end + 1);
      break;
    }
    const std::size_t end_quote = quote == std::string_view::npos ? quote : format.find('"', quote + 1);
    if (end_quote == std::string_view::npos) return {};
    std::string_view expression = format.substr(at + 1, quote - at - 1);
    const std::size_t comma = expression.rfind(',');
    if (comma == std::string_view::npos) return {};
    const auto mask = evaluate_constant(expression.substr(0, comma));
    if (!mask) return {};
    table.entries_.push_back({*mask, std::string(format.substr(quote + 1, end_quote - quote - 1))});
    const std::size_t close = format.find('}', end_quote);
    if (close == std::string_view::npos) return {};
    at = close + 1;
    while (at < format.size() && (format[at] == ' ' || format[at] == ',')) ++at;
    if (at >= format.size() || format[at] != '{') break;
  }
  if (at < format.size() && format[at] == ')') {  // `(REC->gfp_flags) ? __print_flags(...) : "none"`
    const std::size_t open = format.find_first_not_of(" )", at);
    if (open != std::string_view::npos && format[open] == ':') {
      const std::size_t q1 = format.find('"', open);
      const std::size_t q2 = q1 == std::string_view::npos ? q1 : format.find('"', q1 + 1);
      if (q2 != std::string_view::npos && q2 - q1 < 32) table.zero_text_ = format.substr(q1 + 1, q2 - q1 - 1);
    }
  }
  for (const auto* name : {"__GFP_DIRECT_RECLAIM", "GFP_DIRECT_RECLAIM", "__GFP_WAIT", "GFP_WAIT"}) {
    if (!table.sleep_bit_) table.sleep_bit_ = table.mask_of(name);
  }
  for (const auto* name : {"__GFP_ZERO", "GFP_ZERO"}) {
    if (!table.zero_bit_) table.zero_bit_ = table.mask_of(name);
  }
  return table;
}

std::optional<std::uint64_t> GfpTable::mask_of(std::string_view name) const {
  for (const Entry& e : entries_) {
    if (e.name == name && e.mask) return e.mask;
  }
  return std::nullopt;
}

Gfp GfpTable::describe(std::uint64_t value) const {
  Gfp gfp;
  gfp.value = value;
  if (entries_.empty()) {
    gfp.text = hex_text(value);
    return gfp;
  }
  std::uint64_t rest = value;
  for (const Entry& e : entries_) {  // the kernel's trace_print_flags_seq: a whole mask, then its bits are done
    if (e.mask == 0 || (rest & e.mask) != e.mask) continue;
    rest &= ~e.mask;
    gfp.text += (gfp.text.empty() ? "" : "|") + e.name;
  }
  if (rest) gfp.text += (gfp.text.empty() ? "" : "|") + hex_text(rest);
  if (value == 0) gfp.text = zero_text_;
  if (sleep_bit_) gfp.may_sleep = tri((value & *sleep_bit_) == *sleep_bit_);
  if (zero_bit_) gfp.zero = tri((value & *zero_bit_) == *zero_bit_);
  return gfp;
}

}  // namespace kmemlab::traces
