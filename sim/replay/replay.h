// One replay, by name: the door through which everything outside this folder starts a run.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/error.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/observer.h"
#include "sim/replay/policy.h"
#include "sim/replay/run_facts.h"
#include "traces/kmt/reader.h"

namespace kmemlab::sim {

/// The machine of a run. Sizes are bytes.
struct MachineSpec {
  Profile profile;
  std::uint64_t ram_bytes = 0;    ///< 0 = roomy
  std::uint64_t arena_bytes = 0;  ///< 0 = roomy
};

/// Size of a roomy machine: the next power of two over 16 times the trace's peak granted bytes, at least 64 MiB; cut to
/// what the profile's kernel addresses hold.
std::uint64_t roomy_bytes(std::uint64_t peak_granted_bytes, const Profile& profile);

/// What a spec becomes for a trace: sizes decided and rounded up to pages.
KernelOptions kernel_options(const MachineSpec& machine, const traces::KmtReader& trace);

/// Called now and then with the number of events done.
using ReplayProgress = std::function<void(std::uint64_t)>;

/// Replays the trace on one core. Errors: impossible machine, bad option value, damaged trace. A panic is no error
/// here: it stands in RunFacts::stopped.
Fallible<RunFacts> replay(traces::KmtReader& trace, const CoreSpec& core, const MachineSpec& machine,
                          const ReplayPolicy& policy, Observer& observer, const ReplayProgress& progress);

}  // namespace kmemlab::sim
