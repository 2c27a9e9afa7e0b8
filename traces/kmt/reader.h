// Reads a `.kmt` trace (FORMAT.md): a file is mapped, header, directory and tables are checked at once, and each column
// of each chunk when it is first decoded. Damaged or hostile bytes give an Error with the byte, never more.
// Promises on events that decode: table indices are none or inside their table, slot is none or below max_slots(),
// id is none or below facts().blocks, enums are valid. Ticks are what was written (an importer keeps them in order).
// Memory: tables (at most 12 times their raw bytes, which are at most 64 times the stored ones), 16 bytes a patch, 56
// bytes a chunk, and at most 6 MB for uncompressed columns of one chunk. Not for two threads at once: open it twice.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/kmt/columns.h"
#include "traces/kmt/tables.h"
#include "traces/meta.h"
#include "traces/totals.h"

namespace kmemlab::traces {

class KmtReader {
 public:
  static Fallible<KmtReader> open(const std::string& path);
  /// `name` stands in errors.
  static Fallible<KmtReader> from_bytes(ByteVector bytes, const std::string& name = "memory");
  KmtReader(KmtReader&&) noexcept;
  KmtReader& operator=(KmtReader&&) noexcept;
  ~KmtReader();

  std::uint64_t events() const { return facts().events; }
  const TraceFacts& facts() const;
  const Tables& tables() const;
  const Quality& quality() const;
  const Source& source() const;
  /// Stored by the writer; none if it did not.
  const std::optional<Totals>& totals() const;
  std::uint64_t max_slots() const { return facts().max_slots; }
  std::uint64_t peak_requested_bytes() const { return facts().peak_requested_bytes; }
  std::uint64_t peak_granted_bytes() const { return facts().peak_granted_bytes; }
  std::uint64_t first_tick() const { return facts().first_tick; }
  std::uint64_t last_tick() const { return facts().last_tick; }
  /// "kmt 1.0"
  std::string format() const;
  bool compressed() const;

  /// Decodes the block that holds `event`: it begins at the multiple of 1024 at or below. Fills only `columns`.
  /// Returns the number of rows (1 to 1024), also in block.events. Error if `event` is not below events().
  Fallible<std::uint32_t> block(std::uint64_t event, ColumnSet columns, EventBlock& block);

  /// One event, all columns; the last block is kept, so that neighbours are cheap.
  Fallible<Event> event(std::uint64_t index);

  /// Index of the first event whose tick is at or above `tick`; events() if there is none. For traces in tick order.
  Fallible<std::uint64_t> seek_tick(std::uint64_t tick);

  /// f(const EventBlock&) for each block in order.
  template <class F>
  Fallible<void> for_each_block(ColumnSet columns, F f) {
    const auto b = std::make_unique<EventBlock>();
    for (std::uint64_t at = 0; at < events(); at += block_events) {
      const Fallible<std::uint32_t> rows = block(at, columns, *b);
      if (!rows) return Failure<Error>{rows.error()};
      f(static_cast<const EventBlock&>(*b));
    }
    return {};
  }
  /// f(index, const Event&) for each event in order; fields outside `columns` are Event's defaults.
  template <class F>
  Fallible<void> for_each(ColumnSet columns, F f) {
    return for_each_block(columns, [&](const EventBlock& b) {
      for (std::uint32_t i = 0; i < b.events; ++i) f(b.first_event + i, b.event(i));
    });
  }

  /// Reads and checks every byte that means something.
  Fallible<void> verify_all();

 private:
  struct State;
  explicit KmtReader(std::unique_ptr<State> state);
  static Fallible<KmtReader> make(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
