// PerfRecords: see perf_records.h.
#include "traces/readers/perf_records.h"

#include <zstd.h>

#include <algorithm>
#include <string>

#include "traces/readers/unpack.h"

namespace kmemlab::traces {
namespace {

constexpr int zstd_window_log_max = 27;  // the zstd tool's own limit; perf's level 1 to 22 stay at or below it
constexpr std::size_t unpack_step = 256 * 1024;

std::uint64_t round_up_8(std::uint64_t n) {
  return n > ~std::uint64_t{7} ? n : (n + 7) / 8 * 8;
}

}  // namespace

PerfRecords::PerfRecords(Bytes data, std::uint64_t offset, ByteOrder order, DamageLog& damage)
    : data_(data), offset_(offset), order_(order), damage_(damage) {}

PerfRecords::~PerfRecords() {
  ZSTD_freeDCtx(zstd_);
}

PerfRecord perf_record_at(const unsigned char* at, ByteOrder order) {
  PerfRecord record;
  record.type = static_cast<PerfType>(load_int<std::uint32_t>(at, order));
  record.misc = load_int<std::uint16_t>(at + 4, order);
  record.body = Bytes(at + perf_header_bytes, load_int<std::uint16_t>(at + 6, order) - perf_header_bytes);
  record.at = at;
  return record;
}

PerfRecords::Taken PerfRecords::take(Bytes from, PerfRecord& record) const {
  if (from.size() < perf_header_bytes) return Taken::ends_early;
  const std::size_t size = load_int<std::uint16_t>(from.data() + 6, order_);
  if (size < perf_header_bytes) return Taken::impossible;
  if (size > from.size()) return Taken::ends_early;
  record = perf_record_at(from.data(), order_);
  return Taken::record;
}

bool PerfRecords::next(PerfRecord& record) {
  for (;;) {
    if (reading_piece_) {
      if (next_in_piece(record)) return true;
      reading_piece_ = false;
      drop_pieces();
      continue;
    }
    if (!next_in_file(record)) return false;
    if (record.type != PerfType::compressed && record.type != PerfType::compressed2) return true;
    unpack(record);
  }
}

bool PerfRecords::next_in_file(PerfRecord& record) {
  const std::uint64_t place = offset_ + at_;
  if (at_ == data_.size()) {
    if (!rest_.empty()) damage_.at_byte(place, rest_.size(), "the packed data end inside a record");
    rest_.clear();
    return false;
  }
  const std::size_t left = data_.size() - at_;
  switch (take(data_.subspan(at_), record)) {
    case Taken::record:
      break;
    case Taken::ends_early:
      damage_.at_byte(place, left, "the data end inside a record", "a whole perf.data");
      at_ = data_.size();
      return false;
    case Taken::impossible:
      // Nothing says where the next record begins.
      damage_.at_byte(place, left, "a record shorter than its header; the rest of the data is not read");
      at_ = data_.size();
      return false;
  }
  record.place = place;
  at_ += perf_header_bytes + record.body.size();
  const bool followed = record.type == PerfType::header_tracing_data || record.type == PerfType::auxtrace;
  return !followed || skip_payload(record);
}

/// Two kinds of records say how many bytes follow them outside of their own size.
bool PerfRecords::skip_payload(PerfRecord& record) {
  ByteReader r(record.body, order_);
  std::uint64_t bytes = 0;
  if (record.type == PerfType::header_tracing_data) bytes = round_up_8(r.u32());
  if (record.type == PerfType::auxtrace) bytes = r.u64();
  if (bytes == 0 || !r.ok()) return true;
  const std::uint64_t left = data_.size() - at_;
  if (bytes > left) {
    damage_.at_byte(record.place, left, "what a record announces behind it is longer than the file");
    at_ = data_.size();
    return false;
  }
  record.payload = data_.subspan(at_, static_cast<std::size_t>(bytes));
  at_ += static_cast<std::size_t>(bytes);
  return true;
}

bool PerfRecords::next_in_piece(PerfRecord& record) {
  Piece& piece = pieces_.back();
  const Bytes left = Bytes(piece.bytes).subspan(piece_at_);
  if (left.empty()) return false;
  switch (take(left, record)) {
    case Taken::record:
      break;
    case Taken::ends_early:  // its end is in the next packed record
      rest_.assign(left.begin(), left.end());
      return false;
    case Taken::impossible:  // nor is there a beginning of another one in what is unpacked later
      damage_.at_byte(piece.place, left.size(), "an unpacked record is shorter than its header");
      stream_broken_ = true;
      return false;
  }
  piece_at_ += perf_header_bytes + record.body.size();
  record.place = piece.place;
  record.piece = last_piece();
  return true;
}

void PerfRecords::unpack(const PerfRecord& record) {
  Bytes packed = record.body;
  if (record.type == PerfType::compressed2) {  // u64 bytes of data, then padding
    ByteReader r(record.body, order_);
    packed = r.bytes(r.u64());
    if (!r.ok()) packed = {};
  }
  if (stream_broken_) {
    damage_.at_byte(record.place, packed.size(), "packed records behind a damaged one");
    return;
  }
  const std::optional<Bytes> fresh = inflate(packed);
  if (!fresh) {
    damage_.at_byte(record.place, packed.size(), "zstd data are damaged, or unpack to more than they may",
                    "records that perf record -z packed");
    stream_broken_ = true;
    return;
  }
  const std::size_t wanted =
      rest_.size() < perf_header_bytes ? perf_header_bytes : load_int<std::uint16_t>(rest_.data() + 6, order_);
  rest_.insert(rest_.end(), fresh->begin(), fresh->end());
  if (rest_.size() < wanted) return;
  pieces_.push_back({std::vector<unsigned char>(rest_), record.place, 0});
  rest_.clear();
  held_bytes_ += pieces_.back().bytes.size();
  piece_at_ = 0;
  reading_piece_ = true;
}

/// What the packed bytes unpack to, in room that the next call uses again.
std::optional<Bytes> PerfRecords::inflate(Bytes packed) {
  if (!zstd_) {
    zstd_ = ZSTD_createDCtx();
    if (!zstd_) return std::nullopt;
    ZSTD_DCtx_setParameter(zstd_, ZSTD_d_windowLogMax, zstd_window_log_max);
  }
  const auto most = static_cast<std::size_t>(unpacked_floor + unpacked_ratio_max * packed.size());
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::size_t filled = 0;
  for (;;) {
    if (filled >= most) return std::nullopt;
    if (filled == room_.size()) room_.resize(std::min(most, room_.size() + unpack_step));
    ZSTD_outBuffer to{room_.data() + filled, std::min(most, room_.size()) - filled, 0};
    if (ZSTD_isError(ZSTD_decompressStream(zstd_, &to, &in))) return std::nullopt;
    filled += to.pos;
    if (in.pos == in.size && to.pos < to.size) return Bytes(room_).first(filled);
  }
}

void PerfRecords::hold(const PerfRecord& record) {
  if (record.piece) ++pieces_[record.piece - first_piece_].held;
}

void PerfRecords::release(std::uint32_t piece) {
  if (piece == 0) return;
  if (--pieces_[piece - first_piece_].held == 0) drop_pieces();
}

/// Pieces die in their order: their records are handed on in nearly that order.
void PerfRecords::drop_pieces() {
  while (!pieces_.empty() && pieces_.front().held == 0 && !(reading_piece_ && pieces_.size() == 1)) {
    held_bytes_ -= pieces_.front().bytes.size();
    pieces_.pop_front();
    ++first_piece_;
  }
}

std::uint64_t PerfRecords::place_of(const unsigned char* at, std::uint32_t piece) const {
  if (piece) return pieces_[piece - first_piece_].place;
  return offset_ + static_cast<std::uint64_t>(at - data_.data());
}

}  // namespace kmemlab::traces
