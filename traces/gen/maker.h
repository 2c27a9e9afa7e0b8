// Makes a synthetic trace event by event: gives out ids (dense) and slots (lowest first), keeps the tables, the
// quality counts and the totals. There is no recorded system, so `granted` is what was asked for. Memory: 24 bytes a
// live block at its greatest number, and the tables.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "traces/event.h"
#include "traces/meta.h"
#include "traces/sink.h"
#include "traces/totals.h"

namespace kmemlab::traces::gen {

/// Who does a call, and where.
struct Place {
  Index task = no_index;
  std::uint16_t cpu = 0;
  Context context = Context::task;
};

/// What is asked for besides a size.
struct What {
  Index site = no_index;   ///< row of a call site
  Index cache = no_index;  ///< row of a cache: a kmem_cache_alloc; none: a kmalloc
  bool may_sleep = true;
};

struct Generated {
  Tables tables;
  Quality quality;
  Source source;
  Totals totals;
  std::vector<std::string> notes;  ///< what the workload states about this trace, a line each
};

class Maker {
 public:
  /// `events` is how many events a workload should make; room() tells it when to stop.
  Maker(EventSink& to, std::uint64_t events);
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;

  Index task(std::int32_t pid, const std::string& comm);
  Index site(const std::string& name);
  Index cache(const std::string& name);

  void pass(std::uint64_t ticks) { tick_ += ticks; }
  /// `size` > 0. The slot names the block until it is freed.
  Slot alloc(const Place& place, std::uint64_t size, const What& what);
  void free(const Place& place, Slot slot);
  void note(std::string line) { notes_.push_back(std::move(line)); }

  std::uint64_t target() const { return target_; }
  std::uint64_t made() const { return made_; }
  std::uint64_t live() const { return live_; }
  std::uint64_t live_bytes() const { return live_bytes_; }
  std::uint64_t peak_live() const { return peak_live_; }
  /// True while `blocks` more allocations, their frees, and the frees of all that is live fit into the target.
  bool room(std::uint64_t blocks = 1) const { return made_ + live_ + 2 * blocks <= target_; }

  Generated finish(const std::string& name, const std::string& how);

 private:
  struct Block {
    BlockId id = no_block;
    std::uint64_t size = 0;
    Index cache = no_index;
  };
  void append(const Event& event);

  EventSink& to_;
  std::uint64_t target_;
  Tables tables_;
  TotalsCounter counter_;
  Quality quality_;
  std::vector<std::string> notes_;
  std::vector<Block> blocks_;  // by slot
  std::priority_queue<Slot, std::vector<Slot>, std::greater<>> free_slots_;
  BlockId next_id_ = 0;
  std::uint64_t tick_ = 0, made_ = 0, live_ = 0, live_bytes_ = 0, peak_live_ = 0;
  std::uint32_t cpus_ = 1;
};

}  // namespace kmemlab::traces::gen
