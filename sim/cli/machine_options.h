// The options -m, --ram and --arena, for verbs that replay.
#pragma once

#include <vector>

#include "core/base/error.h"
#include "sim/cli/arguments.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/replay.h"

namespace kmemlab::cli {

struct MachineWanted {
  sim::MachineSpec machine;
  bool native = false;  ///< each core on its own machine, with the sizes of `machine`
};

std::vector<OptionSpec> machine_options();
/// Errors are usage errors.
Fallible<MachineWanted> read_machine(const Parsed& p);
/// The machine of one core.
sim::MachineSpec machine_for(const MachineWanted& wanted, const sim::CoreSpec& core);
/// The machine of one core, with the sizes that it has for this trace.
sim::MachineSpec sized_machine(const MachineWanted& wanted, const sim::CoreSpec& core, const traces::KmtReader& trace);

}  // namespace kmemlab::cli
