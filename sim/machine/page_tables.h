// Page tables: radix trees that lie in kernel frames of the guest and are walked word by word, one tree per address
// space. Knows the shape (levels, entry width, byte order), not the TLB, costs or counters: Machine adds those.
// Tables are never given back. Entries: pte.h.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/machine/byte_order.h"
#include "sim/machine/frames.h"
#include "sim/machine/profile.h"
#include "sim/machine/pte.h"

namespace kmemlab::sim {

/// An address space. 0 is the kernel's.
using Asid = std::uint8_t;
inline constexpr Asid kernel_space = 0;
inline constexpr unsigned spaces_max = 255;

class PageTables {
 public:
  /// Makes the kernel's root table.
  PageTables(const Profile& profile, Frames& frames);

  unsigned levels() const { return levels_; }
  unsigned leaf_bits() const { return bits_[levels_ - 1]; }
  /// Root table's frame; tests and viewers walk from here by hand.
  Frame root(Asid space) const { return roots_[space]; }
  unsigned spaces() const { return static_cast<unsigned>(roots_.size()); }
  Asid add_space(Frames& frames);

  struct Walk {
    Pte pte;                   ///< 0 when nothing is mapped
    unsigned reads = 0;        ///< table words read: fewer than levels() when a directory entry is missing
    const std::uint8_t* leaf = nullptr;  ///< host bytes of the last table, if the walk got there
  };
  /// `vpn` = address >> page_shift; bits above the root's index are ignored.
  Walk walk(const Frames& frames, Asid space, std::uint64_t vpn) const;

  Pte read_entry(const std::uint8_t* table, std::uint64_t index) const {
    const std::uint8_t* p = table + index * pte_bytes_;
    return Pte{pte_bytes_ == 8 ? read_guest<std::uint64_t>(p, swap_) : read_guest<std::uint32_t>(p, swap_)};
  }
  std::uint64_t leaf_index(std::uint64_t vpn) const { return vpn & ((std::uint64_t{1} << leaf_bits()) - 1); }

  /// Writes the entry of a page, making the tables above it as needed. Returns whether the last table's host bytes
  /// moved, which ends Walk::leaf of earlier walks. (A directory entry, once made, never changes.)
  bool write(Frames& frames, Asid space, std::uint64_t vpn, Pte pte);
  /// Makes all tables for `pages` pages from `vpn` on, without writing the last level: on the host that is free.
  void reserve(Frames& frames, Asid space, std::uint64_t vpn, std::uint64_t pages);

 private:
  Frame leaf_table(Frames& frames, Asid space, std::uint64_t vpn) const;
  bool write_entry(Frames& frames, Frame table, std::uint64_t index, Pte pte) const;
  std::uint64_t index_at(unsigned level, std::uint64_t vpn) const {
    return vpn >> shift_[level] & ((std::uint64_t{1} << bits_[level]) - 1);
  }

  static constexpr unsigned levels_max = 6;
  unsigned levels_;
  unsigned pte_bytes_;
  bool swap_;
  unsigned bits_[levels_max]{};
  unsigned shift_[levels_max]{};  ///< of the index within a vpn
  std::vector<Frame> roots_;
};

}  // namespace kmemlab::sim
