// What of the allocator's state decides what it will do: lists, counts that are compared, who waits where. Left out are
// statistics, what was set once at boot, and `signals` and `releases`, which are only compared within one call. Two
// states with the same digest, on machines with the same structure, behave alike for ever; explore merges them.
#pragma once

#include "core/osf1/calls.h"
#include "core/osf1/state.h"

namespace kmemlab::osf1 {

inline std::uint64_t structure_digest(const State& s) {
  Digest d;
  for (const kmembuckets& kb : s.bucket) {
    for (const std::uint64_t v :
         {kb.kb_next.v, kb.kb_total, kb.kb_totalfree, kb.kb_whole, kb.kb_whole_low.v, kb.kb_waiting, kb.kb_refill}) {
      d.add(v);
    }
  }
  for (const kmemstats& ks : s.stats) {
    d.add(ks.ks_memuse);
    d.add(ks.ks_inuse);
  }
  for (const Channel& c : s.wait_channel) d.add(c.v);
  for (const std::uint64_t v : {s.large.lg_inuse, s.large.lg_memuse, s.kmem_corrupt_data.addr.v,
                                s.kmem_corrupt_data.size, s.thread_channel.v}) {
    d.add(v);
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
inline void structure_into(Digest& d, const PoolThreadCall& c) {
  for (const std::uint64_t v : {static_cast<std::uint64_t>(c.phase), std::uint64_t{c.indx}, c.channel.v}) d.add(v);
}

}  // namespace kmemlab::osf1
