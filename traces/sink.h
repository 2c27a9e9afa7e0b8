// Where an importer puts events. The container writer is one; tests have others.
#pragma once

#include <cstdint>

#include "traces/event.h"

namespace kmemlab::traces {

class EventSink {
 public:
  virtual ~EventSink() = default;
  /// Events come in trace order; the n-th call is event n, counted from 0.
  virtual void append(const Event& event) = 0;
  /// The cache of an earlier allocation became known by its kmem_cache_free. Called at most once an event.
  virtual void learn_cache(std::uint64_t event_index, Index cache) = 0;
};

}  // namespace kmemlab::traces
