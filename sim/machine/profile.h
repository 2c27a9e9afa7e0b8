// Machine profiles: page, word, byte order, page-table shape, TLB geometry, kernel addresses and cost table of the
// machines that the allocators ran on. A profile is a value: copy one and change it for a what-if.
// Shapes follow the processors' manuals where profile.cpp names a source; address-space layout and costs are ours.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/addr.h"
#include "core/base/error.h"

namespace kmemlab::sim {

/// What each thing costs, in ticks (nanoseconds). Ours: plausible for the machine's age, and never gated against a
/// real one; ratios between allocators on one table are what the numbers are for.
struct Costs {
  std::uint32_t load = 0;             ///< a load that hits the TLB
  std::uint32_t store = 0;            ///< a store that hits the TLB
  std::uint32_t walk_read = 0;        ///< each page-table word read after a TLB miss
  std::uint32_t tlb_miss = 0;         ///< fixed part of a TLB miss
  std::uint32_t map_page = 0;
  std::uint32_t unmap_page = 0;       ///< with the invalidation of TLBs
  std::uint32_t zero_8_bytes = 0;     ///< zero() and fill(), per 8 bytes, instead of `store`
  std::uint32_t call = 0;             ///< fixed part of one allocator call
  std::uint32_t spl = 0;              ///< raising or lowering the interrupt level
  std::uint32_t interrupt_entry = 0;  ///< entry and exit of a handler
  std::uint32_t context_switch = 0;
  std::uint32_t frame_take = 0;       ///< taking one frame (or a run) from the pool
  std::uint32_t frame_release = 0;
};

struct Profile {
  std::string name;
  std::string note;                 ///< what the model leaves out; shown by `kmemlab machines`
  unsigned page_shift = 12;         ///< page size is 1 << page_shift, 256 (toys) to 8192
  unsigned word_bytes = 8;          ///< 4 or 8
  bool big_endian = false;          ///< byte order of memory, page tables included
  unsigned va_bits = 48;            ///< address bits that the page table translates: page_shift + sum of levels
  std::vector<unsigned> levels;     ///< index bits per level, top first
  unsigned pte_bytes = 8;           ///< 4 or 8; layout in pte.h
  unsigned tlb_entries = 64;
  unsigned tlb_ways = 4;            ///< at least 2; equal to tlb_entries when fully associative
  AddrRange kernel_range;           ///< addresses of the kernel's space; the end may wrap to 0
  std::uint64_t user_bytes = 0;     ///< user spaces are [0, user_bytes)
  Addr arena_base;                  ///< where allocators get their pages
  std::uint64_t arena_bytes_max = 0;
  Addr static_base;                 ///< where tables made at boot lie (Machine::boot_alloc)
  std::uint64_t static_bytes_max = 0;
  Costs costs;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
};

/// The built-in profiles, in a fixed order: x86-64, i386, alpha, rs6000, power64.
std::span<const Profile> all_profiles();

/// nullptr when there is none of this name.
const Profile* find_profile(std::string_view name);

/// Whether the numbers fit together; the error names the first that does not.
Fallible<void> validate(const Profile& profile);

}  // namespace kmemlab::sim
