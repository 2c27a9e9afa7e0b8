// Kallsyms: see kallsyms.h. A line is `ADDRESS TYPE NAME[\t[MODULE]]`.
#include "traces/readers/kallsyms.h"

#include <algorithm>
#include <cstring>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

/// Function symbols and linker symbols may share an address; data symbols never name a call site, but they bound the
/// functions below them, so they stay in the table.
std::string_view symbol_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || blank + 3 >= line.size()) return {};
  std::string_view name = line.substr(blank + 3);
  return name.substr(0, name.find_first_of("\t\r\n "));
}

}  // namespace

Kallsyms::Kallsyms(Bytes text) : text_(as_text(text).substr(0, 0xffffffffU)) {
  lines_.reserve(text_.size() / 40);
  bool sorted = true;
  for (std::size_t at = 0; at < text_.size();) {
    const char* begin = text_.data() + at;
    const void* newline = std::memchr(begin, '\n', text_.size() - at);
    const std::size_t end =
        newline ? static_cast<std::size_t>(static_cast<const char*>(newline) - text_.data()) : text_.size();
    std::uint64_t address = 0;
    std::size_t digits = 0;
    for (; at + digits < end && digits < 17; ++digits) {
      const int d = hex_digit(begin[digits]);
      if (d < 0) break;
      address = address << 4 | static_cast<std::uint64_t>(d);
    }
    // Types A and a are absolute values (per-CPU offsets), not places of code.
    const bool symbol = digits > 0 && digits <= 16 && at + digits + 3 < end && begin[digits] == ' ' &&
                        begin[digits + 1] != 'A' && begin[digits + 1] != 'a' && address != 0;
    if (symbol) {
      if (!lines_.empty() && address < lines_.back().address) sorted = false;
      lines_.push_back({address, static_cast<std::uint32_t>(at)});
    }
    at = end + 1;
  }
  if (!sorted) std::sort(lines_.begin(), lines_.end());
}

std::string Kallsyms::name(std::uint64_t address) const {
  const auto above = std::upper_bound(lines_.begin(), lines_.end(), Line{address, 0xffffffffU});
  if (above == lines_.begin()) return hex_text(address);
  const Line& found = *(above - 1);
  const std::string_view rest = text_.substr(found.offset);
  const std::string_view symbol = symbol_of(rest.substr(0, rest.find('\n')));
  if (symbol.empty()) return hex_text(address);
  return std::string(symbol) + "+" + hex_text(address - found.address);
}

}  // namespace kmemlab::traces
