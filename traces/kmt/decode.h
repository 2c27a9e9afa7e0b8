// From the columns of a chunk back to arrays: the loops that a replay's speed hangs on, and the checks that make a
// hostile chunk harmless. A column is checked whole, once, before its first block is decoded.
#pragma once

#include "traces/kmt/layout.h"

namespace kmemlab::traces::kmt {

/// A column of one chunk, ready to be decoded: `raw` is uncompressed (restart points first, if it has them).
struct ColumnView {
  Encoding encoding = Encoding::frame;
  unsigned width = 0;
  std::uint64_t base = 0;
  const unsigned char* raw = nullptr;  ///< null while width is 0 and there are no restarts
};

/// Uncompressed bytes of a column of `events` rows.
std::uint64_t raw_bytes_of(Encoding encoding, unsigned width, std::uint32_t events);

/// True if the encoding suits the column and the width is 0, 1, 2, 4 or 8 and not above the natural one.
bool plausible(const ColumnEntry& entry);

/// What values may be, so that whoever indexes tables by them is safe. `limit` values of a biased column: none, and
/// 0 to limit - 1; of others: 0 to limit - 1.
struct ColumnLimits {
  std::uint64_t slots = 0, names = 0, call_sites = 0, tasks = 0, caches = 0, gfps = 0, ids = 0;
};

/// Checks every value of the column against `limits`. False if one is outside.
bool values_in_range(Column column, const ColumnView& view, std::uint32_t events, const ColumnLimits& limits);

/// Decodes `rows` rows (at most 1024) from row `first` (a multiple of 1024) into the block. False if the column is
/// back-distance coded and refers to ids that cannot be (`ids` and above).
bool decode_column_block(Column column, const ColumnView& view, std::uint32_t chunk_rows, std::uint32_t first,
                         std::uint32_t rows, std::uint64_t ids, EventBlock& block);

}  // namespace kmemlab::traces::kmt
