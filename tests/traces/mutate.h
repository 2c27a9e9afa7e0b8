// Seeded damage to the bytes of a file, the same everywhere, and the bound on memory that reading it must keep.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/digest.h"

namespace kmemlab::traces::testing {

/// A random number from (seed, n), the same everywhere.
inline std::uint64_t pick(std::uint64_t seed, std::uint64_t n, std::uint64_t below) {
  return mix64(mix64(seed) + n) % below;
}

inline std::vector<unsigned char> mutate(std::vector<unsigned char> bytes, std::uint64_t seed) {
  const std::uint64_t kind = pick(seed, 0, 4);
  const std::uint64_t times = 1 + pick(seed, 1, 8);
  for (std::uint64_t i = 0; i < times; ++i) {
    const std::size_t at = pick(seed, 10 + i, bytes.size());
    if (kind == 0) bytes[at] ^= static_cast<unsigned char>(1U << pick(seed, 20 + i, 8));
    if (kind == 1) bytes[at] = static_cast<unsigned char>(pick(seed, 30 + i, 256));
    if (kind == 2 && at + 8 <= bytes.size())
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4 << pick(seed, 40, 2), 0xff);
  }
  if (kind == 3) bytes.resize(1 + pick(seed, 2, bytes.size()));
  return bytes;
}

/// Reading a small file, however broken, must not take the process's peak up by more than 192 MiB: 64 MiB and 64 times
/// the stored bytes are what input.h allows decompression, the rest are the readers' own buffers. Not judged under a
/// sanitizer, whose shadow and quarantine are memory too.
class MemoryBound {
 public:
  bool kept() const {
#if defined(__SANITIZE_ADDRESS__)
    return true;
#else
    return peak_kib() - before_ <= 192 * 1024;
#endif
  }

 private:
  static long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  }
  long before_ = peak_kib();
};

}  // namespace kmemlab::traces::testing
