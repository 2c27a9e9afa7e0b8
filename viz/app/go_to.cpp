#include "viz/app/go_to.h"

#include <algorithm>
#include <charconv>

#include "core/base/ints.h"

namespace kmemlab::viz {

Fallible<GoTo> parse_go_to(const std::string& text, std::uint64_t events) {
  std::string digits;
  for (const char c : text) {
    if (c != ',' && c != ' ' && c != '_') digits += c;
  }
  const auto wrong = [&] {
    return fail("'" + text + "' is no place", "expected an event (4711), a share (37%) or an address (0xfe9a1000)");
  };
  const bool address = digits.starts_with("0x"), share = digits.ends_with("%");
  if (address) digits.erase(0, 2);
  if (share) digits.pop_back();
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, address ? 16 : 10);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return wrong();
  GoTo to;
  if (address) {
    to.address = Addr{n};
  } else if (share) {
    if (n > 100) return wrong();
    to.event = static_cast<std::uint64_t>(static_cast<u128>(events) * n / 100);
  } else {
    to.event = std::min(n, events);
  }
  return to;
}

}  // namespace kmemlab::viz
