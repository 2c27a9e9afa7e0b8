// Random numbers of the synthetic workloads: counter-based, so that draw n of a stream is a fixed function of seed,
// stream and n on every compiler:
//   key = mix64(seed + mix64(stream + 1)),  draw n (from 1) = mix64(key + n * 9e3779b97f4a7c15)
// with mix64 of core/base/digest.h.
// No std:: distribution, no floating point. Ranges are taken from the high half of a 128-bit product; the bias is below
// range / 2^64.
#pragma once

#include <cstdint>

#include "core/base/digest.h"
#include "core/base/ints.h"

namespace kmemlab::traces::gen {

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : key_(mix64(seed + mix64(stream + 1))) {}

  std::uint64_t next() { return mix64(key_ + ++drawn_ * 0x9e3779b97f4a7c15ULL); }
  /// 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>((u128{next()} * n) >> 64); }
  /// lo to hi, both included; lo <= hi, hi - lo < 2^64 - 1.
  std::uint64_t between(std::uint64_t lo, std::uint64_t hi) { return lo + below(hi - lo + 1); }
  bool permille(std::uint64_t n) { return below(1000) < n; }

 private:
  std::uint64_t key_;
  std::uint64_t drawn_ = 0;
};

}  // namespace kmemlab::traces::gen
