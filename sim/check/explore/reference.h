// The reference model: what any allocator owes its callers, in a few lines that know no core. It keeps the blocks that
// live, and looks at memory as a debugger does. Content is a function of the address, so that equal states are equal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/explore/trouble.h"
#include "sim/kernel/kernel.h"

namespace kmemlab::sim::explore {

struct Block {
  Addr at{};
  std::uint64_t bytes = 0;      ///< that the caller asked for, and fills
  std::uint64_t granted = 0;    ///< that nobody else may get
  std::uint16_t operation = 0;  ///< that made it
  std::uint32_t born = 0;       ///< when, for its name in a story; no part of a state
};

struct Promise {
  std::uint64_t granted = 0;  ///< 0: not compared
  std::uint64_t alignment = 1;
  bool zeroed = false;
  bool lazy = false;  ///< its pages need not have frames
};

class Reference {
 public:
  static constexpr std::uint8_t freed = 0xdd;
  /// A block comes into being, and its caller fills it. What was promised and is not so, or nothing.
  std::optional<Trouble> grant(Kernel& kernel, Block block, const Promise& promise) {
    if (block.granted == 0) block.granted = promise.granted != 0 ? promise.granted : block.bytes;
    if (promise.granted != 0 && block.granted != promise.granted) {
      return Trouble{"granted another size than documented"};
    }
    if (block.granted < block.bytes) return Trouble{"granted less than requested"};
    if (block.at.v % promise.alignment != 0) return Trouble{"a block is not aligned"};
    if (promise.lazy) {
      block.bytes = 0;
    } else if (!peek(kernel, block.at, block.granted)) {
      return Trouble{"a block lies outside mapped pages", {}, Sign::contents};
    }
    for (const Block& other : live_) {
      if (block.at < other.at + other.granted && other.at < block.at + block.granted) {
        return Trouble{"two blocks overlap", {}, Sign::contents};
      }
    }
    if (promise.zeroed && std::any_of(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(block.bytes),
                                      [](std::uint8_t b) { return b != 0; })) {
      return Trouble{"memory that must be zero is not", {}, Sign::zeros};
    }
    for (std::uint64_t i = 0; i < block.bytes; ++i) bytes_[i] = pattern(block.at, i);
    kernel.machine().poke_bytes(block.at, std::span(bytes_).first(block.bytes));
    live_.insert(std::lower_bound(live_.begin(), live_.end(), block, lower), block);
    return std::nullopt;
  }
  /// The caller is about to free the block: it wipes it.
  Block release(Kernel& kernel, std::size_t index) {
    const Block block = live_[index];
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index));
    bytes_.assign(block.bytes, freed);
    kernel.machine().poke_bytes(block.at, bytes_);
    return block;
  }
  /// All blocks hold what their callers wrote.
  std::optional<Trouble> check(const Kernel& kernel) {
    for (const Block& b : live_) {
      if (!peek(kernel, b.at, b.bytes)) return Trouble{"the page of a live block is gone", {}, Sign::contents};
      for (std::uint64_t i = 0; i < b.bytes; ++i) {
        if (bytes_[i] != pattern(b.at, i)) return Trouble{"the content of a live block changed", {}, Sign::contents};
      }
    }
    return std::nullopt;
  }
  /// What a block that moves must take along.
  bool carried(const Kernel& kernel, const Block& from, Addr to, std::uint64_t bytes) {
    if (!peek(kernel, to, bytes)) return false;
    for (std::uint64_t i = 0; i < bytes; ++i) {
      if (bytes_[i] != pattern(from.at, i)) return false;
    }
    return true;
  }
  const std::vector<Block>& live() const { return live_; }
  void forget(std::size_t index) { live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index)); }
  void keep(Block block) { live_.insert(std::lower_bound(live_.begin(), live_.end(), block, lower), block); }

 private:
  static std::uint8_t pattern(Addr at, std::uint64_t i) {
    return static_cast<std::uint8_t>(0x41 + (((at.v + i) >> 4) * 7 + i) % 61);
  }
  static bool lower(const Block& a, const Block& b) { return a.at < b.at; }
  bool peek(const Kernel& kernel, Addr at, std::uint64_t bytes) {
    bytes_.resize(bytes);
    return kernel.machine().peek_bytes(at, bytes_);
  }

  std::vector<Block> live_;  ///< by address
  std::vector<std::uint8_t> bytes_;
};

}  // namespace kmemlab::sim::explore
