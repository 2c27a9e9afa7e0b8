// What of the allocator's state decides what it will do: lists, counts that are compared, the limits' usage. Left out
// are statistics and what was set once at boot. Two states with the same digest, on machines with the same structure,
// behave alike for ever; explore merges them.
#pragma once

#include "core/bsd386/state.h"

namespace kmemlab::bsd386 {

inline std::uint64_t structure_digest(const State& s) {
  Digest d;
  for (const kmembuckets& kb : s.bucket) {
    for (const std::uint64_t v : {kb.kb_next.v, kb.kb_total, kb.kb_totalfree}) d.add(v);
  }
  for (const kmemstats& ks : s.stats) {
    d.add(ks.ks_memuse);
    d.add(ks.ks_inuse);
  }
  return d.value();
}

/// Of a request in progress: its arguments and how far it is. What kmem_alloc knows of it is the caller's to add.
inline void structure_into(Digest& d, const MallocCall& c) {
  for (const std::uint64_t v :
       {c.size, std::uint64_t{c.type}, std::uint64_t{c.flags}, static_cast<std::uint64_t>(c.phase)}) {
    d.add(v);
  }
}

}  // namespace kmemlab::bsd386
