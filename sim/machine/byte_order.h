// Values of 1 to 8 bytes in guest memory, in the guest's byte order.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace kmemlab::sim {

/// What a guest access can move.
template <class T>
concept GuestValue = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
                     std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

constexpr bool host_is_big_endian = std::endian::native == std::endian::big;

template <GuestValue T>
constexpr T byte_swapped(T v) {
  if constexpr (sizeof(T) == 1) return v;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(v);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(v);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(v);
}

/// `swap`: the guest's byte order is not the host's.
template <GuestValue T>
inline T read_guest(const std::uint8_t* from, bool swap) {
  T v;
  std::memcpy(&v, from, sizeof v);
  return swap ? byte_swapped(v) : v;
}

template <GuestValue T>
inline void write_guest(std::uint8_t* to, T v, bool swap) {
  if (swap) v = byte_swapped(v);
  std::memcpy(to, &v, sizeof v);
}

}  // namespace kmemlab::sim
