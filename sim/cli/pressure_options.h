// --pages, --watermarks, --daemon-latency, --closed-loop: what presses on a replay, and what waiting does to arrivals.
#pragma once

#include <vector>

#include "sim/cli/arguments.h"
#include "sim/replay/pressure_policy.h"

namespace kmemlab::cli {

std::vector<OptionSpec> pressure_options();
/// Errors are usage errors.
Fallible<sim::PressurePolicy> read_pressure(const Parsed& p);

}  // namespace kmemlab::cli
