// Walks the records of one CPU in order, page after page, unpacking chunk after chunk. Damage is counted and skipped:
// a bad record costs the rest of its page, a bad chunk costs itself.
// Bound: one unpacked chunk at a time; all chunks of a CPU together may unpack to 16 MiB plus 256 times their bytes.
#pragma once

#include <cstdint>

#include "traces/readers/ring_page.h"
#include "traces/readers/trace_dat.h"
#include "traces/readers/unpack.h"

namespace kmemlab::traces {

class CpuCursor {
 public:
  CpuCursor(const CpuPages& pages, const PageLayout& layout, std::uint32_t page_bytes, Packing packing,
            DamageLog& damage);

  /// To the next record; false at the end.
  bool next();

  std::uint32_t cpu() const { return cpu_; }
  std::uint64_t tick() const { return page_.tick(); }
  Bytes data() const { return page_.data(); }
  /// Lost events right before this record, if `lost_here()`; 0 = unknown number.
  bool lost_here() const { return lost_here_; }
  std::uint64_t lost_count() const { return page_.lost_count(); }
  std::uint64_t file_offset() const { return place_; }  ///< of the page (plain) or chunk (packed) in the file
  std::uint64_t stored_done() const { return reader_.offset() - start_; }

 private:
  bool next_page();
  bool next_chunk();

  std::uint32_t cpu_;
  std::uint32_t page_bytes_;
  bool packed_;
  std::uint64_t start_;
  ByteReader reader_;
  DamageLog& damage_;
  Unpacker unpacker_;
  RingPage page_;
  Bytes pages_;  // what is left of the current chunk, or of the plain data
  std::uint64_t place_ = 0;
  std::uint64_t unpacked_total_ = 0;
  std::uint32_t chunks_left_ = 0;
  bool page_open_ = false;
  bool lost_pending_ = false, lost_here_ = false;
};

}  // namespace kmemlab::traces
