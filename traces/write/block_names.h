// Names for blocks in formats that match a free to its allocation by pointer. A name is used again after its block's
// free, as an allocator uses an address again, so that a reader's memory follows live blocks; a block that closes
// another one (lost free: an allocation at a live pointer) takes that one's name, so that a reader sees what the
// importer saw. For each size one name that held it stays dead: what unrecorded frees name. Memory follows live slots
// and distinct sizes, never the trace.
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
    if (e.slot == no_slot) return fresh_++;
    if (live_.size() <= e.slot) live_.resize(e.slot + std::size_t{1});
    Live& block = live_[e.slot];
    if (!block.name) block.name = take();
    block.granted = e.granted;
    return *block.name;
  }
  std::uint64_t realloc(const Event& e) { return alloc(e); }

  /// Also of a block that is older than the trace: its id is new, and so is its name.
  std::uint64_t free(const Event& e) {
    if (e.free_kind != FreeKind::matched || e.slot >= live_.size() || !live_[e.slot].name) {
      const std::uint64_t name = fresh_++;  // never seen before, nor allocated later
      dead_.try_emplace(0, name);
      return name;
    }
    Live& block = live_[e.slot];
    const std::uint64_t name = *block.name;
    if (!dead_.try_emplace(block.granted, name).second) free_.push_back(name);
    block.name.reset();
    return name;
  }

  /// A name that was seen, is not live, and last held `granted` bytes: what an unrecorded free looks like.
  std::optional<std::uint64_t> dead_with(std::uint64_t granted) const {
    const auto at = dead_.find(granted);
    return at == dead_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  struct Live {
    std::optional<std::uint64_t> name;
    std::uint64_t granted = 0;
  };
  std::uint64_t take() {
    if (free_.empty()) return fresh_++;
    const std::uint64_t name = free_.back();
    free_.pop_back();
    return name;
  }

  std::vector<Live> live_;
  std::vector<std::uint64_t> free_;  // to be used again, the last one first
  std::uint64_t fresh_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> dead_;  // looked up, never iterated
};

}  // namespace kmemlab::traces
