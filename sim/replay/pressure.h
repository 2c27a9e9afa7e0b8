// --pages pressure: page events of the trace as consumers of frames beside the allocator. A page_alloc that backs no
// slab (PageVerdict::other) takes the frames of its pages, one by one; a page_free gives those of its pages back. What
// backs slabs is the allocator's own business and what nobody can decide is counted, neither is replayed. Movable and
// reclaimable pages are the page cache, from which the daemon frees, oldest first; others are pinned.
// The trace's pages and the machine's may differ in size: a frame that is larger stands for the first of the pages that
// fill it, a smaller one for a part. Page events happen at their own times, whatever the allocator's tasks do, and cost
// no CPU any time. Refuses orders above 13, which no kernel has: such an allocation or free counts as undecided.
// Copied with its session. Memory: page_book.h.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/digest.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/page_daemon.h"
#include "sim/replay/page_book.h"
#include "sim/replay/pressure_facts.h"
#include "sim/replay/pressure_policy.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/view.h"

namespace kmemlab::sim {

/// The columns that page events need beside a replay's.
inline constexpr traces::ColumnSet pressure_columns =
    traces::Column::pfn | traces::Column::order | traces::Column::migratetype | traces::Column::name;

class Pressure {
 public:
  /// `trace` must outlive this and its copies. Sets the kernel's watermarks, unless page events are ignored.
  Pressure(const traces::KmtView& trace, const PressurePolicy& policy, Kernel& kernel);

  bool on() const { return on_; }
  /// A page_alloc or page_free of the trace. None: it is not replayed.
  std::optional<FramesNote> page_event(Kernel& kernel, const traces::EventBlock& b, std::uint32_t i);
  /// After a call, a page event or a run of the daemon. Returns when the daemon will run, if this woke it.
  std::optional<std::uint64_t> watch(Kernel& kernel, std::uint64_t now) {
    const std::uint64_t free = kernel.machine().free_frames();
    if (free < facts_.free_min) facts_.free_min = free;
    facts_.below_reserve += free < facts_.limits.reserve ? 1 : 0;
    return daemon_.notice(kernel, *this, now);
  }
  const PageDaemon& daemon() const { return daemon_; }
  FramesNote run_daemon(Kernel& kernel) {
    const std::uint64_t before = daemon_.counts().reclaimed;
    daemon_.run(kernel, *this);
    const std::uint64_t free = kernel.machine().free_frames(), high = facts_.limits.high;
    return {FramesNote::Kind::reclaimed, daemon_.counts().reclaimed - before, free < high ? high - free : 0};
  }

  // ---- PageCache ----
  bool has_cache() const { return pages_.oldest() != PageBook::nobody; }
  void give_oldest(Kernel& kernel);

  FrameFacts facts(const Kernel& kernel) const;
  void digest_into(Digest& d) const;
  std::size_t bytes_not_shared(const Pressure& with) const { return pages_.bytes_not_shared(with.pages_); }

 private:
  void page_alloc(Kernel& kernel, const traces::EventBlock& b, std::uint32_t i);
  void page_free(Kernel& kernel, std::uint64_t pfn, unsigned order);
  /// f(number) for each page number that a frame stands for in this run of the trace's pages.
  template <class F>
  void for_each_number(std::uint64_t pfn, unsigned order, F f) const;
  void allocate(Kernel& kernel, std::uint64_t number, bool replayed, bool cache);
  void release(Kernel& kernel, std::uint32_t handle);
  /// A second record of a page_free that has one of its own.
  bool is_echo(traces::Index name) const { return name < echo_.size() && echo_[name]; }

  static constexpr unsigned order_max = 13;

  bool on_;
  const traces::KmtView* trace_;
  std::uint64_t frames_per_page_ = 1, pages_per_frame_ = 1;
  std::vector<bool> echo_;        ///< by event name
  std::uint64_t next_alloc_ = 0;  ///< number of the next page_alloc event
  std::uint64_t held_ = 0;
  PageBook pages_;
  PageDaemon daemon_;
  FrameFacts facts_;
  Digest history_;  ///< of all that was taken and given
};

}  // namespace kmemlab::sim
