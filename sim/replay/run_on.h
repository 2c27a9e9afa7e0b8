// Boots one core on the machine of a run and plays the trace: what every X_run.cpp does once its options are read.
#pragma once

#include <utility>

#include "sim/replay/cores.h"
#include "sim/replay/replayer.h"

namespace kmemlab::sim {

namespace detail {

template <template <class> class Adapter, template <class> class Player, class K, class Options>
Fallible<RunFacts> run_with(K kernel, const Options& options, const RunInputs& in) {
  Adapter<K> adapter(options, in.trace.tables());
  Player<Adapter<K>> player(kernel, adapter, in.trace, in.policy, in.observer);
  return player.run(in.progress);
}

}  // namespace detail

/// `Player` is Replayer for systems under one kernel lock. The common machine shape gets code of its own, for speed.
template <template <class> class Adapter, template <class> class Player = Replayer, class Options>
Fallible<RunFacts> run_core(const Options& options, const RunInputs& in) {
  auto kernel = Kernel::create(in.machine.profile, kernel_options(in.machine, in.trace));
  if (!kernel) return Failure<Error>{kernel.error()};
  if (Shape4k64::fits(in.machine.profile)) {
    return detail::run_with<Adapter, Player>(ShapedKernel<Shape4k64>(std::move(*kernel)), options, in);
  }
  return detail::run_with<Adapter, Player>(std::move(*kernel), options, in);
}

}  // namespace kmemlab::sim
