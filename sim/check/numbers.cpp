#include "sim/check/numbers.h"

#include <algorithm>

namespace kmemlab::check {

namespace {

constexpr u128 top = ~u128{0};

}  // namespace

std::string decimal(u128 n) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<unsigned>(n % 10));
    n /= 10;
  } while (n != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string grouped(u128 n) {
  const std::string digits = decimal(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string with_sign(i128 n) {
  if (n == 0) return "0";
  return n < 0 ? "-" + grouped(-static_cast<u128>(n)) : "+" + grouped(static_cast<u128>(n));
}

std::optional<u128> read_decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  u128 n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<unsigned>(c - '0');
    if (n > (top - digit) / 10) return std::nullopt;
    n = n * 10 + digit;
  }
  return n;
}

u128 add_saturating(u128 a, u128 b) {
  return a > top - b ? top : a + b;
}

u128 permille_of(u128 n, u128 permille) {
  const u128 thousands = n / 1000;
  if (permille != 0 && thousands > top / permille) return top;
  return add_saturating(thousands * permille, n % 1000 * permille / 1000);
}

std::string permille_text(u128 part, u128 whole) {
  const u128 tenths = part <= top / 10000 ? part * 10000 / whole : part / std::max<u128>(whole / 10000, 1);
  return grouped(tenths / 10) + "." + decimal(tenths % 10);
}

}  // namespace kmemlab::check
