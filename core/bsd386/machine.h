// What this core asks of its machine, and how it is set up at boot (kmeminit).
#pragma once

#include "core/bsd386/marks.h"
#include "core/bsd386/state.h"
#include "core/machine/concepts.h"

namespace kmemlab::bsd386 {

template <class M>
concept Machine = HasMemory<M> && HasShape<M> && HasContext<M> && HasWakeup<M> && HasSleep<M> && HasKmem<M> &&
    HasBootMemory<M> && HasPanic<M> && HasSteps<M> && HasMarks<M>;

/// Sets the allocator up: kmemusage from the kernel's static memory (the arena is a submap of its own), the buckets'
/// constants, every type's limit (shared/spec/osf1_and_bsd.md section 3, "Init").
template <Machine M>
void kmeminit(M& m, State& s, const Config& config) {
  s = State{};
  s.mode = config.mode;
  s.page_shift = m.page_shift();
  s.arena = m.arena();
  const std::uint64_t pages = s.arena.bytes >> s.page_shift;
  s.kmemusage_base = m.boot_alloc((pages + 1) * kmemusage::bytes);  // faithful mode can look one entry past the end
  for (unsigned i = 0; i < bucket_slots; ++i) {
    const std::uint64_t block = std::uint64_t{1} << i;
    kmembuckets& kb = s.bucket[i];
    kb.kb_elmpercl = block >= s.page_bytes() ? 1 : s.page_bytes() / block;
    kb.kb_highwat = config.highwater_pages * kb.kb_elmpercl;
  }
  const std::uint64_t limit = static_cast<std::uint64_t>(static_cast<u128>(s.arena.bytes) * config.limit_tenths / 10);
  for (kmemstats& ks : s.stats) ks.ks_limit = limit;
}

}  // namespace kmemlab::bsd386
