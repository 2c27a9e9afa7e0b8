// A search in progress: the smallest trace so far, and the one way to make it smaller, which is to try another one.
#pragma once

#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sim/check/ddmin.h"
#include "sim/check/shrink.h"

namespace kmemlab::check {

class Shrinking {
 public:
  Shrinking(ShrinkTrace trace, const Shows& shows, const ShrinkLimits& limits, const ShrinkProgress& progress)
      : now_(std::move(trace)), shows_(shows), limits_(limits), progress_(progress) {}

  const ShrinkTrace& now() const { return now_; }
  std::uint64_t tried() const { return tried_; }
  bool used_up() const { return tried_ >= limits_.runs_max; }
  const std::optional<Error>& error() const { return error_; }
  /// How often a candidate was taken.
  std::uint64_t taken() const { return taken_; }

  /// Does the candidate show it? No more after an error or when the runs are used up; one that did not show it before
  /// is not run again.
  bool shows(const ShrinkTrace& candidate);
  /// Takes the candidate in the place of the trace if it shows it.
  bool take(ShrinkTrace candidate);
  /// Takes it without a run: nothing that a run looks at may differ.
  void put(ShrinkTrace trace) {
    if (!digests_compare(trace, now_)) in_vain_.clear();
    now_ = std::move(trace);
  }

  ShrinkTrace with(std::vector<ShrinkEvent> events) const {
    return {now_.tables, now_.source, std::move(events), now_.units};
  }
  /// The trace without the events for which `goes(event)` is true.
  template <class Goes>
  ShrinkTrace without(Goes goes) const {
    std::vector<ShrinkEvent> kept;
    kept.reserve(now_.events.size());
    for (const ShrinkEvent& e : now_.events) {
      if (!goes(e)) kept.push_back(e);
    }
    return with(std::move(kept));
  }
  /// The units that are left, in the order in which they begin.
  std::vector<std::uint32_t> units() const;
  ShrinkTrace of_units(const std::vector<std::uint32_t>& units) const;
  /// Delta debugging on units: 1-minimal afterwards if `finest` is 1.
  void fewer_units(std::size_t finest = 1);

 private:
  ShrinkTrace now_;
  const Shows& shows_;
  ShrinkLimits limits_;
  const ShrinkProgress& progress_;
  std::unordered_set<std::uint64_t> in_vain_;  ///< digests, of traces with the tables of now_; never iterated
  std::uint64_t tried_ = 0, taken_ = 0;
  std::optional<Error> error_;
};

}  // namespace kmemlab::check
