// Live sums while a trace goes by, keyed by slot: how many blocks and bytes were live at most. Memory follows the slots
// in use; slots far above the number of events seen (no importer makes them) go to a map, so that none costs gigabytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "core/base/ints.h"
#include "traces/event.h"
#include "traces/kmt/tables.h"

namespace kmemlab::traces::kmt {

class LiveSums {
 public:
  /// Books one event into the sums and the facts.
  void add(const Event& e, TraceFacts& facts) {
    if (facts.events == 0) facts.first_tick = e.tick;
    facts.last_tick = e.tick;
    ++facts.events;
    if (e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::free || e.op == Op::realloc) ++facts.slab_events;
    if (e.id != no_block) facts.blocks = std::max(facts.blocks, e.id + 1);
    if (e.slot == no_slot) return;
    facts.max_slots = std::max(facts.max_slots, std::uint64_t{e.slot} + 1);
    if (e.op == Op::alloc || e.op == Op::realloc) {
      Live& live = at(e.slot, facts.events);
      close(live);  // an occupied slot: its free was lost, or this resizes it
      live = {e.requested, e.granted, true};
      ++blocks_, requested_ += live.requested, granted_ += live.granted;
      facts.peak_live_blocks = std::max(facts.peak_live_blocks, blocks_);
      facts.peak_requested_bytes = std::max(facts.peak_requested_bytes, clamp(requested_));
      facts.peak_granted_bytes = std::max(facts.peak_granted_bytes, clamp(granted_));
    } else if (e.op == Op::free) {
      close(at(e.slot, facts.events));
    }
  }

 private:
  struct Live {
    std::uint64_t requested = 0, granted = 0;
    bool used = false;
  };
  static std::uint64_t clamp(u128 v) {
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    return v > top ? top : static_cast<std::uint64_t>(v);
  }
  void close(Live& live) {
    if (!live.used) return;
    --blocks_, requested_ -= live.requested, granted_ -= live.granted;
    live.used = false;
  }
  Live& at(Slot slot, std::uint64_t events) {
    if (slot < dense_.size()) return dense_[slot];
    if (slot < events + 4096) {
      dense_.resize(std::max<std::size_t>(slot + 1, dense_.size() * 2));
      for (auto it = sparse_.begin(); it != sparse_.end();) {  // order does not matter: each goes to its own place
        if (it->first >= dense_.size()) {
          ++it;
          continue;
        }
        dense_[it->first] = it->second;
        it = sparse_.erase(it);
      }
      return dense_[slot];
    }
    return sparse_[slot];
  }

  std::vector<Live> dense_;
  std::unordered_map<Slot, Live> sparse_;
  std::uint64_t blocks_ = 0;
  u128 requested_ = 0, granted_ = 0;
};

}  // namespace kmemlab::traces::kmt
