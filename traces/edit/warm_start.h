// A trace that begins with a heap in use. A recording starts in the middle of a kernel's life; what was allocated
// before has no events, so an allocator that replays it starts on untouched memory. A warm start puts allocations ahead
// of it, one for each object that /proc/slabinfo counted when the recording began.
//   order     The caches take turns in proportion to their objects (each time the one that is furthest behind), so that
//             objects of all sizes are mixed evenly; a row of slabinfo says nothing of order, and nothing is random.
//   fields    requested = granted = the object's size (what was asked is not known); a task's context that may be
//             interrupted, CPU 0, no task, no call site; named "kmalloc" for kmalloc-* caches, else "kmem_cache_alloc".
//   frees     A free of a block older than the trace that names its cache (kmem_cache_free since 5.12) frees the oldest
//             object that is left of that cache. kfree names none: such frees stay before_trace.
// Quality::carried counts the allocations that were put ahead.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/edit/edited.h"
#include "traces/edit/renumber.h"
#include "traces/edit/slabinfo.h"
#include "traces/sink.h"

namespace kmemlab::traces {

class WarmStart final : public EventSink {
 public:
  /// `max_slots` and `blocks` of the trace that comes in (KmtReader::facts): the objects get slots and ids beyond them
  /// before everything is renumbered. Memory: 8 bytes an object, and Renumber's.
  WarmStart(const std::vector<SlabCache>& caches, const Edited& before, std::uint64_t max_slots, BlockId blocks,
            EventSink& out);

  void append(const Event& event) override;
  void learn_cache(std::uint64_t, Index) override {}

  /// Those of the trace, with the rows that the objects need.
  const Tables& tables() const { return tables_; }
  /// Objects put ahead; the events of the trace follow from this number on.
  std::uint64_t objects() const { return objects_; }
  /// Frees of older blocks that found their object.
  std::uint64_t matched() const { return matched_; }
  /// Call when all events went through. A trace without events gets no objects.
  Edited finish() const;

 private:
  struct Cache {
    const SlabCache* of = nullptr;
    Index row = no_index, name = no_index;
    std::vector<std::uint32_t> objects;  ///< numbers of its objects, oldest first
    std::size_t next = 0;                ///< the oldest that is left
    std::int64_t credit = 0;
  };
  void put_objects(std::uint64_t tick);

  const Edited& before_;
  Tables tables_;  // the trace's, with the caches and names of the objects
  Renumber renumber_;
  std::vector<Cache> caches_;
  std::vector<std::uint32_t> cache_of_row_;  // index + 1 in caches_; 0: none
  std::uint64_t first_slot_, objects_ = 0, total_ = 0, matched_ = 0;
  BlockId first_id_;
  bool began_ = false;
};

}  // namespace kmemlab::traces
