// Writes kernel event text, as `cat trace` shows it but with nanoseconds (`trace-cmd report -t` has nine digits too).
// Our text reader gives the same digests back. Pointers are made up: 0xffff888000000000 + 16 x block id. Loses real
// addresses and the migrate-disable and need-resched columns, which a container does not hold either; the preemption
// depth is 0 or 1. Loses too: kernel, clock, counts of damage, and that a cache was learned (its allocation shows it).
// Where the text cannot say what the trace does, the record is counted: see the .cpp.
#pragma once

#include "traces/kmt/reader.h"
#include "traces/write/line_out.h"
#include "traces/write/losses.h"

namespace kmemlab::traces {

Fallible<Losses> write_ftrace_text(KmtReader& from, LineOut& out);

}  // namespace kmemlab::traces
