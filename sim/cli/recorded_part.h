// What the recorded system did in the part of a trace that metrics speak of: the first row of every table.
#pragma once

#include "core/base/error.h"
#include "sim/replay/window.h"
#include "traces/kmt/reader.h"
#include "traces/totals.h"

namespace kmemlab::cli {

/// `whole` with requests, frees, bytes and peaks of the window alone; its other fields stay those of the whole trace.
Fallible<traces::Totals> recorded_part(traces::KmtReader& trace, const traces::Totals& whole,
                                       const sim::MetricsWindow& window);

}  // namespace kmemlab::cli
