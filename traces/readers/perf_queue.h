// Time order for perf.data, as perf makes it: each CPU's buffer is written out in turns, and a FINISHED_ROUND mark says
// that every buffer has been visited once. What is older than the youngest record of the round before the last one
// cannot be overtaken any more and is handed on, ordered by (time, place in the file).
// Bound: when `entries_max` records wait (a file without marks), the older half is handed on, as perf does; records
// that come later than they should are then out of order, and the importer counts them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kmemlab::traces {

class PerfQueue {
 public:
  struct Entry {
    std::uint64_t tick = 0;
    const unsigned char* at = nullptr;
    std::uint32_t piece = 0;  ///< PerfRecord::piece
  };
  static constexpr std::size_t entries_max = 8U << 20;  // 192 MiB

  void push(const Entry& e) {
    if (!waiting_.empty() && e.tick < waiting_.back().tick) runs_.push_back(waiting_.size());
    waiting_.push_back(e);
    tick_max_ = std::max(tick_max_, e.tick);
  }
  bool full() const { return waiting_.size() >= entries_max; }
  std::size_t size() const { return waiting_.size(); }

  /// The mark. `hand_on(entry)` returns false to stop.
  template <class HandOn>
  bool round(HandOn hand_on) {
    const std::uint64_t limit = limit_;
    limit_ = tick_max_;
    // Sorting what was sorted before must not cost more than what is new: marks can come after every record.
    if (waiting_.size() - kept_ < kept_ / 8) return true;
    return flush(limit, hand_on);
  }
  template <class HandOn>
  bool half(HandOn hand_on) {
    sort();
    if (waiting_.empty()) return true;
    return flush(waiting_[waiting_.size() / 2].tick, hand_on);
  }
  template <class HandOn>
  bool all(HandOn hand_on) {
    return flush(~std::uint64_t{0}, hand_on);
  }

 private:
  static bool earlier(const Entry& a, const Entry& b) { return a.tick < b.tick; }

  /// A round holds as many runs in order as there were CPUs; what was kept from before is another. Neighbours are
  /// merged until one is left.
  void sort() {
    const auto at = [&](std::size_t i) { return waiting_.begin() + static_cast<std::ptrdiff_t>(i); };
    if (runs_.size() > waiting_.size() / 4) {  // hardly any order
      std::stable_sort(waiting_.begin(), waiting_.end(), earlier);
      runs_.clear();
    }
    while (!runs_.empty()) {
      std::size_t left = 0, kept = 0;
      for (std::size_t i = 0; i < runs_.size(); i += 2) {  // runs_[i] begins the right one of a pair
        const std::size_t end = i + 1 < runs_.size() ? runs_[i + 1] : waiting_.size();
        std::inplace_merge(at(left), at(runs_[i]), at(end), earlier);
        left = end;
        if (end < waiting_.size()) runs_[kept++] = end;
      }
      runs_.resize(kept);
    }
    kept_ = waiting_.size();
  }
  template <class HandOn>
  bool flush(std::uint64_t limit, HandOn hand_on) {
    sort();
    std::size_t n = 0;
    bool going = true;
    for (; going && n < waiting_.size() && waiting_[n].tick <= limit; ++n) going = hand_on(waiting_[n]);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    kept_ = waiting_.size();  // in order, so there are no runs to remember
    return going;
  }

  std::vector<Entry> waiting_;
  std::size_t kept_ = 0;           // these first ones are in order
  std::vector<std::size_t> runs_;  // where a later record is earlier than the one before it
  std::uint64_t limit_ = 0;
  std::uint64_t tick_max_ = 0;
};

}  // namespace kmemlab::traces
