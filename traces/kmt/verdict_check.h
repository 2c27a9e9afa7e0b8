// Do the page verdicts of a container (section 13) fit its events? They are matched with page_alloc events by position
// alone, so one event too many or too few gives every later one its neighbour's verdict. Opening a file compares their
// number with the stored totals, which costs nothing; who relies on verdicts, or verifies all, has the events counted.
#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/cursor.h"
#include "traces/kmt/view.h"

namespace kmemlab::traces {

/// @pre a file that has verdicts at all
inline Fallible<void> compare_verdicts(std::uint64_t verdicts, std::uint64_t page_allocs) {
  if (verdicts == page_allocs) return {};
  return fail("section 13 has " + std::to_string(verdicts) + " page verdicts, but the trace has " +
                  std::to_string(page_allocs) + " page_alloc events",
              "expected one verdict for each; convert the original recording again");
}

/// Counts the page_alloc events: one pass over one column, and none where no verdicts are.
inline Fallible<void> check_verdicts(const std::shared_ptr<const KmtView>& trace) {
  if (trace->page_verdicts().size() == 0) return {};
  std::uint64_t page_allocs = 0;
  const auto counted = KmtCursor(trace).for_each_block(0, trace->events(), Column::op, [&](const EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) page_allocs += b.op[i] == Op::page_alloc;
  });
  if (!counted) return counted;
  auto same = compare_verdicts(trace->page_verdicts().size(), page_allocs);
  if (same) return same;
  Error error = same.error();
  error.file = trace->source().name;
  return Failure<Error>{std::move(error)};
}

}  // namespace kmemlab::traces
