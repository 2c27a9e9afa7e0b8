// Processes with a private region: a range of kernel addresses that shows each process pages of its own. A kernel
// process keeps its u-block, its stack, and whatever it wants to keep from others there (shared/spec/aix_and_beos.md
// section 1.4).
#pragma once

#include <concepts>

#include "core/base/addr.h"

namespace kmemlab {

//  - process: number of the process that runs, from 1; 0 if none does (boot).
//  - private_region: the range; the same addresses for every process. Empty if the machine has none.
template <class M>
concept HasProcesses = requires(const M m) {
  { m.process() } -> std::convertible_to<unsigned>;
  { m.private_region() } -> std::same_as<AddrRange>;
};

}  // namespace kmemlab
