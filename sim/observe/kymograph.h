// A run as a picture of time and address: columns are stretches of events, rows are stretches of pages of the arena
// from its base up to the highest that was ever held. A texel says how many of its pages were held and how many bytes
// of them were granted to blocks when its column ended, and how many pages came and went in it. Memory is bounded: at
// most 2,048 columns and 1,024 rows; when a side is outgrown, neighbours are folded. Of a part of the run (events,
// addresses) it is made by joining a copy of the run: Timeline::play_range.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/addr.h"
#include "sim/observe/event_axis.h"
#include "sim/replay/observer.h"
#include "sim/replay/session.h"

namespace kmemlab::sim {

struct Texel {
  std::uint32_t live_bytes = 0;
  std::uint16_t held_pages = 0;
  std::uint16_t churn = 0;  ///< pages mapped and returned; stays at 65535
  bool operator==(const Texel&) const = default;
};

/// texels[column * rows + row]; row 0 is the lowest address.
struct KymographPicture {
  EventAxis axis;
  std::size_t columns = 0, rows = 0;
  Addr base{};
  std::uint64_t row_pages = 1;  ///< a power of two
  std::uint64_t page_bytes = 4096;
  std::vector<Texel> texels;

  const Texel& at(std::size_t column, std::size_t row) const { return texels[column * rows + row]; }
  AddrRange range_of(std::size_t row) const { return {base + row * row_pages * page_bytes, row_pages * page_bytes}; }
};

class Kymograph final : public Observer {
 public:
  struct Limits {
    std::size_t columns = 2'048, rows = 1'024;  ///< even
  };
  /// `expected`: see EventAxis. Pages outside `only`, if it is given, are left out.
  explicit Kymograph(EventRange expected = {}, const Limits& limits = {2'048, 1'024},
                     std::optional<AddrRange> only = std::nullopt);
  /// Joins a run that is under way.
  void join(const Session& session);

  void on_begin(const Kernel& kernel) override;
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override {
    reach(note.event);
    settle();
  }
  void on_background(std::uint64_t) override { settle(); }
  void on_end(std::uint64_t) override { settle(); }
  void page_mapped(Addr page) override { changed(page, 1); }
  void page_unmapped(Addr page) override { changed(page, -1); }

  KymographPicture result() const;

 private:
  struct Row {
    std::uint64_t live_bytes = 0;
    std::int64_t held_pages = 0;
    std::uint32_t churn = 0;
  };
  struct PageChange {
    Addr page;
    int pages;
  };
  static Texel texel_of(const Row& row);
  void changed(Addr page, int pages) { changes_.push_back({page, pages}); }
  void settle();
  void reach(std::uint64_t event);
  void next_column();
  void close_columns(std::size_t end);
  void fold_columns();
  void fold_rows();
  Row* row_of(Addr a);
  void block(Addr at, std::uint64_t bytes, bool more);

  std::size_t rows_max_;
  std::optional<AddrRange> only_;
  EventAxis axis_;
  EventNow now_;
  std::uint64_t column_end_;
  AddrRange range_{};
  unsigned page_shift_ = 12;
  unsigned row_shift_ = 12;  ///< of a row's bytes
  std::vector<Row> rows_;    ///< now
  std::vector<PageChange> changes_;
  std::size_t closed_ = 0;      ///< columns that are over
  std::size_t drawn_rows_ = 0;  ///< of each of them
  std::vector<Texel> texels_;   ///< rows_max_ for each closed column
};

}  // namespace kmemlab::sim
