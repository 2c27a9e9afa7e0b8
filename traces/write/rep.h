// Writes the malloc-lab trace format .rep: four header lines (suggested heap size, number of ids, number of operations,
// weight), then `a id size`, `r id size`, `f id`. Ids are dense from 0 in the order of allocation, each used once.
// Loses everything but op, id and size. Frees without an allocation in the trace, refused allocations, page events,
// marks and losses are left out and counted; a lost free is written as a free, since the format knows no block without
// an end.
#pragma once

#include "traces/kmt/reader.h"
#include "traces/write/line_out.h"
#include "traces/write/losses.h"

namespace kmemlab::traces {

Fallible<Losses> write_rep(KmtReader& from, LineOut& out);

}  // namespace kmemlab::traces
