// One replay, by name: the door through which everything outside this folder starts a run.
#pragma once

#include <cstdint>

#include "core/base/error.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/core_spec.h"
#include "sim/replay/observer.h"
#include "sim/replay/policy.h"
#include "sim/replay/run_facts.h"
#include "sim/replay/session.h"
#include "traces/kmt/reader.h"

namespace kmemlab::sim {

/// Size of a roomy machine: the next power of two over 16 times the trace's peak granted bytes, at least 64 MiB; cut to
/// what the profile's kernel addresses hold.
std::uint64_t roomy_bytes(std::uint64_t peak_granted_bytes, const Profile& profile);

/// What a spec becomes for a trace: sizes decided and rounded up to pages.
KernelOptions kernel_options(const MachineSpec& machine, const traces::KmtView& trace);

/// Replays the trace on one core. Errors: impossible machine, bad option value, damaged trace. A panic is no error
/// here: it stands in RunFacts::stopped.
Fallible<RunFacts> replay(const traces::KmtReader& trace, const CoreSpec& core, const MachineSpec& machine,
                          const ReplayPolicy& policy, Observer& observer, const ReplayProgress& progress);

}  // namespace kmemlab::sim
