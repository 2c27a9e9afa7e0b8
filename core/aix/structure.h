// What of the services' state outside guest memory decides what they will do: which heaps live where, and how much is
// pinned. Left out are statistics and what was set once at boot; lists and page tables are guest memory. Two states
// with the same digest, on machines with the same structure, behave alike for ever; explore merges them.
#pragma once

#include "core/aix/state.h"

namespace kmemlab::aix {

inline std::uint64_t structure_digest(const State& s) {
  Digest d;
  for (const HeapRecord& h : s.heap) {
    for (const std::uint64_t v : {h.g.front.v, std::uint64_t{h.g.numpages}, std::uint64_t{h.process}}) d.add(v);
  }
  for (const std::uint64_t v : {s.pinned_pages, s.leaked_pins, s.galloc_pages, std::uint64_t{s.metadata_pages}}) {
    d.add(v);
  }
  return d.value();
}

}  // namespace kmemlab::aix
