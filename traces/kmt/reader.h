// Reads a `.kmt` trace (FORMAT.md): a view (view.h: mapped, header, directory and tables checked at once) and one
// cursor (cursor.h: each column of each chunk is checked when it is first decoded). Damaged or hostile bytes give an
// Error with the byte, never more. What decoded events promise stands in cursor.h. Memory: tables (at most 12 times
// their raw bytes, which are at most 64 times the stored ones), 16 bytes a patch, 56 bytes a chunk, 24 a stored live
// set, and the cursor's. For one thread; others take cursors of view().
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/cursor.h"
#include "traces/kmt/tables.h"
#include "traces/kmt/view.h"
#include "traces/meta.h"
#include "traces/totals.h"

namespace kmemlab::traces {

class KmtReader {
 public:
  static Fallible<KmtReader> open(const std::string& path);
  /// `name` stands in errors.
  static Fallible<KmtReader> from_bytes(ByteVector bytes, const std::string& name = "memory");
  explicit KmtReader(std::shared_ptr<const KmtView> view) : view_(std::move(view)), cursor_(view_) {}

  /// For other threads and other places: KmtCursor(reader.view()).
  const std::shared_ptr<const KmtView>& view() const { return view_; }
  std::uint64_t events() const { return view_->events(); }
  const TraceFacts& facts() const { return view_->facts(); }
  const Tables& tables() const { return view_->tables(); }
  const Quality& quality() const { return view_->quality(); }
  const Source& source() const { return view_->source(); }
  /// Stored by the writer; none if it did not.
  const std::optional<Totals>& totals() const { return view_->totals(); }
  std::uint64_t max_slots() const { return facts().max_slots; }
  std::uint64_t peak_requested_bytes() const { return facts().peak_requested_bytes; }
  std::uint64_t peak_granted_bytes() const { return facts().peak_granted_bytes; }
  std::uint64_t first_tick() const { return facts().first_tick; }
  std::uint64_t last_tick() const { return facts().last_tick; }
  /// "kmt 1.1"
  std::string format() const { return view_->format(); }
  bool compressed() const { return view_->compressed(); }

  /// As KmtCursor's.
  Fallible<std::uint32_t> block(std::uint64_t event, ColumnSet columns, EventBlock& block) {
    return cursor_.block(event, columns, block);
  }
  Fallible<Event> event(std::uint64_t index) { return cursor_.event(index); }
  Fallible<std::uint64_t> seek_tick(std::uint64_t tick) { return cursor_.seek_tick(tick); }
  Fallible<std::vector<LiveBlock>> live_at(std::uint64_t event) { return cursor_.live_at(event); }

  /// f(const EventBlock&) for each block in order.
  template <class F>
  Fallible<void> for_each_block(ColumnSet columns, F f) {
    return cursor_.for_each_block(0, events(), columns, std::move(f));
  }
  /// f(index, const Event&) for each event in order; fields outside `columns` are Event's defaults.
  template <class F>
  Fallible<void> for_each(ColumnSet columns, F f) {
    return for_each_block(columns, [&](const EventBlock& b) {
      for (std::uint32_t i = 0; i < b.events; ++i) f(b.first_event + i, b.event(i));
    });
  }

  /// Reads and checks every byte that means something, and that stored live sets are true and page
  /// verdicts as many as page allocations.
  Fallible<void> verify_all();

 private:
  std::shared_ptr<const KmtView> view_;
  KmtCursor cursor_;
};

}  // namespace kmemlab::traces
