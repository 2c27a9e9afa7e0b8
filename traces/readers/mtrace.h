// Reads what glibc's mtrace() writes (spec/trace_formats.md 8.2; glibc manual 3.2.4.4): `@ CALLER + PTR SIZE`,
// `- PTR`, `< PTR` and `> PTR SIZE` (a realloc, in two lines), `! PTR SIZE` (one that failed). Older files lack the
// `@`. Numbers are hexadecimal. A line that is none of these, and half a realloc, are damage. Has no time and no
// thread: every event is at tick 0. What a block was rounded up to is not recorded.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_mtrace(Bytes head);
Fallible<void> read_mtrace(const ReadJob& job);

}  // namespace kmemlab::traces
