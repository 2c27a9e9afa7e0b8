// An opened `.kmt` trace, shared: mapped once, header, directory and tables checked at once, and never changed again
// but for the notes on which columns were found good (atomic). Any number of threads may read it, each through a
// KmtCursor of its own. KmtReader (reader.h) is a view and one cursor.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/kmt/tables.h"
#include "traces/meta.h"
#include "traces/page_verdicts.h"
#include "traces/totals.h"

namespace kmemlab::traces {

/// Events of a chunk, all but the last one.
inline constexpr std::uint64_t chunk_rows = 65536;

class KmtView {
 public:
  static Fallible<std::shared_ptr<const KmtView>> open(const std::string& path);
  /// `name` stands in errors.
  static Fallible<std::shared_ptr<const KmtView>> from_bytes(ByteVector bytes, const std::string& name = "memory");
  KmtView(const KmtView&) = delete;
  KmtView& operator=(const KmtView&) = delete;
  ~KmtView();

  std::uint64_t events() const { return facts().events; }
  /// Parts that can be decoded apart: 65,536 events each, the last one fewer.
  std::uint64_t chunks() const;
  const TraceFacts& facts() const;
  const Tables& tables() const;
  const Quality& quality() const;
  const Source& source() const;
  /// Stored by the writer; none if it did not.
  const std::optional<Totals>& totals() const;
  /// What each page_alloc event was for; empty: nothing is known.
  const PageVerdicts& page_verdicts() const;
  /// "kmt 1.1"
  std::string format() const;
  bool compressed() const;
  /// Events at which the blocks alive are stored, ascending; see KmtCursor::live_at.
  std::vector<std::uint64_t> live_heads() const;

 private:
  friend class KmtCursor;
  struct State;
  explicit KmtView(std::unique_ptr<State> state);
  static Fallible<std::shared_ptr<const KmtView>> make(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
