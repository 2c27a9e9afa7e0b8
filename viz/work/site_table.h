// Who has what alive now: the live blocks of a snapshot by call site, with the pages that each site alone holds. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/observe/snapshot.h"

namespace kmemlab::viz {

struct SiteRow {
  std::uint32_t site = 0;  ///< index of the trace's table; all ones: not known
  std::uint64_t blocks = 0, requested = 0, granted = 0;
  std::uint64_t oldest_event = 0;
  std::uint64_t pinned_pages =
      0;  ///< pages with live blocks of this site only: what freeing all of its blocks leaves free
};

enum class SiteOrder : std::uint8_t { granted, waste, blocks, pinned, oldest };

/// Largest first; equal ones by site.
std::vector<SiteRow> site_table(const sim::Snapshot& now, SiteOrder order);

}  // namespace kmemlab::viz
