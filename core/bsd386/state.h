// All state of the allocator outside guest memory: one trivially copyable struct, so that copying it beside the machine
// is a checkpoint. The per-page table (kmemusage) and the links of free blocks lie in guest memory.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/base/addr.h"
#include "core/base/digest.h"
#include "core/base/ints.h"
#include "core/bsd386/types.h"
#include "core/machine/kmem_call.h"

namespace kmemlab::bsd386 {

inline constexpr unsigned MINBUCKET = 4;                         ///< smallest block: 2^4 = 16 bytes
inline constexpr unsigned bucket_slots = 20;                     ///< indices 4 to 19 are used
inline constexpr std::uint64_t documented_size_max = 64 * 1024;  ///< malloc(9): "small (<= 64KB) portions"

/// documented: what malloc(9) of 386BSD says, without the defects that we know of. faithful: what the system did.
enum class Mode : std::uint8_t { documented, faithful };

/// The flags of malloc(9) that matter here; values of 386BSD 1.0.
enum Flags : unsigned { M_WAITOK = 0, M_NOWAIT = 1, M_ZERO_IT = 2 };

/// One size class: a free list of equal blocks, highest address of a fresh page first.
struct kmembuckets {
  Addr kb_next{};                  ///< head of the free list; each block's first word holds the next
  std::uint64_t kb_calls = 0;      ///< allocations so far
  std::uint64_t kb_total = 0;      ///< blocks that exist (large: allocations that live)
  std::uint64_t kb_totalfree = 0;  ///< blocks on the list
  std::uint64_t kb_elmpercl = 0;   ///< blocks in a page, 1 if the block is not smaller
  std::uint64_t kb_highwat = 0;    ///< more free blocks than this are a surplus
  std::uint64_t kb_couldfree = 0;  ///< surplus pages that were kept because the free came from an interrupt
};

/// Statistics and the limit of one type. memuse is in granted bytes.
struct kmemstats {
  std::uint64_t ks_inuse = 0;
  std::uint64_t ks_calls = 0;
  std::uint64_t ks_memuse = 0;
  std::uint16_t ks_limblocks = 0;  ///< times that a caller slept at the limit; stays at 65535
  std::uint16_t ks_mapblocks = 0;  ///< vestigial in 386BSD: nothing counts it
  std::uint64_t ks_maxused = 0;
  std::uint64_t ks_limit = 0;
};

/// Layout of one entry of kmemusage in guest memory: four bytes.
struct kmemusage {
  static constexpr std::uint64_t bytes = 4;
  static constexpr std::uint64_t ku_indx = 0;     ///< u16: bucket of the page; 0 = nothing begins here
  static constexpr std::uint64_t ku_freecnt = 2;  ///< u16: free blocks in the page; large: pages of the allocation
};

struct Config {
  Mode mode = Mode::documented;
  /// Share of the arena that one type may use, in tenths (386BSD 6; 4.3BSD-Tahoe 8).
  unsigned limit_tenths = 6;
  /// Pages' worth of free blocks that a bucket may keep.
  unsigned highwater_pages = 5;
};

struct State {
  std::array<kmembuckets, bucket_slots> bucket{};
  /// One more than M_LAST: in faithful mode type M_LAST passes the check for a bogus type, as it did.
  std::array<kmemstats, M_LAST + 1> stats{};
  AddrRange arena{};
  Addr kmemusage_base{};
  std::uint64_t toobig = 0;  ///< requests over 64 KB refused in documented mode
  unsigned page_shift = 12;
  Mode mode = Mode::documented;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  /// Blocks of this size and above are whole pages from kmem and never kept (>=, the mark of 386BSD 1.0).
  std::uint64_t maxallocsave() const { return page_bytes() * 2; }
  Addr usage_of(Addr a) const { return kmemusage_base + ((a.v - arena.base.v) >> page_shift) * kmemusage::bytes; }
  /// The wait channel of a type: stands for the address of its record.
  static constexpr Channel type_channel(unsigned type) { return Channel{0x386b'0000'0000ULL + type}; }
};
static_assert(std::is_trivially_copyable_v<State>);

/// Field by field, so that padding never counts.
inline std::uint64_t digest(const State& s) {
  Digest d;
  for (const kmembuckets& kb : s.bucket) {
    for (const std::uint64_t v :
         {kb.kb_next.v, kb.kb_calls, kb.kb_total, kb.kb_totalfree, kb.kb_elmpercl, kb.kb_highwat, kb.kb_couldfree}) {
      d.add(v);
    }
  }
  for (const kmemstats& ks : s.stats) {
    for (const std::uint64_t v : {ks.ks_inuse, ks.ks_calls, ks.ks_memuse, std::uint64_t{ks.ks_limblocks},
                                  std::uint64_t{ks.ks_mapblocks}, ks.ks_maxused, ks.ks_limit}) {
      d.add(v);
    }
  }
  d.add(s.toobig);
  return d.value();
}

/// Smallest bucket whose blocks hold `size` bytes; sizes over 256 KiB share the last one.
constexpr unsigned bucket_index(std::uint64_t size) {
  const unsigned i = size > (std::uint64_t{1} << (bucket_slots - 1)) ? bucket_slots - 1 : ceil_log2(size);
  return i < MINBUCKET ? MINBUCKET : i;
}

/// One call of malloc in progress; plain data. Fill size, type, flags; run malloc() until it is not `blocked`.
struct MallocCall {
  enum class Phase : std::uint8_t { start, at_limit, in_kmem };

  std::uint64_t size = 0;
  unsigned type = M_TEMP;
  unsigned flags = M_WAITOK;

  Addr address{};             ///< result when done; null when failed
  std::uint64_t granted = 0;  ///< bytes of the block when done
  Phase phase = Phase::start;
  Reason reason = Reason::none;         ///< when failed
  SleepCause cause = SleepCause::none;  ///< when blocked
  Channel channel{};                    ///< when blocked
  KmemCall kmem{};                      ///< while in_kmem
};
static_assert(std::is_trivially_copyable_v<MallocCall>);

}  // namespace kmemlab::bsd386
