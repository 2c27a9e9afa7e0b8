#include "sim/cli/render.h"

#include <fmt/format.h>

#include <algorithm>

namespace kmemlab::cli {

std::string with_commas(std::uint64_t n) {
  std::string s = std::to_string(n);
  for (std::size_t at = s.size(); at > 3;) {
    at -= 3;
    s.insert(at, 1, ',');
  }
  return s;
}

std::string hex(std::uint64_t n) {
  return fmt::format("{:016x}", n);
}

std::string decimal(u128 n) {
  std::string s;
  do {
    s.insert(s.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
    n /= 10;
  } while (n != 0);
  return s;
}

std::string size_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  unsigned unit = 0;
  std::uint64_t n = bytes;
  while (unit < 4 && n >= 1024 && n % 1024 == 0) {
    n /= 1024;
    ++unit;
  }
  return with_commas(n) + " " + units[unit];
}

std::string ticks_text(std::uint64_t ticks) {
  if (ticks < 1000) return fmt::format("{} ns", ticks);
  if (ticks < 1'000'000) return fmt::format("{}.{} us", ticks / 1000, ticks % 1000 / 100);
  if (ticks < 1'000'000'000) return fmt::format("{}.{} ms", ticks / 1'000'000, ticks % 1'000'000 / 100'000);
  return fmt::format("{}.{:02} s", with_commas(ticks / 1'000'000'000), ticks % 1'000'000'000 / 10'000'000);
}

std::string permille_text(std::uint64_t permille) {
  return fmt::format("{}.{} %", permille / 10, permille % 10);
}

std::string TextTable::text() const {
  std::vector<std::size_t> width;
  for (const auto& row : rows_) {
    width.resize(std::max(width.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? fmt::format("{:<{}}", row[i], width[i]) : fmt::format("  {:>{}}", row[i], width[i]);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

}  // namespace kmemlab::cli
