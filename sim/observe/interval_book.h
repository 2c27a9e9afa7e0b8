// What happened in each stretch of a run, in a few kilobytes a stretch: how often each kind of thing, which pages were
// touched, which blocks. So a search or a history replays only the stretches that can hold an answer. Stretches are
// equally long; two neighbours can be folded into one.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/addr.h"
#include "sim/observe/happenings.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

class IntervalBook final : public Observer {
 public:
  struct Interval {
    std::array<std::uint64_t, happened_kinds> count{};
    std::uint64_t held_min = 0, held_max = 0;  ///< pages
    bool has(HappenedSet kinds) const;
    /// False: certainly not. True of pages: certainly; of blocks: perhaps.
    bool touched(std::uint64_t page) const {
      return page / 64 < pages_.size() && (pages_[page / 64] >> page % 64 & 1) != 0;
    }
    bool may_name(std::uint64_t id) const;

   private:
    friend class IntervalBook;
    static constexpr std::size_t name_bits = std::size_t{1} << 16;
    std::vector<std::uint64_t> pages_;  ///< a bit for each page of the arena up to the highest touched
    std::vector<std::uint64_t> names_;  ///< a bit for each hash of a block's id
  };

  void on_begin(const Kernel& kernel) override;
  /// Joins a run that is under way.
  void join(const Kernel& kernel, std::uint64_t held_pages);
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote&) override { ++at(Happened::slept); }
  void on_wake(const SleepNote&) override { ++at(Happened::woke); }
  void on_frames(const FramesNote& note) override { ++at(kind_of(note)); }
  void page_mapped(Addr page) override;
  void page_unmapped(Addr page) override;

  /// What comes belongs to a new interval.
  void next_interval();
  /// Intervals 2n and 2n + 1 become interval n.
  void fold();
  const std::vector<Interval>& intervals() const { return intervals_; }
  std::uint64_t page_of(Addr a) const { return (a - arena_.base) >> page_shift_; }
  std::size_t bytes() const;

 private:
  std::uint64_t& at(Happened kind) { return intervals_.back().count[static_cast<unsigned>(kind)]; }
  void touch(std::uint64_t first, std::uint64_t last);
  void held(std::uint64_t pages);

  AddrRange arena_{};
  unsigned page_shift_ = 12;
  std::uint64_t held_ = 0;
  std::vector<Interval> intervals_{1};
};

}  // namespace kmemlab::sim
