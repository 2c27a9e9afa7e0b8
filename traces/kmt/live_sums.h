// Live sums while a trace goes by, keyed by slot: how many blocks and bytes were live at most, and what is live now.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/ints.h"
#include "traces/event.h"
#include "traces/kmt/live_blocks.h"
#include "traces/kmt/slot_map.h"
#include "traces/kmt/tables.h"

namespace kmemlab::traces::kmt {

class LiveSums {
 public:
  /// Books one event into the sums and the facts.
  void add(const Event& e, TraceFacts& facts) {
    if (facts.events == 0) facts.first_tick = e.tick;
    facts.last_tick = e.tick;
    const std::uint64_t index = facts.events++;
    if (e.op == Op::alloc || e.op == Op::alloc_null || e.op == Op::free || e.op == Op::realloc) ++facts.slab_events;
    if (e.id != no_block) facts.blocks = std::max(facts.blocks, e.id + 1);
    if (e.slot == no_slot) return;
    facts.max_slots = std::max(facts.max_slots, std::uint64_t{e.slot} + 1);
    const bool gives = e.op == Op::alloc || e.op == Op::realloc;
    if (!gives && e.op != Op::free) return;
    Live& live = slots_.at(e.slot, facts.events);
    close(live);  // an occupied slot: its free was lost, or this resizes it
    LiveBlocks::apply(live.block, index, e.op, e.slot, e.id);
    if (!gives) return;
    live.requested = e.requested, live.granted = e.granted;
    ++blocks_, requested_ += live.requested, granted_ += live.granted;
    facts.peak_live_blocks = std::max(facts.peak_live_blocks, blocks_);
    facts.peak_requested_bytes = std::max(facts.peak_requested_bytes, clamp(requested_));
    facts.peak_granted_bytes = std::max(facts.peak_granted_bytes, clamp(granted_));
  }

  std::uint64_t live_blocks() const { return blocks_; }
  /// In order of birth.
  std::vector<LiveBlock> live() const {
    std::vector<LiveBlock> list;
    list.reserve(blocks_);
    slots_.for_each([&](const Live& l) {
      if (l.block.slot != no_slot) list.push_back(l.block);
    });
    std::sort(list.begin(), list.end(), [](const LiveBlock& a, const LiveBlock& b) { return a.born < b.born; });
    return list;
  }

 private:
  struct Live {
    std::uint64_t requested = 0, granted = 0;
    LiveBlock block;
  };
  static std::uint64_t clamp(u128 v) {
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    return v > top ? top : static_cast<std::uint64_t>(v);
  }
  void close(const Live& live) {
    if (live.block.slot == no_slot) return;
    --blocks_, requested_ -= live.requested, granted_ -= live.granted;
  }

  SlotMap<Live> slots_;
  std::uint64_t blocks_ = 0;
  u128 requested_ = 0, granted_ = 0;
};

}  // namespace kmemlab::traces::kmt
