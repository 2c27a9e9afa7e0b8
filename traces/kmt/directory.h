// Opening a `.kmt` file: header, section directory, tables, chunk index, patches, all checked before they are used.
#pragma once

#include <optional>
#include <vector>

#include "traces/kmt/codec.h"
#include "traces/kmt/layout.h"
#include "traces/kmt/live_piece.h"
#include "traces/kmt/tables.h"
#include "traces/page_verdicts.h"
#include "traces/totals.h"

namespace kmemlab::traces::kmt {

struct PatchList {
  std::vector<std::uint64_t> events;  ///< ascending
  std::vector<Index> caches;
};

/// Everything in a file but its chunks' columns.
struct Opened {
  Header header;
  TraceFacts facts;
  Tables tables;
  Quality quality;
  Source source;
  std::vector<ChunkRef> chunks;
  PatchList patches;
  std::vector<LiveRef> live_heads;  ///< ascending; none in files without section 11
  std::optional<Totals> totals;  ///< none in files without section 12
  PageVerdicts verdicts;         ///< empty in files without section 13
};

Fallible<Opened> open_directory(const unsigned char* data, std::uint64_t bytes);

}  // namespace kmemlab::traces::kmt
