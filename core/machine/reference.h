// Storage references by programs other than the allocator itself, and what an error of one does. Loads and stores of a
// core stop the machine when they fault; a user program's, or those of kernel code that expects errors, only fail,
// unless they fall into a *system area*: then the system crashes (AIX V_SYSTEM, shared/spec/aix_and_beos.md section
// 3.1).
#pragma once

#include <concepts>
#include <cstdint>

#include "core/base/addr.h"

namespace kmemlab {

/// One reference to four bytes, naturally aligned. Machines take it as refer(reference): the value loaded (for a
/// store, the value stored), or nothing if it failed; in a system area a failure is a panic with `system_area_crash`.
struct Reference {
  enum class Mode : std::uint8_t { kernel, user };
  enum class Access : std::uint8_t { load, store };
  Addr at{};
  Mode mode = Mode::kernel;
  Access access = Access::load;
  std::uint32_t value = 0;  ///< to store
};

inline constexpr const char* system_area_crash = "storage reference error in a system area";

enum class SystemArea : std::uint8_t { no, yes };

/// set_system_area: from now on a failing reference in this range crashes the system, or does not. A range stays what
/// it is when its pages go: what touches freed memory of a system area is an error in it too.
template <class M>
concept HasReferenceErrors = requires(M m, AddrRange range, SystemArea area) {
  m.set_system_area(range, area);
};

}  // namespace kmemlab
