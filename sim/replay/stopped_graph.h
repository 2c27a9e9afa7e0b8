// The wait graph of a run that stopped because nothing could run. To make it costs a pass over the rest of the trace,
// and who looks at such a run asks for it again and again, in this copy of the run or in that one: so it is made once
// for a run and all its copies, which may be in different threads. A what-if may stop somewhere else: then it is made
// anew.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "sim/replay/wait_graph.h"

namespace kmemlab::sim {

class StoppedGraph {
 public:
  /// What tells the end of one run from another's.
  struct Place {
    std::uint64_t stopped_at = WaitGraph::nowhere;
    std::uint64_t tick = 0;
    std::uint64_t outcomes = 0;  ///< digest of all outcomes until then
    bool operator==(const Place&) const = default;
  };

  /// The graph of this place; `make()` gives it the first time. Never null.
  template <class Make>
  std::shared_ptr<const WaitGraph> of(const Place& place, Make make) {
    const std::lock_guard lock(mutex_);
    if (graph_ == nullptr || place != place_) {
      graph_ = std::make_shared<const WaitGraph>(make());
      place_ = place;
    }
    return graph_;
  }

 private:
  std::mutex mutex_;  ///< of what follows
  Place place_;
  std::shared_ptr<const WaitGraph> graph_;
};

}  // namespace kmemlab::sim
