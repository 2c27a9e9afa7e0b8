// Writes a `.kmt` trace (FORMAT.md). Memory: one chunk of rows and one encoded (at most 16 MB together), 16 bytes a
// patch, 48 bytes a chunk for the index, 48 bytes a live slot for peaks and live sets, and for a moment about as much
// again when a live set is stored. Append events, then finish() once.
#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "traces/kmt/bytes.h"
#include "traces/kmt/tables.h"
#include "traces/meta.h"
#include "traces/page_verdicts.h"
#include "traces/sink.h"
#include "traces/totals.h"

namespace kmemlab::traces {

enum class KmtCompression : std::uint8_t { none, zstd };

struct KmtOptions {
  KmtCompression compression = KmtCompression::none;
  int level = 3;  ///< zstd's: 1 to 19
};

class KmtWriter final : public EventSink {
 public:
  /// Writes beside `path` and renames in finish(); a writer that is dropped before leaves nothing behind.
  static Fallible<KmtWriter> create(const std::string& path, KmtOptions options = {});
  /// Keeps the bytes; take_bytes() after finish().
  static KmtWriter to_memory(KmtOptions options = {});
  KmtWriter(KmtWriter&&) noexcept;
  KmtWriter& operator=(KmtWriter&&) noexcept;
  ~KmtWriter() override;

  void append(const Event& event) override;
  /// `event_index` at or above events() is ignored; the last call for an event wins.
  void learn_cache(std::uint64_t event_index, Index cache) override;

  std::uint64_t events() const { return facts().events; }
  const TraceFacts& facts() const;
  /// Writes tables and directory. Fails if an event names a row that its table does not have, if slots or ids are far
  /// from dense (above events + 2^20; a reader would refuse both), or if the file could not be written. Nothing may be
  /// appended afterwards.
  Fallible<void> finish(const Tables& tables, const Quality& quality, const Source& source);
  ByteVector take_bytes();
  /// Stores the totals of the events with them, so that readers need not count. Call before finish().
  void set_totals(const Totals& totals);
  /// What each page_alloc event was for; stored if anything is known. Call before finish().
  void set_page_verdicts(PageVerdicts verdicts);

 private:
  struct State;
  explicit KmtWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
