// The shadow oracle: who owns which bytes, and what he wrote there. Told of every block that was handed out and freed;
// looks at memory behind the system's back.
#pragma once

#include <map>
#include <vector>

#include "tests/corruption/matrix.h"

namespace kmemlab::corruption {

/// Damage so far; everything is counted once.
struct Damage {
  unsigned two_owners = 0;  ///< blocks handed out that overlap a live one
  unsigned spoiled = 0;     ///< live blocks whose content changed without their owner
  unsigned unusable = 0;    ///< blocks handed out in which the first store faults
  unsigned misaligned = 0;  ///< blocks handed out that do not begin at a multiple of 16
};

class Owners {
 public:
  struct Block {
    std::uint64_t address = 0;
    std::uint64_t granted = 0;
    std::uint8_t fill = 0;
    std::uint64_t asked = 0;  ///< the bytes that the owner cares for
    bool large = false;
    bool spoiled = false;
  };

  explicit Owners(World& world) : world_(world) {}

  /// Allocates, and the owner fills the block. Nothing is owned if it was refused, or the machine stopped.
  Came take(const std::string& call, bool large = false, std::uint64_t asked = 0) {
    Came came = world_.allocate(call);
    if (!came.stop.empty() || !came.made || came.address == 0 || came.refusal.starts_with("null")) return came;
    fills_ = static_cast<std::uint8_t>(fills_ < 252 ? fills_ + 4 : 4);  // as a link it would be aligned
    Block block{came.address, came.granted, fills_, asked != 0 ? asked : came.granted, large, false};
    for (const Block& b : live_) {
      if (b.address < block.address + block.granted && block.address < b.address + b.granted) {
        ++damage_.two_owners;
        break;
      }
    }
    damage_.misaligned += block.address % 16 != 0;
    if (const Came filled = world_.fill(block.address, block.granted, block.fill); !filled.stop.empty()) {
      ++damage_.unusable;
      came.stop = filled.stop + ", when the new owner writes";
      return came;
    }
    overwritten(block);
    live_.push_back(block);
    return came;
  }
  /// The owner of the block at this address frees it, and does not own it any more.
  Came give(std::uint64_t address) {
    for (auto b = live_.rbegin(); b != live_.rend(); ++b) {
      if (b->address != address) continue;
      look_at(*b);
      const bool large = b->large;
      live_.erase(std::next(b).base());
      return world_.release(large ? world_.column().free_large : world_.column().free, address);
    }
    return {};
  }
  /// Its owner believes that it is free.
  void forget(std::uint64_t address) {
    std::erase_if(live_, [&](const Block& b) { return b.address == address; });
  }
  /// Compares what lies in the live blocks with what their owners wrote.
  void look() {
    for (Block& b : live_) look_at(b);
  }
  const std::vector<Block>& live() const { return live_; }
  const Damage& damage() const { return damage_; }

 private:
  void look_at(Block& b) {
    if (b.spoiled) return;
    for (std::uint64_t at = 0; at < b.asked && !b.spoiled; ++at) {
      b.spoiled = world_.kernel().peek<std::uint8_t>(Addr{b.address + at}).value_or(b.fill ^ 0xff) != b.fill;
    }
    damage_.spoiled += b.spoiled;
  }
  /// Owners that share bytes with the new block lost theirs: that is `two owners`, not a spoiled block as well.
  void overwritten(const Block& block) {
    for (Block& b : live_) {
      if (b.address < block.address + block.granted && block.address < b.address + b.granted) b.spoiled = true;
    }
  }

  World& world_;
  std::vector<Block> live_;
  Damage damage_;
  std::uint8_t fills_ = 0;
};

}  // namespace kmemlab::corruption
