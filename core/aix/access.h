// Two ways to read a heap's records: as the allocator does (counted accesses, faults), and as a viewer does (peek:
// never counted, 0 where nothing is mapped). The record classes (page_set.h, page_table.h) are written once, over
// either.
#pragma once

#include <cstdint>

#include "core/base/addr.h"

namespace kmemlab::aix {

template <class M>
struct Touch {
  M& m;
  std::uint32_t get(Addr a) const { return m.template load<std::uint32_t>(a); }
  std::uint64_t get8(Addr a) const { return m.template load<std::uint64_t>(a); }
  void put(Addr a, std::uint32_t v) const { m.template store<std::uint32_t>(a, v); }
  void put8(Addr a, std::uint64_t v) const { m.template store<std::uint64_t>(a, v); }
  void add(Addr a, std::uint32_t v) const { put(a, get(a) + v); }
};

template <class M>
struct Look {
  const M& m;
  std::uint32_t get(Addr a) const { return m.template peek<std::uint32_t>(a).value_or(0); }
  std::uint64_t get8(Addr a) const { return m.template peek<std::uint64_t>(a).value_or(0); }
};

}  // namespace kmemlab::aix
