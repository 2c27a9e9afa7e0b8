// The runs behind one report of `kmemlab replay`: each core once, and with --common each once more over the blocks that
// all of them granted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/cli/html/picture.h"
#include "sim/cli/open_trace.h"
#include "sim/cli/output.h"
#include "sim/cli/render.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/policy.h"
#include "sim/replay/replay.h"

namespace kmemlab::cli {

struct WantedRuns {
  std::vector<sim::CoreSpec> cores;
  sim::MachineSpec machine;
  bool native = false;  ///< each core on its own machine, with the sizes of `machine`
  sim::ReplayPolicy policy;
  bool common = false;
};

/// What else a report is made of, beside its numbers.
struct Extras {
  OutputFile* log = nullptr;     ///< takes a line for each event; then there is one core
  Pictures* pictures = nullptr;  ///< takes one for each core: --html
};

/// The machine that a core runs on: its system's own if `native`.
sim::MachineSpec machine_of(const WantedRuns& wanted, const sim::CoreSpec& core);

/// Fills report.runs, .machines and .common.
Fallible<void> run_all(OpenTrace& trace, const WantedRuns& wanted, const Extras& extras, ReplayReport& report);

}  // namespace kmemlab::cli
