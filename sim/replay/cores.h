// The cores that a replay can run: for each what it is called, its options, and its run function, which lives in a file
// of its own, since it instantiates the core (one explicit instantiation per core keeps rebuilds short).
#pragma once

#include "core/base/ints.h"
#include "sim/replay/replay.h"

namespace kmemlab::sim {

struct RunInputs {
  traces::KmtReader& trace;
  const CoreSpec& core;
  const MachineSpec& machine;
  const ReplayPolicy& policy;
  Observer& observer;
  const ReplayProgress& progress;
};

CoreInfo aix_info();
CoreInfo beos_info();
CoreInfo bsd386_info();
CoreInfo osf1_info();

Fallible<RunFacts> replay_aix(const RunInputs& in);
Fallible<RunFacts> replay_beos(const RunInputs& in);
Fallible<RunFacts> replay_bsd386(const RunInputs& in);
Fallible<RunFacts> replay_osf1(const RunInputs& in);

}  // namespace kmemlab::sim
