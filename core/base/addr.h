// A guest address as a strong type: no integer becomes one by accident, and none is ever a host pointer.
// Addresses are 64 bits wide on every machine; a 32-bit machine uses the low half.
#pragma once

#include <compare>
#include <cstdint>

namespace kmemlab {

/// A virtual address of the guest. Addr{0} is the null pointer of the guest.
struct Addr {
  std::uint64_t v = 0;

  constexpr auto operator<=>(const Addr&) const = default;
  constexpr explicit operator bool() const { return v != 0; }
  constexpr Addr operator+(std::uint64_t bytes) const { return Addr{v + bytes}; }
  constexpr Addr operator-(std::uint64_t bytes) const { return Addr{v - bytes}; }
  /// Distance in bytes; the caller knows that this is not below `low`.
  constexpr std::uint64_t operator-(Addr low) const { return v - low.v; }
};

inline constexpr Addr null_addr{};

/// A half-open range of guest addresses: [base, base + bytes).
struct AddrRange {
  Addr base;
  std::uint64_t bytes = 0;

  constexpr Addr end() const { return base + bytes; }
  constexpr bool contains(Addr a) const { return a >= base && a.v - base.v < bytes; }
  constexpr bool operator==(const AddrRange&) const = default;
};

}  // namespace kmemlab
