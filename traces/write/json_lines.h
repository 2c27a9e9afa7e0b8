// Writes `kmemlab.events/1` (docs/formats.md), which traces/readers/json_lines.h reads back: same events, same digests,
// same quality block. Loses nothing of an event; of the tables, a second address of one call-site name and a second
// number of one gfp text. Bytes of names that are no UTF-8 become U+FFFD, and are counted.
#pragma once

#include "traces/kmt/reader.h"
#include "traces/write/line_out.h"
#include "traces/write/losses.h"

namespace kmemlab::traces {

Fallible<Losses> write_json_lines(KmtReader& from, LineOut& out);

}  // namespace kmemlab::traces
