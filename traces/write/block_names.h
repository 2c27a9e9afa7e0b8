// Names for blocks in formats that match a free to its allocation by pointer. A block is named by its own id, which no
// other block has; a block that closes another one (lost free: an allocation at a live pointer) takes that one's name,
// so that a reader sees what the importer saw. Memory follows live slots and distinct sizes, never the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "traces/event.h"

namespace kmemlab::traces {

class BlockNames {
 public:
  std::uint64_t alloc(const Event& e) {
    if (e.slot == no_slot) return e.id;
    if (live_.size() <= e.slot) live_.resize(e.slot + std::size_t{1});
    Live& block = live_[e.slot];
    if (!block.name) block.name = e.id;
    block.granted = e.granted;
    return *block.name;
  }
  std::uint64_t realloc(const Event& e) { return alloc(e); }

  /// Also of a block that is older than the trace: its id is new, and so is its name.
  std::uint64_t free(const Event& e) {
    if (e.free_kind != FreeKind::matched || e.slot >= live_.size() || !live_[e.slot].name) {
      dead_.try_emplace(0, e.id);
      return e.id;
    }
    Live& block = live_[e.slot];
    const std::uint64_t name = *block.name;
    dead_.try_emplace(block.granted, name);
    block.name.reset();
    return name;
  }

  /// A name that was seen, is not live, and last held `granted` bytes: what an unrecorded free looks like. Names are
  /// never used twice, so that it stays so.
  std::optional<std::uint64_t> dead_with(std::uint64_t granted) const {
    const auto at = dead_.find(granted);
    return at == dead_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  struct Live {
    std::optional<std::uint64_t> name;
    std::uint64_t granted = 0;
  };
  std::vector<Live> live_;
  std::unordered_map<std::uint64_t, std::uint64_t> dead_;  // looked up, never iterated
};

}  // namespace kmemlab::traces
