// Reads LTTng recordings as babeltrace 1 and 2 print them (spec/trace_formats.md 5; layouts in babel_line.h): the kmem
// events of kernels, with the prefix kmem_ or without, and the C library's of user space (lttng_ust_libc). Pointers are
// real; gfp_flags are numbers, whose meaning is not in the text. Times of a day that start again are a new day.
// The task is a context where the recorder was told to add one (tid, vtid, pid, vpid, procname); elsewhere the last
// sched_switch of the CPU names it, and before the first it is unknown. "discarded N events" warnings count as lost.
// Refuses: events that lack a field from the first line on (layout_watch.h). The binary form (CTF) is not read.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_babeltrace(Bytes head);
Fallible<void> read_babeltrace(const ReadJob& job);

}  // namespace kmemlab::traces
