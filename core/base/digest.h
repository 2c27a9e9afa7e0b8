// The 64-bit digest: a fixed function of the words fed to it, the same on every compiler, optimisation level and
// byte order. Not cryptographic: it tells runs apart, it does not resist an adversary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kmemlab {

/// Bijective mixing of 64 bits: the finaliser of Steele, Lea and Flood's SplitMix64 (OOPSLA 2014), variant 13 of
/// Stafford.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Little-endian 64-bit word at `p`, whatever the host's byte order.
inline std::uint64_t read_le64(const unsigned char* p) {
  std::uint64_t v = 0;
  for (int i = 0; i < 8; ++i) v |= static_cast<std::uint64_t>(p[i]) << (8 * i);
  return v;
}

/// Order-dependent running digest.
class Digest {
 public:
  constexpr Digest() = default;
  constexpr explicit Digest(std::uint64_t seed) : state_(mix64(seed ^ 0x6b6d656d6c616221ULL)) {}

  /// One multiply on the critical path per word, so that a digest of every event stays affordable.
  constexpr void add(std::uint64_t word) {
    const std::uint64_t x = (state_ ^ word) * 0x9fb21c651e98df25ULL;
    state_ = x ^ (x >> 32);
  }
  void add_bytes(const void* data, std::size_t bytes) {
    const auto* p = static_cast<const unsigned char*>(data);
    std::size_t i = 0;
    for (; i + 8 <= bytes; i += 8) add(read_le64(p + i));
    std::uint64_t tail = 0;
    for (unsigned shift = 0; i < bytes; ++i, shift += 8) tail |= static_cast<std::uint64_t>(p[i]) << shift;
    add(tail);
    add(bytes);
  }
  void add(std::string_view text) { add_bytes(text.data(), text.size()); }

  constexpr std::uint64_t value() const { return mix64(state_); }

 private:
  std::uint64_t state_ = mix64(0x6b6d656d6c616221ULL);
};

}  // namespace kmemlab
