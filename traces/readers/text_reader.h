// Reads kernel event text: ftrace (`cat trace`, `trace_pipe`, every header since 2.6.31, the function_graph tracer's
// comments), `trace-cmd report`, `perf script`, perf-prof, and the same inside systrace's HTML.
// One line at a time; the memory bound is one piece of 256 KiB, and lines of at most 64 KiB (longer ones are damage).
// What is not an event (headers, stack traces, blank lines, LOST marks) is recognised; what is nothing known is counted
// as damage with its line number, and the next line is read.
// Refuses: an event whose lines all lack a key that is needed (text_assembler.h); HTML without a trace in it.
// Loses against the binary: nanoseconds (text shows microseconds), anything that the printing kernel left out.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_kernel_text(Bytes head);
Fallible<void> read_kernel_text(const ReadJob& job);

/// What systrace writes: a viewer of some megabytes, and behind it the text inside `<script class="trace-data" ...>`.
bool looks_like_systrace_html(Bytes head);
Fallible<void> read_systrace_html(const ReadJob& job);

}  // namespace kmemlab::traces
