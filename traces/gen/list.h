// The workloads, one function a file.
#pragma once

#include "traces/gen/workload.h"

namespace kmemlab::traces::gen {

Workload steady();
Workload ramp();
Workload sawtooth();
Workload checkerboard();
Workload mckusick_karels();
Workload netrx();
Workload pipeline();
Workload forkstorm();
Workload pow2();
Workload firstfit();

}  // namespace kmemlab::traces::gen
