// Reads ltrace's text (spec/trace_formats.md 8.3): `malloc(24) = 0x55d0c02a0`, `free(0x55d0c02a0) = <void>`, realloc,
// calloc, memalign, aligned_alloc, valloc; with `[pid 1234] ` or `1234 ` in front (-f), a time in seconds or of the day
// (-ttt, -tt), `lib->` before the name (-e); `<unfinished ...>` and `<... malloc resumed>` of each process are put
// together. An allocation happens when it returns, an unfinished free when it is called: its address may be handed out
// again before it returns. Other functions are marks. Sizes granted are not known; there is no CPU; without -tt or
// -ttt all is at tick 0.
// Refuses, as damage: lines that are no call; a return without its call. posix_memalign does not print its block, so
// that it is a mark too, and the free of its block a free of something unknown.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_ltrace(Bytes head);
Fallible<void> read_ltrace(const ReadJob& job);

}  // namespace kmemlab::traces
