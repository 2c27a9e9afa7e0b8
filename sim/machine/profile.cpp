// The table of profiles. Shapes: i386 two-level tables and 32-entry 4-way TLB (Intel 80386 Programmer's Reference
// Manual, 1986, chapter 5); x86-64 four levels of 9 bits (AMD64 Architecture Programmer's Manual, volume 2, chapter 5);
// Alpha three levels of 10 bits with 8 KiB pages (Alpha Architecture Reference Manual, section II); RS/6000 128-entry
// 2-way data TLB, 4 KiB pages (IBM Journal of Research and Development 34(1), 1990). The 64 entries of x86-64 (4-way)
// and alpha (fully associative) are round numbers. Kernel base 0xfe000000 of i386 is 386BSD's; other bases are ours.
#include "sim/machine/profile.h"

#include <array>
#include <numeric>

#include "core/base/ints.h"
#include "sim/machine/toy_profiles.h"

namespace kmemlab::sim {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::uint64_t tib = std::uint64_t{1} << 40;

Profile x86_64() {
  Profile p;
  p.name = "x86-64";
  p.note = "no accessed and dirty bits, no large pages";
  p.levels = {9, 9, 9, 9};
  p.kernel_range = {Addr{0xffff800000000000}, 128 * tib};
  p.user_bytes = 128 * tib;
  p.arena_base = Addr{0xffff888000000000};
  p.arena_bytes_max = 16 * tib;
  p.static_base = Addr{0xffffc90000000000};
  p.static_bytes_max = tib;
  p.costs = {.load = 1, .store = 1, .walk_read = 4, .tlb_miss = 6, .map_page = 60, .unmap_page = 200,
             .zero_8_bytes = 1, .call = 4, .spl = 3, .interrupt_entry = 400, .context_switch = 1200,
             .frame_take = 20, .frame_release = 20};
  return p;
}

Profile i386() {
  Profile p;
  p.name = "i386";
  p.note = "tables at 386BSD's kernel base 0xfe000000; the arena at 0xb0000000, so that 1 GiB fits below it";
  p.word_bytes = 4;
  p.va_bits = 32;
  p.levels = {10, 10};
  p.pte_bytes = 4;
  p.tlb_entries = 32;
  p.kernel_range = {Addr{0x80000000}, 2 * gib};
  p.user_bytes = 2 * gib;
  p.arena_base = Addr{0xb0000000};
  p.arena_bytes_max = 0xfe000000 - 0xb0000000;
  p.static_base = Addr{0xfe000000};
  p.static_bytes_max = 31 * mib;
  p.costs = {.load = 60, .store = 60, .walk_read = 150, .tlb_miss = 60, .map_page = 900, .unmap_page = 1200,
             .zero_8_bytes = 120, .call = 600, .spl = 300, .interrupt_entry = 3000, .context_switch = 20000,
             .frame_take = 600, .frame_release = 600};
  return p;
}

Profile alpha() {
  Profile p;
  p.name = "alpha";
  p.note = "virtual kernel segment seg1 only; superpage addresses (kseg) are not modelled";
  p.page_shift = 13;
  p.va_bits = 43;
  p.levels = {10, 10, 10};
  p.tlb_ways = 64;
  p.kernel_range = {Addr{0xfffffe0000000000}, 2 * tib};
  p.user_bytes = 4 * tib;
  p.arena_base = Addr{0xfffffe0000000000};
  p.arena_bytes_max = tib;
  p.static_base = Addr{0xffffff8000000000};
  p.static_bytes_max = 256 * gib;
  p.costs = {.load = 10, .store = 7, .walk_read = 40, .tlb_miss = 150, .map_page = 250, .unmap_page = 400,
             .zero_8_bytes = 7, .call = 60, .spl = 80, .interrupt_entry = 1000, .context_switch = 6000,
             .frame_take = 120, .frame_release = 120};
  return p;
}

Profile rs6000() {
  Profile p;
  p.name = "rs6000";
  p.note = "a two-level radix table stands in for the inverted page table; segment registers are not modelled";
  p.word_bytes = 4;
  p.big_endian = true;
  p.va_bits = 32;
  p.levels = {10, 10};
  p.pte_bytes = 4;
  p.tlb_entries = 128;
  p.tlb_ways = 2;
  p.kernel_range = {Addr{0x80000000}, 2 * gib};
  p.user_bytes = 2 * gib;
  p.arena_base = Addr{0xa0000000};
  p.arena_bytes_max = 0xf0000000 - 0xa0000000;
  p.static_base = Addr{0xf0000000};
  p.static_bytes_max = 255 * mib;
  p.costs = {.load = 40, .store = 40, .walk_read = 120, .tlb_miss = 200, .map_page = 600, .unmap_page = 800,
             .zero_8_bytes = 40, .call = 240, .spl = 120, .interrupt_entry = 2000, .context_switch = 10000,
             .frame_take = 300, .frame_release = 300};
  return p;
}

Profile power64() {
  Profile p;
  p.name = "power64";
  p.note = "a four-level radix table stands in for the hashed page table; 48 of 64 address bits are translated";
  p.big_endian = true;
  p.levels = {9, 9, 9, 9};
  p.tlb_entries = 128;
  p.tlb_ways = 2;
  p.kernel_range = {Addr{0xf100000000000000}, 128 * tib};
  p.user_bytes = 128 * tib;
  p.arena_base = Addr{0xf100000000000000};
  p.arena_bytes_max = 16 * tib;
  p.static_base = Addr{0xf100400000000000};
  p.static_bytes_max = tib;
  p.costs = {.load = 2, .store = 2, .walk_read = 8, .tlb_miss = 20, .map_page = 90, .unmap_page = 250,
             .zero_8_bytes = 1, .call = 8, .spl = 8, .interrupt_entry = 600, .context_switch = 2000,
             .frame_take = 30, .frame_release = 30};
  return p;
}

bool inside(const AddrRange& outer, Addr base, std::uint64_t bytes) {
  return outer.contains(base) && bytes != 0 && bytes <= outer.bytes - (base - outer.base);
}

Fallible<void> validate_tables(const Profile& p) {
  if (p.pte_bytes != 4 && p.pte_bytes != 8) return fail("page-table entries are neither 4 nor 8 bytes");
  if (p.levels.empty() || p.levels.size() > 6) return fail("the page table has no level, or too many", "1 to 6 levels");
  for (const unsigned bits : p.levels) {
    if (bits == 0 || (std::uint64_t{p.pte_bytes} << bits) > p.page_bytes()) {
      return fail("a page table does not fit into one page", "entries times their size at most one page");
    }
  }
  if (std::accumulate(p.levels.begin(), p.levels.end(), p.page_shift) != p.va_bits || p.va_bits > 56) {
    return fail("va_bits is not page_shift plus the bits of all levels", "their sum, at most 56");
  }
  return {};
}

}  // namespace

