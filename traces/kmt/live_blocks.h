// Which blocks live at a place in a trace, and which events say all about each: one rule for the writer, which stores
// them at chunk heads, and for readers that start in mid-trace.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "traces/event.h"
#include "traces/kmt/slot_map.h"

namespace kmemlab::traces {

struct LiveBlock {
  BlockId id = no_block;
  std::uint64_t born = 0;   ///< index of the alloc that made it (a realloc into a slot that was empty makes one too)
  std::uint64_t sized = 0;  ///< index of the event that gave it its size: born, or its last realloc
  Slot slot = no_slot;      ///< none: nothing lives here
  bool operator==(const LiveBlock&) const = default;
};

class LiveBlocks {
 public:
  /// What event `index` does to the block in its slot; allocations without a slot are nobody's.
  static void apply(LiveBlock& block, std::uint64_t index, Op op, Slot slot, BlockId id) {
    if (op == Op::alloc || (op == Op::realloc && (block.slot == no_slot || block.id != id))) {
      block = {id, index, index, slot};
    } else if (op == Op::realloc) {
      block.sized = index;
    } else if (op == Op::free) {
      block.slot = no_slot;
    }
  }

  void start_with(const std::vector<LiveBlock>& blocks, std::uint64_t events) {
    for (const LiveBlock& b : blocks) map_.at(b.slot, events) = b;
  }
  void add(std::uint64_t index, Op op, Slot slot, BlockId id) {
    if (slot != no_slot) apply(map_.at(slot, index + 1), index, op, slot, id);
  }
  /// In order of id (and of birth where ids are equal).
  std::vector<LiveBlock> take() const {
    std::vector<LiveBlock> list;
    map_.for_each([&](const LiveBlock& b) {
      if (b.slot != no_slot) list.push_back(b);
    });
    std::sort(list.begin(), list.end(),
              [](const LiveBlock& a, const LiveBlock& b) { return a.id != b.id ? a.id < b.id : a.born < b.born; });
    return list;
  }

 private:
  kmt::SlotMap<LiveBlock> map_;
};

}  // namespace kmemlab::traces
