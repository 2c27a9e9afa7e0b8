// All state of the allocator outside guest memory: one trivially copyable struct, so that copying it beside the
// machine is a checkpoint. The per-page table (kmemusage), the links of free blocks and the seals of kmem_debug lie
// in guest memory.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/base/addr.h"
#include "core/base/digest.h"
#include "core/base/ints.h"
#include "core/machine/channel.h"
#include "core/osf1/types.h"

namespace kmemlab::osf1 {

inline constexpr unsigned MINBUCKET = 5;    ///< smallest block: 32 bytes (ours; the sibling's tables begin at 32 too)
inline constexpr unsigned MAXBUCKET = 14;   ///< largest block of the pool: 16 KiB on every page size, MALLOC(9r)
inline constexpr unsigned bucket_slots = MAXBUCKET + 1;  ///< indices 5 to 14 are used
inline constexpr unsigned large_indx = 15;  ///< ku_indx of a block over 16 KiB
inline constexpr std::uint64_t pool_size_max = std::uint64_t{1} << MAXBUCKET;
inline constexpr std::uint64_t large_pages_max = 65535;  ///< ours: what ku_pagecnt holds

/// Where the pool's kernel thread sleeps while it has nothing to do (the name and the value are ours).
inline constexpr Channel pool_thread_channel{0x05f1'0000'0001ULL};

struct Config {
  std::uint64_t lowat_pages = 1;        ///< pages' worth that the boot and the thread put into a bucket; 0: no preload
  std::uint64_t highwat_pages = 5;      ///< pages' worth of free blocks over which the thread collects; at least lowat
  std::uint64_t collect_pages_max = 1;  ///< pages that the thread gives back in one wake-up; a run counts as one
  bool kmem_debug = false;              ///< the boot parameter kmem_debug=1
};

/// One size class of the pool: a list of free blocks, and the figures of `vmstat -M`.
struct kmembuckets {
  Addr kb_next{};                    ///< head of the free list
  std::uint64_t kb_calls = 0;        ///< requests
  std::uint64_t kb_misses = 0;       ///< requests that found the list empty; the others are hits
  std::uint64_t kb_fail_nowait = 0;  ///< misses with M_NOWAIT: null
  std::uint64_t kb_delayed = 0;      ///< misses with M_WAITOK: memory came from kmem_alloc
  std::uint64_t kb_sleeps = 0;       ///< times that such a call slept
  std::uint64_t kb_freed = 0;        ///< blocks that the thread gave back to the system
  std::uint64_t kb_total = 0;        ///< blocks that exist
  std::uint64_t kb_totalfree = 0;    ///< blocks on the list
  std::uint64_t kb_elmpercl = 0;     ///< blocks in a page; 1 if a block is a page or a run of pages
  std::uint64_t kb_lowat = 0;        ///< the thread refills to this; 0 if the arena cannot hold one block
  std::uint64_t kb_highwat = 0;      ///< more free blocks than this are a surplus
  std::uint64_t kb_whole = 0;        ///< pages or runs with all their blocks free
  Addr kb_whole_low{};               ///< none of those lies below this
  std::uint64_t kb_waiting = 0;      ///< calls that sleep in kmem_alloc because this list was empty
  std::uint64_t kb_refill = 0;       ///< 1: a call without M_WAITOK found the list empty; the thread shall refill

