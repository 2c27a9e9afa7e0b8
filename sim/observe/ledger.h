// The ledger books a run: live, granted and held bytes, their integrals over time, the peak, sleeps. It asserts nothing
// and decides nothing. The conservation law held = requested + internal + cached + metadata holds by construction of
// `cached`; that cached never goes below zero is what tests assert at every event.
#pragma once

#include <memory>
#include <optional>

#include "sim/machine/frame_pool.h"
#include "sim/observe/kept_pages.h"
#include "sim/observe/occupancy.h"
#include "sim/observe/report.h"
#include "sim/replay/observer.h"
#include "sim/replay/run_facts.h"
#include "sim/replay/session.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

class Ledger final : public Observer {
 public:
  /// Books the part of the run that the window names; the policy of the run must name the same.
  explicit Ledger(const MetricsWindow& window = {})
      : kept_(window), window_(window), inside_(window.from == 0), opened_(inside_) {}

  /// Joins a run that is under way, before its window opens: its live blocks and held pages are taken over, what it
  /// counted so far is not.
  void join(const Session& session);

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_wake(const SleepNote& note) override;
  void on_metadata(AddrRange range) override {
    occupancy_->block_live(range.base, range.bytes);
    kept_.on_metadata(range);
  }
  void on_background(std::uint64_t tick) override {
    advance(tick);
    settle_pages();
    kept_.on_background(tick);
  }
  void page_mapped(Addr page) override;
  void page_unmapped(Addr page) override;
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts& so_far) override;
  void on_unfinished(std::uint64_t event, std::uint64_t requested) override;
  void on_end(std::uint64_t tick) override;
  void on_books_closed(const Session& session) override { kept_.on_books_closed(session); }

  /// The parts of held bytes now.
  HeldParts<std::uint64_t> now() const;
  std::uint64_t held_pages() const { return held_pages_; }
  /// Which bytes of held pages are free, now. @pre the run has begun
  const Occupancy& occupancy() const { return *occupancy_; }

  /// Pages without a live byte, now and so far.
  const KeptPages& kept_pages() const { return kept_; }

  /// The report of the run; call once, after on_end.
  Report finish(const RunFacts& facts);

 private:
  void advance(std::uint64_t tick);
  void settle_pages();
  void book_alloc(const Completion& c);
  void book_free(const Completion& c);
  void count_alloc(const Completion& c);
  void new_peak(std::uint64_t event, std::uint64_t tick);
  void close(std::uint64_t tick);
  void departs(std::uint64_t event) {
    if (!report_.counterfactual_from) report_.counterfactual_from = event;
  }

  const Kernel* kernel_ = nullptr;
  std::optional<Occupancy> occupancy_;
  std::optional<FramePool> peak_pool_;
  KeptPages kept_;
  Report report_;
  MetricsWindow window_;
  bool inside_;              ///< the window is open
  bool opened_;              ///< it was
  bool over_ = false;        ///< it was closed before the trace ended
  RunFacts before_, after_;  ///< what the replayer had counted when it opened, and when it was closed early
  Counters counters_before_;
  std::uint64_t raised_before_ = 0;
  unsigned page_shift_ = 12;
  bool began_ = false;
  std::uint64_t last_event_ = 0;
  std::uint64_t tick_ = 0;
  std::uint64_t live_requested_ = 0;
  std::uint64_t live_granted_ = 0;
  std::uint64_t metadata_ = 0;
  std::uint64_t held_pages_ = 0;
  std::uint64_t settled_pages_ = 0;  ///< held at the end of the last event
  std::uint64_t held_since_ = 0;     ///< tick from which on it was so many
  u128 requested_ticks_ = 0;
  u128 granted_ticks_ = 0;
  u128 metadata_ticks_ = 0;
  std::uint64_t leaked_requested_ = 0;  ///< of live blocks whose free was refused
  std::uint64_t leaked_granted_ = 0;
  u128 held_page_ticks_ = 0;
};

}  // namespace kmemlab::sim
