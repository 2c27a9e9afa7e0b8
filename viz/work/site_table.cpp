#include "viz/work/site_table.h"

#include <algorithm>
#include <map>

namespace kmemlab::viz {

std::vector<SiteRow> site_table(const sim::Snapshot& now, SiteOrder order) {
  std::map<std::uint32_t, SiteRow> by_site;
  for (const sim::HeldBlock& b : now.map.blocks()) {
    SiteRow& row = by_site[b.call_site];
    if (row.blocks++ == 0) row.site = b.call_site, row.oldest_event = b.event;
    row.requested += b.requested, row.granted += b.granted;
    row.oldest_event = std::min(row.oldest_event, b.event);
  }
  for (const sim::HeldPage& page : now.map.pages()) {
    const auto blocks = now.map.blocks_of(page);
    if (blocks.empty()) continue;
    const std::uint32_t site = blocks.front().call_site;
    if (std::all_of(blocks.begin(), blocks.end(), [&](const sim::HeldBlock& b) { return b.call_site == site; }))
      ++by_site[site].pinned_pages;
  }
  std::vector<SiteRow> rows;
  for (const auto& [site, row] : by_site) rows.push_back(row);
  const auto value = [&](const SiteRow& r) -> std::uint64_t {
    switch (order) {
      case SiteOrder::granted:
        return r.granted;
      case SiteOrder::waste:
        return r.granted - std::min(r.granted, r.requested);
      case SiteOrder::blocks:
        return r.blocks;
      case SiteOrder::pinned:
        return r.pinned_pages;
      case SiteOrder::oldest:
        return ~r.oldest_event;
    }
    return 0;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const SiteRow& a, const SiteRow& b) { return value(a) > value(b); });
  return rows;
}

}  // namespace kmemlab::viz