  bool surplus() const { return kb_whole > 0 && kb_totalfree > kb_highwat; }
};

/// Usage by type, in granted bytes. No limits.
struct kmemstats {
  std::uint64_t ks_inuse = 0;
  std::uint64_t ks_calls = 0;
  std::uint64_t ks_memuse = 0;
  std::uint64_t ks_maxused = 0;
};

/// Blocks over 16 KiB: straight from and to kmem.
struct largestats {
  std::uint64_t lg_calls = 0;
  std::uint64_t lg_failed = 0;  ///< larger than the arena or than large_pages_max
  std::uint64_t lg_sleeps = 0;
  std::uint64_t lg_inuse = 0;   ///< blocks
  std::uint64_t lg_memuse = 0;  ///< bytes
};

/// What MALLOC knows when it finds a freed block changed (MALLOC(9r), NOTES; the field names are ours). size 0:
/// nothing.
struct kmem_corrupt {
  Addr addr{};
  std::uint64_t size = 0;
  std::uint64_t pc = 0;  ///< low 32 bits of the last freer's pc, as found in the block: it may be corrupted itself
};

/// Layout of one entry of kmemusage in guest memory: four bytes.
struct kmemusage {
  static constexpr std::uint64_t bytes = 4;
  static constexpr std::uint64_t ku_indx = 0;     ///< u16: bucket, large_indx, or 0 = nothing begins here
  static constexpr std::uint64_t ku_freecnt = 2;  ///< u16: free blocks of the page or run; large: pages (ku_pagecnt)
};

struct State {
  std::array<kmembuckets, bucket_slots> bucket{};
  std::array<kmemstats, M_LAST> stats{};
  largestats large{};
  kmem_corrupt kmem_corrupt_data{};
  AddrRange arena{};
  Addr kmemusage_base{};
  std::uint64_t toobig = 0;      ///< over 16 KiB without M_WAITOK
  std::uint64_t ctx_errors = 0;  ///< M_WAITOK in an interrupt
  std::uint64_t signals = 0;     ///< times that the thread was asked for
  std::uint64_t releases = 0;    ///< times that memory came free: what a call that is about to sleep must not overlook
  std::uint64_t wakeups = 0;     ///< runs of the thread
  std::uint64_t refilled = 0;    ///< pages and runs that the thread put into the pool
  std::uint64_t collected = 0;   ///< pages and runs that the thread gave back
  Channel thread_channel = pool_thread_channel;  ///< where the thread sleeps: idle, or in kmem_alloc
  std::array<Channel, sleep_causes> wait_channel{};  ///< kmem's channels on which M_WAITOK calls slept, by cause
  std::uint64_t collect_pages_max = 1;
  unsigned page_shift = 13;
  bool kmem_debug = false;

  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift; }
  Addr page_of(Addr a) const { return Addr{round_down(a.v, page_bytes())}; }
  Addr usage_of(Addr a) const { return kmemusage_base + ((a.v - arena.base.v) >> page_shift) * kmemusage::bytes; }
  /// What kmem is asked for at a time: a page to carve, or the run of pages that is one block.
  std::uint64_t refill_bytes(unsigned indx) const {
    const std::uint64_t block = std::uint64_t{1} << indx;
    return block > page_bytes() ? block : page_bytes();
  }
  /// Offset of a free block's link: its first word, or with kmem_debug the word before the last (debug.h).
  std::uint64_t link_offset(unsigned indx) const { return kmem_debug ? (std::uint64_t{1} << indx) - 16 : 0; }
};
static_assert(std::is_trivially_copyable_v<State>);

namespace detail {
inline void add_bucket(Digest& d, const kmembuckets& kb) {
  for (const std::uint64_t v : {kb.kb_next.v, kb.kb_calls, kb.kb_misses, kb.kb_fail_nowait, kb.kb_delayed, kb.kb_sleeps,
                                kb.kb_freed, kb.kb_total, kb.kb_totalfree, kb.kb_elmpercl, kb.kb_lowat, kb.kb_highwat,
                                kb.kb_whole, kb.kb_whole_low.v, kb.kb_waiting, kb.kb_refill}) {
    d.add(v);
  }
}
}  // namespace detail

/// Field by field, so that padding never counts.
inline std::uint64_t digest(const State& s) {
  Digest d;
  for (const kmembuckets& kb : s.bucket) detail::add_bucket(d, kb);
  for (const kmemstats& ks : s.stats) {
    for (const std::uint64_t v : {ks.ks_inuse, ks.ks_calls, ks.ks_memuse, ks.ks_maxused}) d.add(v);
  }
  for (const Channel& c : s.wait_channel) d.add(c.v);
  const largestats& lg = s.large;
  const kmem_corrupt& kc = s.kmem_corrupt_data;
  for (const std::uint64_t v : {lg.lg_calls, lg.lg_failed, lg.lg_sleeps, lg.lg_inuse, lg.lg_memuse, kc.addr.v, kc.size,
                                kc.pc, s.toobig, s.ctx_errors, s.signals, s.releases, s.wakeups, s.refilled,
                                s.collected, s.thread_channel.v, s.collect_pages_max, std::uint64_t{s.kmem_debug}}) {
    d.add(v);
  }
  return d.value();
}

/// Smallest bucket whose blocks hold `size` bytes, size at most pool_size_max. Constant for a constant size, which is
/// why the manual page wants sizes to be constants.
constexpr unsigned bucket_index(std::uint64_t size) {
  const unsigned i = ceil_log2(size);
  return i < MINBUCKET ? MINBUCKET : i;
}

}  // namespace kmemlab::osf1
