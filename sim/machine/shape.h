// The shape of a machine as a compile-time constant. A core that runs on a machine whose page size, word size and byte
// order the compiler knows needs about a tenth fewer instructions an access; results are the same to the last bit.
#pragma once

#include "sim/machine/profile.h"

namespace kmemlab::sim {

/// Known only at run time: works for every machine.
struct AnyShape {
  static constexpr bool fixed = false;
};

template <unsigned page_shift_, unsigned word_bytes_, bool big_endian_>
struct FixedShape {
  static constexpr bool fixed = true;
  static constexpr unsigned page_shift = page_shift_;
  static constexpr unsigned word_bytes = word_bytes_;
  static constexpr bool big_endian = big_endian_;

  static bool fits(const Profile& p) {
    return p.page_shift == page_shift && p.word_bytes == word_bytes && p.big_endian == big_endian;
  }
};

/// x86-64, the machine of most replays.
using Shape4k64 = FixedShape<12, 8, false>;

}  // namespace kmemlab::sim
