// What of the module's state outside guest memory decides what it will do. Ids of pools, areas and semaphores are never
// used again, so that two histories differ in them although nothing else does: a pool counts as its slot, and by how
// many are older (put_module deletes the oldest first). Left out are statistics and what was set once at boot. Two
// states with the same digest, on machines with the same structure, behave alike for ever; explore merges them.
#pragma once

#include <algorithm>

#include "core/beos/calls.h"
#include "core/beos/state.h"

namespace kmemlab::beos {

namespace detail {

inline void structure_of_pool(Digest& d, const State& s, const Pool& p) {
  const auto older = std::count_if(s.pool.begin(), s.pool.end(), [&](const Pool& other) {
    return other.id && other.id.v / pools_max < p.id.v / pools_max;
  });
  for (const std::uint64_t v :
       {static_cast<std::uint64_t>(&p - s.pool.data()), static_cast<std::uint64_t>(older), std::uint64_t{p.live},
        std::uint64_t{p.lock}, std::uint64_t{p.protection}, p.g.base.v, p.g.table.v, std::uint64_t{p.g.pages},
        std::uint64_t{p.fresh}, std::uint64_t{p.described}, std::uint64_t{p.table_pages}, std::uint64_t{p.asleep},
        p.run_pages, p.runs, p.bytes}) {
    d.add(v);
  }
  for (const Bin& b : p.bin) {
    for (const std::uint64_t v : {std::uint64_t{b.head}, b.total, b.used}) d.add(v);
  }
  for (const std::uint32_t start : p.lowest) d.add(start);
}

}  // namespace detail

inline std::uint64_t structure_digest(const State& s) {
  Digest d;
  for (const Pool& p : s.pool) {
    if (p.id) detail::structure_of_pool(d, s, p);
  }
  d.add(static_cast<std::uint64_t>(s.table_sem != 0));
  d.add(s.table_pages);
  return d.value();
}

/// A pool's slot, whatever number it bears; pools_max if it is gone.
inline std::uint64_t slot_of(const State& s, PoolId id) {
  const std::uint64_t slot = id.v % pools_max;
  return id && s.pool[slot].id == id ? slot : pools_max;
}

// Of requests in progress: arguments and how far they are. The place in a semaphore's queue is the caller's to add.
inline void structure_into(Digest& d, const Call& c) {
  d.add(static_cast<std::uint64_t>(c.phase));
}
inline void structure_into(Digest& d, const ResidentCall& c) {
  for (const std::uint64_t v : {c.range.base.v, c.range.bytes, c.pages_done}) d.add(v);
}
inline void structure_into(Digest& d, const State& s, const CreatePoolCall& c) {
  for (const std::uint64_t v : {std::uint64_t{c.address_spec}, c.size, std::uint64_t{c.lock_spec},
                                std::uint64_t{c.protection}, slot_of(s, c.making)}) {
    d.add(v);
  }
  structure_into(d, c.resident);
}
inline void structure_into(Digest& d, const State& s, const DeletePoolCall& c) {
  d.add(slot_of(s, c.pool));
}
inline void structure_into(Digest& d, const State& s, const MallocCall& c) {
  d.add(slot_of(s, c.pool));
  d.add(c.size);
}
inline void structure_into(Digest& d, const State& s, const CallocCall& c) {
  for (const std::uint64_t v : {slot_of(s, c.pool), c.members, c.size, c.address.v, c.granted}) d.add(v);
  structure_into(d, c.resident);
}
inline void structure_into(Digest& d, const State& s, const ReallocCall& c) {
  for (const std::uint64_t v : {slot_of(s, c.pool), c.ptr.v, c.size, c.granted, c.old_granted, c.block.v,
                                static_cast<std::uint64_t>(c.old_resident)}) {
    d.add(v);
  }
  structure_into(d, c.resident);
}
inline void structure_into(Digest& d, const State& s, const FreeCall& c) {
  d.add(slot_of(s, c.pool));
  d.add(c.ptr.v);
}

}  // namespace kmemlab::beos
