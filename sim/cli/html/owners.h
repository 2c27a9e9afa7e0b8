// Tables of who owns the bytes of a run: by call site, by waste of call sites, and by size. What is not in the top of a
// table stands in a row of its own, so that the columns sum to the totals.
#pragma once

#include <vector>

#include "sim/cli/report_tables.h"
#include "sim/observe/by_site.h"
#include "traces/meta.h"

namespace kmemlab::cli {

inline constexpr std::size_t owners_shown = 20;

std::vector<ReportTable> owner_tables(const sim::BySite& sites, const std::vector<traces::CallSite>& names);

}  // namespace kmemlab::cli