std::span<const Profile> all_profiles() {
  static const std::array<Profile, 5> table = {x86_64(), i386(), alpha(), rs6000(), power64()};
  return table;
}

const Profile* find_profile(std::string_view name) {
  for (const Profile& p : all_profiles()) {
    if (p.name == name) return &p;
  }
  for (const Profile& p : toy_profiles()) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

Fallible<void> validate(const Profile& p) {
  if (p.page_shift < 8 || p.page_shift > 13)
    return fail("unsupported page size", "a power of two from 256 to 8192 bytes");
  if (p.word_bytes != 4 && p.word_bytes != 8) return fail("unsupported word size", "4 or 8 bytes");
  if (auto tables = validate_tables(p); !tables) return tables;
  if (p.tlb_ways < 2 || p.tlb_entries == 0 || p.tlb_entries > 4096 || p.tlb_entries % p.tlb_ways != 0 ||
      !is_power_of_two(p.tlb_entries / p.tlb_ways)) {
    return fail("impossible TLB geometry", "at least 2 ways, a power of two of sets, at most 4096 entries");
  }
  const std::uint64_t reach = std::uint64_t{1} << p.va_bits;
  if (p.kernel_range.bytes > reach || p.user_bytes > reach || p.kernel_range.base.v % p.page_bytes() != 0) {
    return fail("an address space is larger than the page table reaches");
  }
  if (!inside(p.kernel_range, p.arena_base, p.arena_bytes_max) || p.arena_base.v % p.page_bytes() != 0) {
    return fail("the arena lies outside the kernel's addresses");
  }
  if (!inside(p.kernel_range, p.static_base, p.static_bytes_max) || p.static_base.v % p.page_bytes() != 0) {
    return fail("static kernel memory lies outside the kernel's addresses");
  }
  return {};
}

}  // namespace kmemlab::sim
