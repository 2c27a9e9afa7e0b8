// What this core asks of its machine, and how it is set up at boot: tables, water marks, and the preloaded pool.
#pragma once

#include <algorithm>

#include "core/machine/concepts.h"
#include "core/osf1/pool.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1 {

template <class M>
concept Machine = HasMemory<M> && HasShape<M> && HasContext<M> && HasWakeup<M> && HasKmem<M> && HasBootMemory<M> &&
                  HasPanic<M> && HasConsole<M> && HasSteps<M> && HasMarks<M>;

namespace detail {

/// Fills a bucket to its low-water mark, as far as memory goes: nobody can sleep yet.
template <Machine M>
void preload(M& m, State& s, unsigned indx) {
  const kmembuckets& kb = s.bucket[indx];
  while (kb.kb_totalfree < kb.kb_lowat) {
    KmemCall kmem;
    kmem.bytes = s.refill_bytes(indx);
    kmem.wait = Wait::no_sleep;
    if (m.kmem_alloc(kmem) != Outcome::done) {
      mark(m, Mark::preload_stops);
      return;
    }
    add_pages(m, s, kmem.va, indx);
  }
}

}  // namespace detail

/// Sets the allocator up: kmemusage from the kernel's static memory, the buckets' constants, and lowat_pages' worth
/// of blocks in each bucket, smallest bucket first ("a pool of preallocated memory", MALLOC(9r)). @pre page size at
/// most 16 KiB
template <Machine M>
void kmeminit(M& m, State& s, const Config& config) {
  s = State{};
  s.kmem_debug = config.kmem_debug;
  s.collect_pages_max = config.collect_pages_max;
  s.page_shift = m.page_shift();
  s.arena = m.arena();
  s.kmemusage_base = m.boot_alloc((s.arena.bytes >> s.page_shift) * kmemusage::bytes);
  for (unsigned i = MINBUCKET; i <= MAXBUCKET; ++i) {
    kmembuckets& kb = s.bucket[i];
    kb.kb_elmpercl = s.refill_bytes(i) >> i;
    kb.kb_lowat = s.refill_bytes(i) > s.arena.bytes ? 0 : config.lowat_pages * kb.kb_elmpercl;
    kb.kb_highwat = std::max(config.highwat_pages, config.lowat_pages) * kb.kb_elmpercl;
    kb.kb_whole_low = s.arena.end();
    detail::preload(m, s, i);
  }
}

}  // namespace kmemlab::osf1
