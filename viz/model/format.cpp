#include "viz/model/format.h"

#include <fmt/format.h>

#include <array>

#include "core/base/ints.h"

namespace kmemlab::viz {

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  return counted(bytes, "byte", "bytes");
}

std::string short_bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 6> units = {"", " KiB", " MiB", " GiB", " TiB", " PiB"};
  unsigned unit = 0;
  std::uint64_t whole = bytes, tenths = 0;
  while (whole >= 1024 && unit + 1 < units.size()) {
    tenths = whole % 1024 * 10 / 1024;
    whole /= 1024;
    ++unit;
  }
  if (unit == 0) return std::to_string(bytes);
  return tenths != 0 && whole < 100 ? fmt::format("{}.{}{}", whole, tenths, units[unit])
                                    : fmt::format("{}{}", whole, units[unit]);
}

std::string hex(Addr a) {
  return fmt::format("{:#x}", a.v);
}

std::string time_text(std::uint64_t ticks) {
  if (ticks < 1000) return fmt::format("{} ns", ticks);
  if (ticks < 1'000'000) return fmt::format("{}.{:03} µs", ticks / 1000, ticks % 1000);
  if (ticks < 1'000'000'000) return fmt::format("{}.{:03} ms", ticks / 1'000'000, ticks / 1000 % 1000);
  return fmt::format("{}.{:06} s", grouped(ticks / 1'000'000'000), ticks / 1000 % 1'000'000);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} %",
                     whole == 0 ? 0 : static_cast<std::uint64_t>((static_cast<u128>(part) * 100 + whole / 2) / whole));
}

std::string counted(std::uint64_t n, const char* one, const char* many) {
  return grouped(n) + ' ' + (n == 1 ? one : many);
}

}  // namespace kmemlab::viz
