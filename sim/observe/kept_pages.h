// How long pages without a live byte were kept, what ended it, and how few live bytes pin the other pages. A page that
// is taken and used, or freed and returned, within one call was never kept: what counts is the state between calls, as
// the ledger has it (where calls overlap: after whose call ends first). With a metrics window, time counts inside it
// only. Memory: 16 bytes a page, up to the highest page ever held or used.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "core/base/addr.h"
#include "sim/observe/kept_stats.h"
#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

class KeptPages final : public Observer {
 public:
  explicit KeptPages(const MetricsWindow& window = {}) : inside_(window.from == 0) {}
  /// Joins a run that is under way, before its window opens.
  void join(const Session& session);

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override {
    advance(c.tick);
    if (c.ending == Ending::ok) block(c.address, c.granted, c.action == Action::free ? Change::less : Change::more);
    if (!touched_.empty()) [[unlikely]]
      settle();
  }
  void on_metadata(AddrRange range) override;
  void on_background(std::uint64_t tick) override {
    advance(tick);
    settle();
  }
  void page_mapped(Addr page) override { set_held(page, true); }
  void page_unmapped(Addr page) override { set_held(page, false); }
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts&) override { close(tick); }
  void on_end(std::uint64_t tick) override {
    if (inside_) close(tick);
  }
  void on_books_closed(const Session& session) override;

  /// Complete after on_books_closed.
  const KeptPagesStats& stats() const { return stats_; }
  /// Now, and when the window closed or the run ended.
  PageFillStats fill() const;
  const PageFillStats& fill_at_end() const { return fill_at_end_; }
  /// Wholly free pages now.
  std::uint64_t kept_now() const { return kept_now_; }

 private:
  enum class Change : std::uint8_t { more, less };
  enum class Ended : std::uint8_t { returned, used, still_kept };
  struct Page {
    std::uint64_t since_tick = 0;
    std::uint32_t live = 0;  ///< bytes
    bool held = false;
    bool table = false;  ///< the system's own
    bool kept = false;   ///< wholly free when the last call ended
    bool went = false;   ///< it lost its frame since then
  };

  void advance(std::uint64_t tick) {
    if (tick > tick_) tick_ = tick;
  }
  void block(Addr at, std::uint64_t bytes, Change change) {
    const std::uint64_t from = at - base_;
    const std::uint64_t first = from >> page_shift_;
    if (bytes == 0 || first != (from + bytes - 1) >> page_shift_ || first >= pages_.size()) [[unlikely]]
      return block_long(from, bytes, change);
    change_live(pages_[first], static_cast<std::uint32_t>(bytes), change);
  }
  void block_long(std::uint64_t from, std::uint64_t bytes, Change change);
  void change_live(Page& p, std::uint32_t bytes, Change change) {
    const std::uint32_t before = p.live;
    p.live = change == Change::more ? before + bytes : before - bytes;
    if (counts(p)) {
      const int old_class = std::bit_width(before), new_class = std::bit_width(p.live);
      live_[old_class] -= before;
      live_[new_class] += p.live;
      if (old_class != new_class) --in_class_[old_class], ++in_class_[new_class];
    }
    if (p.kept || p.live == 0) [[unlikely]]
      judge(p);
  }
  static bool counts(const Page& p) { return p.held && !p.table; }
  void count(const Page& p, Change change);
  Page& page_at(std::uint64_t index);
  void set_held(Addr page, bool held);
  void settle();
  /// What the page is from this tick on.
  void judge(Page& p);
  void book(const Page& p, Ended how);
  void close(std::uint64_t tick);

  bool inside_;
  bool closed_ = false;     ///< the window closed, or the run ended inside it
  bool explained_ = false;  ///< by_rule is filled
  Addr base_{};
  unsigned page_shift_ = 12;
  std::uint64_t tick_ = 0;
  std::uint64_t kept_now_ = 0;
  std::vector<Page> pages_;
  std::vector<std::uint64_t> touched_;  ///< pages that came, went or became tables since the last call ended
  std::array<std::uint64_t, 33> in_class_{}, live_{};  ///< by the number of bits of their live bytes
  KeptPagesStats stats_;
  PageFillStats fill_at_end_;
};

}  // namespace kmemlab::sim
