// Two to four runs on one picture: the pages that any of them holds, and how two of them differ page by page. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/observe/report.h"
#include "sim/observe/snapshot.h"
#include "viz/model/map_paint.h"
#include "viz/model/page_layout.h"

namespace kmemlab::viz {

/// Every page that one of them holds, as a map without blocks: its layout fits all. Empty maps if page sizes differ.
sim::PageMap union_of(const std::vector<const sim::Snapshot*>& runs);

struct DifferenceCount {
  std::uint64_t both = 0, only_a = 0, only_b = 0;  ///< pages
};
DifferenceCount count_difference(const sim::PageMap& a, const sim::PageMap& b);

/// Pages only A holds and only B holds in the colours of A and B, the latter hatched; both: the paler, the more alike
/// their live bytes are, towards the colour of who has more.
Pixels paint_difference(const sim::Snapshot& a, const sim::Snapshot& b, const PageLayout& layout,
                        const Palette& colours, const MapPart& part);

/// One line of the table beside the maps: a value for each run, in whole units.
struct CompareRow {
  std::string name;
  std::vector<std::uint64_t> values;
  bool bytes = false;
  bool of_whole_run = false;  ///< else at the cursor
};
/// `reports`: null where a run is not prepared yet.
std::vector<CompareRow> compare_rows(const std::vector<const sim::Snapshot*>& runs,
                                     const std::vector<const sim::Report*>& reports);

}  // namespace kmemlab::viz
