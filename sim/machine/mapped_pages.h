// Which pages of a range are mapped: read from the page tables a last table at a time, so that what is not there costs
// next to nothing. For viewers: counts no access.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/addr.h"
#include "sim/machine/machine.h"

namespace kmemlab::sim {

/// f(page) for each page of the range that is mapped in the kernel's space, lowest first.
template <class F>
void for_each_mapped_page(const Machine& machine, AddrRange range, F f) {
  const PageTables& tables = machine.tables();
  const unsigned shift = machine.page_shift();
  const std::uint64_t group = std::uint64_t{1} << tables.leaf_bits();
  const std::uint64_t end = range.end().v >> shift;
  for (std::uint64_t vpn = range.base.v >> shift; vpn < end;) {
    const PageTables::Walk walk = tables.walk(machine.frames(), kernel_space, vpn);
    const std::uint64_t stop = std::min(end, (vpn & ~(group - 1)) + group);
    if (walk.leaf == nullptr) {
      vpn = stop;
      continue;
    }
    for (; vpn < stop; ++vpn) {
      if (tables.read_entry(walk.leaf, tables.leaf_index(vpn)).valid()) f(Addr{vpn << shift});
    }
  }
}

}  // namespace kmemlab::sim
