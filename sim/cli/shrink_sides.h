// The runs whose metrics `kmemlab shrink` compares: a core in this program, or the same one in another build of it.
// Sizes of the machine are decided once, by the original trace, so that every candidate meets the same machine.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/keep_expr.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/replay.h"
#include "traces/kmt/reader.h"

namespace kmemlab::cli {

struct ShrinkSide {
  std::string program;  ///< empty: this one
  sim::CoreSpec core;
  sim::MachineSpec machine;  ///< with sizes
  bool recorded = false;     ///< bytes.recorded_granted is wanted, too: the trace is counted for it
};

/// Errors: a damaged trace, bad options of a core, or a program that does not do what a kmemlab does.
Fallible<check::MetricValues> measure(const ShrinkSide& side, traces::KmtReader& trace);
Fallible<std::vector<check::MetricValues>> measure_all(const std::vector<ShrinkSide>& sides, traces::KmtReader& trace);

}  // namespace kmemlab::cli
