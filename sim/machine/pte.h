// A page-table entry, as it lies in guest memory. The layout is ours and the same for every profile; the entry is
// pte_bytes (4 or 8) wide, in the guest's byte order:
//
//   bit    0      1            2             3          4           5         6-7   8 and up
//          valid  kernel read  kernel write  user read  user write  directory 0     frame number (24 or 56 bits)
//
// An entry of the last level maps a page: valid, its permissions, the page's frame. An entry of a level above is
// valid | directory and names the frame of the next table; its permission bits are 0 and mean nothing.
// An entry of 0 maps nothing. Refused: accessed and dirty bits, large pages, execute permission.
#pragma once

#include <cstdint>

#include "sim/machine/frames.h"

namespace kmemlab::sim {

/// Permissions of a page; combine with |. The bits lie as in the entry.
enum class Prot : std::uint8_t {
  none = 0,
  kernel_read = 1 << 1,
  kernel_write = 1 << 2,
  user_read = 1 << 3,
  user_write = 1 << 4,
  kernel = kernel_read | kernel_write,
  user = kernel | user_read | user_write,
};

constexpr Prot operator|(Prot a, Prot b) {
  return static_cast<Prot>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool allows(Prot have, Prot need) {
  return (static_cast<unsigned>(have) & static_cast<unsigned>(need)) == static_cast<unsigned>(need);
}

struct Pte {
  std::uint64_t bits = 0;

  static constexpr std::uint64_t valid_bit = 1;
  static constexpr std::uint64_t directory_bit = 1 << 5;
  static constexpr unsigned frame_shift = 8;

  static constexpr Pte page(Frame frame, Prot prot) {
    return Pte{std::uint64_t{frame} << frame_shift | static_cast<std::uint64_t>(prot) | valid_bit};
  }
  static constexpr Pte directory(Frame table) {
    return Pte{std::uint64_t{table} << frame_shift | directory_bit | valid_bit};
  }
  constexpr bool valid() const { return (bits & valid_bit) != 0; }
  constexpr Frame frame() const { return static_cast<Frame>(bits >> frame_shift); }
  constexpr Prot prot() const { return static_cast<Prot>(bits & 0x1e); }
  constexpr bool operator==(const Pte&) const = default;
};

}  // namespace kmemlab::sim
