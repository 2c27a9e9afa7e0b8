// Reads the events of a trace.dat (see trace_dat.h for the container) and hands them on in trace order: CPUs merged by
// (tick, cpu, order in the CPU's own buffer).
// Refuses: a recording without readable ring-buffer pages; a memory event whose format lacks a field that it needs.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_trace_dat(Bytes head);
Fallible<void> read_trace_dat(const ReadJob& job);

}  // namespace kmemlab::traces
