// The comparison of `--common`: only blocks that every core granted count, so that a system that refuses much does not
// look thrifty. Two passes: the first finds the blocks, the second books them. A block ends when its free arrives, even
// if the system refuses the free: that loss stands in the main table. Memory: one bit for each block of the trace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ints.h"
#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

/// A set of block ids.
class BlockSet {
 public:
  void add(std::uint64_t id) {
    if (id >> 6 >= words_.size()) words_.resize((id >> 6) + 1 + words_.size() / 2);
    words_[id >> 6] |= std::uint64_t{1} << (id & 63);
  }
  bool has(std::uint64_t id) const { return id >> 6 < words_.size() && (words_[id >> 6] >> (id & 63) & 1) != 0; }
  /// Keeps what the other has too.
  void keep(const BlockSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= i < other.words_.size() ? other.words_[i] : 0;
  }
  std::uint64_t size() const;

 private:
  std::vector<std::uint64_t> words_;
};

/// Which blocks a run granted.
class GrantedBlocks final : public Observer {
 public:
  void on_completion(const Completion& c) override {
    if (c.action == Action::alloc && c.ending == Ending::ok && !c.device) blocks_.add(c.id);
  }
  const BlockSet& blocks() const { return blocks_; }

 private:
  BlockSet blocks_;
};

/// Bytes of the common blocks on one core. Byte-ticks are sums over guest time.
struct CommonBytes {
  std::uint64_t requested = 0, granted = 0;
  std::uint64_t peak_requested = 0, peak_granted = 0;
  u128 requested_ticks = 0, granted_ticks = 0;
};

/// Books the blocks of a set: as an observer of a run, or event by event.
class CommonLedger final : public Observer {
 public:
  explicit CommonLedger(const BlockSet& common, const MetricsWindow& window = {})
      : common_(common), window_(window), inside_(window.from == 0) {}
  void on_completion(const Completion& c) override;
  void on_window_open(std::uint64_t, std::uint64_t tick, const RunFacts&) override { opens(tick); }
  void on_window_close(std::uint64_t tick, const RunFacts&) override { closes(tick); }
  void on_end(std::uint64_t tick) override { advance(tick); }

  void opens(std::uint64_t tick);
  void closes(std::uint64_t tick);
  /// When, and as which event of the trace.
  struct Moment {
    std::uint64_t event = 0, tick = 0;
  };
  void allocated(const Moment& at, std::uint64_t id, std::uint64_t requested, std::uint64_t granted);
  void freed(std::uint64_t tick, std::uint64_t id, std::uint64_t requested, std::uint64_t granted);
  const CommonBytes& bytes() const { return bytes_; }

 private:
  void advance(std::uint64_t tick);

  const BlockSet& common_;
  MetricsWindow window_;
  bool inside_;
  CommonBytes bytes_;
  std::uint64_t tick_ = 0, live_requested_ = 0, live_granted_ = 0;
};

}  // namespace kmemlab::sim
