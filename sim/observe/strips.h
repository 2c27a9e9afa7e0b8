// Which pages are held, and how much of them is live, along the addresses of the arena at three moments: when most
// pages were held, after the step that gave most pages back, and at the end. Memory is bounded: a fixed number of
// cells; when addresses outgrow them, neighbours are folded and a cell stands for twice as many pages.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/addr.h"
#include "sim/replay/observer.h"
#include "sim/replay/window.h"

namespace kmemlab::sim {

struct StripCell {
  std::uint64_t held_pages = 0;
  std::uint64_t live_bytes = 0;  ///< granted to live blocks
  bool operator==(const StripCell&) const = default;
};

/// Cells in order of address, from the arena's base on.
struct Strip {
  std::uint64_t tick = 0;
  std::uint64_t pages = 0;  ///< what made the moment: pages held, or pages given back
  std::uint64_t cell_pages = 1;
  std::vector<StripCell> cells;
};

class Strips final : public Observer {
 public:
  static constexpr std::size_t default_cells = 256;

  /// `cells` is the greatest number kept: even.
  explicit Strips(const MetricsWindow& window = {}, std::size_t cells = default_cells)
      : cells_max_(cells), inside_(window.from == 0) {}

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_background(std::uint64_t tick) override { step(tick); }
  void page_mapped(Addr page) override;
  void page_unmapped(Addr page) override;
  void on_window_open(std::uint64_t event, std::uint64_t tick, const RunFacts& so_far) override;
  void on_window_close(std::uint64_t tick, const RunFacts&) override { close(tick); }
  void on_end(std::uint64_t tick) override {
    if (inside_) close(tick);
  }

  Addr base() const { return arena_.base; }
  std::uint64_t page_bytes() const { return std::uint64_t{1} << page_shift_; }
  /// Each without cells if there was no such moment.
  const Strip& peak() const { return peak_; }
  const Strip& after_returns() const { return after_returns_; }
  const Strip& end() const { return end_; }

 private:
  void step(std::uint64_t tick);
  void close(std::uint64_t tick);
  Strip now(std::uint64_t tick, std::uint64_t pages) const { return {tick, pages, cell_pages_, cells_}; }
  StripCell& cell_of(std::uint64_t page);
  void fold();
  template <class F>
  void each_part(Addr at, std::uint64_t bytes, F f);

  std::size_t cells_max_;
  bool inside_;
  AddrRange arena_{};
  unsigned page_shift_ = 12;
  std::uint64_t cell_pages_ = 1;
  std::vector<StripCell> cells_;
  std::uint64_t held_pages_ = 0;
  std::uint64_t returned_ = 0;  ///< in this step
  Strip peak_, after_returns_, end_;
};

}  // namespace kmemlab::sim
