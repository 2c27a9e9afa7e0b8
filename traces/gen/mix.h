// A mix of numbers (sizes, lifetimes): ranges with weights, drawn in integers. Written as LO-HI:WEIGHT, comma between:
// "16-128:70,4K:30" draws 16 to 128 seven times of ten and 4096 else. Refuses 0, empty ranges, weights of 0, and more
// than 64 ranges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/gen/random.h"

namespace kmemlab::traces::gen {

class Mix {
 public:
  /// Errors name the part of `text` that is wrong.
  static Fallible<Mix> parse(std::string_view text, std::uint64_t most);

  std::uint64_t draw(Random& random) const;
  std::uint64_t least() const;
  std::uint64_t most() const;
  /// Mean of what is drawn, rounded down.
  std::uint64_t mean() const;

 private:
  struct Range {
    std::uint64_t lo = 1, hi = 1, weight = 1;
  };
  std::vector<Range> ranges_;
  std::uint64_t weights_ = 0;
};

/// A whole number with an optional K, M or G (powers of 1024); fails on anything else, and from 2^48 on.
Fallible<std::uint64_t> parse_number(std::string_view text);

}  // namespace kmemlab::traces::gen
