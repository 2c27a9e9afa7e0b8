// Import: a recording in, events out. The format is chosen by content; identity is resolved here, once and for all
// (dense ids, slots, what a free frees), and what could not be resolved is counted in the quality block.
#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "traces/input.h"
#include "traces/meta.h"
#include "traces/page_verdicts.h"
#include "traces/readers/detect.h"
#include "traces/readers/reader.h"
#include "traces/sink.h"
#include "traces/totals.h"

namespace kmemlab::traces {

enum class Strictness : std::uint8_t {
  lenient,  ///< damage is counted and skipped
  strict,   ///< a recording with any defect (Quality::defective) is an Error, after all of it was read
};

struct ImportOptions {
  Strictness strictness = Strictness::lenient;
  Progress progress;  ///< may be empty
};

struct Imported {
  Tables tables;
  Quality quality;
  Source source;
  Totals totals;
  PageVerdicts page_verdicts;
};

/// Reads all of `input` into `sink`. Errors: a format that is not known, nothing usable at all, a memory event of
/// unknown layout, strictness. After an Error the sink holds a part of the events and must be thrown away. Memory: 40
/// bytes per distinct pointer (at 5/8 load), 24 per simultaneously live block, 16 per live page, the tables, and what
/// input.h and the readers state.
Fallible<Imported> import_trace(const Input& input, EventSink& sink, const ImportOptions& options = {});
/// The same by a reader that is not asked whether it knows the format.
Fallible<Imported> import_as(const FormatReader& reader, const Input& input, EventSink& sink,
                             const ImportOptions& options = {});

}  // namespace kmemlab::traces
