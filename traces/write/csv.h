// Writes CSV (RFC 4180: quotes where a value needs them; lines end with \n, which every program takes): a header row,
// then a row for each event with all its fields. Unknown is an empty cell, never 0. Read by spreadsheets and scripts,
// not by kmemlab. Loses the quality block, what the source says (kernel, clock), addresses of named call sites, gfp
// numbers.
#pragma once

#include "traces/kmt/reader.h"
#include "traces/write/line_out.h"
#include "traces/write/losses.h"

namespace kmemlab::traces {

Fallible<Losses> write_csv(KmtReader& from, LineOut& out);

}  // namespace kmemlab::traces
