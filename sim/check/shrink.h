// `kmemlab shrink`: the smallest trace that still shows something, by delta debugging (ddmin.h) on the units of a trace
// (shrink_trace.h). What it has to show is a question that only the caller can answer; the answer must be the same for
// the same trace. In this order: what is no slab event; the shortest beginning and the shortest end; one class of
// sizes; units; single frees; then what makes a trace readable (simplify.h); and units again, until nothing changes.
// The result is 1-minimal in its units: without any one of them it does not show it, unless the runs were used up.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/error.h"
#include "sim/check/shrink_trace.h"

namespace kmemlab::check {

/// Does it show it? Errors end the search.
using Shows = std::function<Fallible<bool>(traces::KmtReader&)>;
/// Candidates tried, events left. Called after each candidate.
using ShrinkProgress = std::function<void(std::uint64_t tried, std::uint64_t events)>;

struct ShrinkLimits {
  std::uint64_t runs_max = 5'000;  ///< candidates that are tried
};

struct Shrunk {
  ShrinkTrace trace;
  std::uint64_t units = 0;  ///< left
  std::uint64_t tried = 0;
  bool minimal = false;  ///< false: the runs were used up
};

/// Error if the trace does not show it, besides those of `shows`.
Fallible<Shrunk> shrink(ShrinkTrace trace, const Shows& shows, const ShrinkLimits& limits,
                        const ShrinkProgress& progress);

}  // namespace kmemlab::check
