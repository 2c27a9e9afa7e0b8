// Small integer helpers that the whole project shares. All are exact; none allocates or rounds through floating point.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace kmemlab {

__extension__ using u128 = unsigned __int128;  // sums of byte-ticks outgrow 64 bits

constexpr bool is_power_of_two(std::uint64_t x) {
  return std::has_single_bit(x);
}

/// Smallest n with 2^n >= x; 0 for x of 0 and 1. x <= 2^63.
constexpr unsigned ceil_log2(std::uint64_t x) {
  return x <= 1 ? 0U : static_cast<unsigned>(std::bit_width(x - 1));
}

/// Largest n with 2^n <= x. x > 0.
constexpr unsigned floor_log2(std::uint64_t x) {
  return static_cast<unsigned>(std::bit_width(x)) - 1;
}

/// x rounded up to a multiple of `unit`, a power of two. Wraps only when the result is above 2^64.
constexpr std::uint64_t round_up(std::uint64_t x, std::uint64_t unit) {
  return (x + unit - 1) & ~(unit - 1);
}

constexpr std::uint64_t round_down(std::uint64_t x, std::uint64_t unit) {
  return x & ~(unit - 1);
}

constexpr std::uint64_t div_ceil(std::uint64_t x, std::uint64_t by) {
  return x / by + (x % by != 0);
}

/// Sum that stays at the top instead of wrapping.
constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

}  // namespace kmemlab
