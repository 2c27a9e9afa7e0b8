// Reads `kmemlab.events/1`: JSON lines, the format for people who write their own traces (docs/formats.md). The first
// line is {"schema":"kmemlab.events/1", ...facts}; every other line is one event. {"op":"alloc","p":1,"size":64} is
// enough: what a line leaves out is unknown, and nothing is guessed. Refuses another schema version. A line that is no
// flat object, whose value has the wrong type, or that lacks what its op needs, is damage with its line number. Keys
// that are not known are skipped. Lines hold at most 64 KiB.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_json_lines(Bytes head);
Fallible<void> read_json_lines(const ReadJob& job);

}  // namespace kmemlab::traces
