// The records of a perf.data one after the other, packed or not: PERF_RECORD_COMPRESSED (perf record -z) holds a piece
// of one zstd stream that goes through all such records, and whose contents are records again, cut anywhere.
// Bounds: a packed record may unpack to 1 MiB plus 256 times its bytes (unpack.h); unpacked pieces are given back as
// soon as no record in them is held. Damage is counted; a record that cannot be a record ends the stretch it stands in.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "traces/readers/byte_reader.h"
#include "traces/readers/damage.h"

struct ZSTD_DCtx_s;

namespace kmemlab::traces {

/// Record types (include/uapi/linux/perf_event.h; from 64 on tools/lib/perf/include/perf/event.h).
enum class PerfType : std::uint32_t {
  lost = 2,
  comm = 3,
  fork = 7,
  sample = 9,
  lost_samples = 13,
  header_attr = 64,
  header_tracing_data = 66,
  finished_round = 68,
  auxtrace = 71,
  header_feature = 80,
  compressed = 81,
  compressed2 = 83,
};

inline constexpr std::size_t perf_header_bytes = 8;  ///< u32 type, u16 misc, u16 size

struct PerfRecord {
  PerfType type{};
  std::uint16_t misc = 0;
  Bytes body;               ///< behind the header
  Bytes payload;            ///< HEADER_TRACING_DATA: what follows the record
  std::uint64_t place = 0;  ///< in the file; of the packed record, for one that was packed
  const unsigned char* at = nullptr;
  std::uint32_t piece = 0;  ///< 0 = in the file itself
};

/// The record at `at`, which next() handed out and somebody held.
PerfRecord perf_record_at(const unsigned char* at, ByteOrder order);

class PerfRecords {
 public:
  /// `offset` is the place of `data` in the file.
  PerfRecords(Bytes data, std::uint64_t offset, ByteOrder order, DamageLog& damage);
  PerfRecords(const PerfRecords&) = delete;
  PerfRecords& operator=(const PerfRecords&) = delete;
  ~PerfRecords();

  /// The next record that is not COMPRESSED. Its bytes last until the next call, or longer if its piece is held.
  bool next(PerfRecord& record);
  void hold(const PerfRecord& record);
  void release(std::uint32_t piece);
  std::uint64_t place_of(const unsigned char* at, std::uint32_t piece) const;

  std::uint64_t held_bytes() const { return held_bytes_; }  ///< unpacked bytes that are in memory
  std::uint64_t done() const { return at_; }                ///< of data
  std::uint64_t size() const { return data_.size(); }

 private:
  struct Piece {
    std::vector<unsigned char> bytes;
    std::uint64_t place = 0;
    std::uint64_t held = 0;
  };
  enum class Taken : std::uint8_t { record, ends_early, impossible };
  Taken take(Bytes from, PerfRecord& record) const;
  bool next_in_file(PerfRecord& record);
  bool next_in_piece(PerfRecord& record);
  bool skip_payload(PerfRecord& record);
  void unpack(const PerfRecord& record);
  std::optional<Bytes> inflate(Bytes packed);
  void drop_pieces();
  std::uint32_t last_piece() const { return first_piece_ + static_cast<std::uint32_t>(pieces_.size()) - 1; }

  Bytes data_;
  std::uint64_t offset_;
  ByteOrder order_;
  DamageLog& damage_;
  std::size_t at_ = 0;
  std::deque<Piece> pieces_;
  std::uint32_t first_piece_ = 1;
  bool reading_piece_ = false;
  std::size_t piece_at_ = 0;
  std::vector<unsigned char> rest_;  // of a record whose end is in the next packed record
  std::vector<unsigned char> room_;  // of inflate()
  std::uint64_t held_bytes_ = 0;
  ZSTD_DCtx_s* zstd_ = nullptr;
  bool stream_broken_ = false;
};

}  // namespace kmemlab::traces
