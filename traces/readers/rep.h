// Reads the malloc-lab format .rep (spec/trace_formats.md 8.1): two or four lines with a number each, then `a id size`,
// `r id size`, `f id`. The number of operations stands in the last line but one of four, or in the last of two; a file
// that holds fewer was cut, which is damage. Some hold more: all are read. `f -1` frees null; an allocation without a
// size asks for 0 bytes; ids are names, and may be used again after a free. Has no time, no CPU, no task: every event
// is at tick 0.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_rep(Bytes head);
Fallible<void> read_rep(const ReadJob& job);

}  // namespace kmemlab::traces
