// Reads the tracepoint samples of a perf.data (perf_data.h: the container; perf_records.h: its records; perf_queue.h:
// their order). The raw data of a sample are what a ring buffer's record is, so DatDecoder reads them, by the formats
// that the recording carries. Samples of other events are marks. CPU, thread and time are the sample's own.
// perf leaves the symbols out of its recordings: call sites are addresses, unless an old perf put symbols in.
// Refuses: what perf_data.h refuses; a kmem event whose format lacks a field that it needs, by event and field.
#pragma once

#include "traces/readers/reader.h"

namespace kmemlab::traces {

bool looks_like_perf_data(Bytes head);
Fallible<void> read_perf_data(const ReadJob& job);

}  // namespace kmemlab::traces
