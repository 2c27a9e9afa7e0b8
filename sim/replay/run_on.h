// Makes a session of one system on the machine of a run: what every X_run.cpp does once its options are read.
#pragma once

#include <memory>
#include <utility>

#include "sim/replay/cores.h"
#include "sim/replay/replay.h"
#include "sim/replay/replayer.h"
#include "sim/replay/session_of.h"

namespace kmemlab::sim {

namespace detail {

template <template <class> class Adapter, template <class> class Player, class K, class Options>
std::unique_ptr<Session> session_with(K kernel, const Options& options, const SessionInputs& in) {
  return std::make_unique<SessionOf<Adapter<K>, Player<Adapter<K>>>>(std::move(kernel), options, in.trace, in.policy);
}

}  // namespace detail

/// `Player` is Replayer for systems under one kernel lock. The common machine shape gets code of its own, for speed.
template <template <class> class Adapter, template <class> class Player = Replayer, class Options>
Fallible<std::unique_ptr<Session>> session_on(const Options& options, const SessionInputs& in) {
  auto kernel = Kernel::create(in.machine.profile, kernel_options(in.machine, *in.trace));
  if (!kernel) return Failure<Error>{kernel.error()};
  if (Shape4k64::fits(in.machine.profile)) {
    return detail::session_with<Adapter, Player>(ShapedKernel<Shape4k64>(std::move(*kernel)), options, in);
  }
  return detail::session_with<Adapter, Player>(std::move(*kernel), options, in);
}

}  // namespace kmemlab::sim
