// The checksum of a `.kmt` file: 64 bits over bytes, four independent lanes so that it runs at memory speed.
// It finds damage; it does not resist an adversary. FORMAT.md specifies it byte by byte.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/digest.h"

namespace kmemlab::traces {

namespace checksum_detail {
inline constexpr std::uint64_t factor = 0x9fb21c651e98df25ULL;  // odd; the multiplier that core/base/digest.h uses
inline std::uint64_t word_at(const unsigned char* p) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t v = 0;
    std::memcpy(&v, p, sizeof v);
    return v;
  } else {
    return read_le64(p);
  }
}
inline void step(std::uint64_t& lane, std::uint64_t word) {
  const std::uint64_t x = (lane ^ word) * factor;
  lane = x ^ (x >> 32);
}
}  // namespace checksum_detail

/// Little-endian words go to lanes 0,1,2,3,0,... The tail is padded with zero bytes to 32; the length closes it.
inline std::uint64_t checksum(const unsigned char* data, std::size_t bytes) {
  using namespace checksum_detail;
  std::uint64_t a = mix64(1), b = mix64(2), c = mix64(3), d = mix64(4);
  std::size_t at = 0;
  for (; bytes - at >= 32; at += 32) {
    step(a, word_at(data + at)), step(b, word_at(data + at + 8));
    step(c, word_at(data + at + 16)), step(d, word_at(data + at + 24));
  }
  if (at < bytes) {
    unsigned char tail[32] = {};
    std::memcpy(tail, data + at, bytes - at);
    step(a, word_at(tail)), step(b, word_at(tail + 8)), step(c, word_at(tail + 16)), step(d, word_at(tail + 24));
  }
  std::uint64_t all = bytes;
  step(all, a), step(all, b), step(all, c), step(all, d);
  return mix64(all);
}

}  // namespace kmemlab::traces
