// What makes a shrunk trace readable: one task, one CPU, no interrupts, plain flags, no call sites, round sizes, times
// a microsecond apart. Each is tried on all events at once, then on single ones, and taken only if the trace still
// shows what it has to show.
#pragma once

#include "sim/check/shrinking.h"

namespace kmemlab::check {

void simplify(Shrinking& s);

/// All blocks of one size, a page first: of large blocks few are needed. True if it was taken.
bool larger_blocks(Shrinking& s);

}  // namespace kmemlab::check
