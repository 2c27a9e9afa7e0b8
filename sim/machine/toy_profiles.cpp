// The toy machines.
#include "sim/machine/toy_profiles.h"

#include <array>

namespace kmemlab::sim {

namespace {

Profile toy() {
  Profile p;
  p.name = "toy";
  p.note = "pages of 256 bytes, words of 4, a TLB of 4 entries: for explore";
  p.page_shift = 8;
  p.word_bytes = 4;
  p.va_bits = 32;
  p.levels = {6, 6, 6, 6};
  p.pte_bytes = 4;
  p.tlb_entries = 4;
  p.tlb_ways = 4;
  p.kernel_range = {Addr{0x80000000}, std::uint64_t{2} << 30};
  p.user_bytes = std::uint64_t{2} << 30;
  p.arena_base = Addr{0x80010000};
  p.arena_bytes_max = std::uint64_t{32} << 20;  // more pages than 16 bits count
  p.static_base = Addr{0x90000000};
  p.static_bytes_max = std::uint64_t{1} << 20;
  p.costs.load = p.costs.store = p.costs.call = 1;
  return p;
}

Profile toy_2k() {
  Profile p = toy();
  p.name = "toy-2k";
  p.note = "as toy, with pages of 2,048 bytes";
  p.page_shift = 11;
  p.levels = {7, 7, 7};
  p.arena_base = Addr{0x80200000};
  p.arena_bytes_max = 0x100000;
  return p;
}

}  // namespace

std::span<const Profile> toy_profiles() {
  static const std::array<Profile, 2> table = {toy(), toy_2k()};
  return table;
}

}  // namespace kmemlab::sim
