// What one event of a perf.data was told to put into its records: struct perf_event_attr, and the order of fields in a
// sample and in the trailer of other records that follows from it (perf_event_open(2);
// include/uapi/linux/perf_event.h). Refuses nothing: attributes may be shorter (older perf) or longer (newer perf) than
// what is read here.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "traces/readers/byte_reader.h"

namespace kmemlab::traces {

/// Bits of sample_type, in perf_event_open(2)'s order of naming, which is not the order of the fields.
inline constexpr std::uint64_t perf_sample_ip = 1U << 0;
inline constexpr std::uint64_t perf_sample_tid = 1U << 1;
inline constexpr std::uint64_t perf_sample_time = 1U << 2;
inline constexpr std::uint64_t perf_sample_addr = 1U << 3;
inline constexpr std::uint64_t perf_sample_read = 1U << 4;
inline constexpr std::uint64_t perf_sample_callchain = 1U << 5;
inline constexpr std::uint64_t perf_sample_id = 1U << 6;
inline constexpr std::uint64_t perf_sample_cpu = 1U << 7;
inline constexpr std::uint64_t perf_sample_period = 1U << 8;
inline constexpr std::uint64_t perf_sample_stream_id = 1U << 9;
inline constexpr std::uint64_t perf_sample_raw = 1U << 10;
inline constexpr std::uint64_t perf_sample_identifier = 1U << 16;

inline constexpr std::uint32_t perf_type_tracepoint = 2;

struct PerfAttr {
  std::uint32_t type = 0;
  std::uint64_t config = 0;  ///< of a tracepoint: its id, which is also its records' common_type
  std::uint64_t sample_type = 0;
  std::uint64_t read_format = 0;
  bool sample_id_all = false;         ///< records that are no samples end with the trailer
  std::optional<std::int32_t> clock;  ///< clockid_t, where one was asked for

  /// Where the fields stand that every sample of this event has at the same place: all of 8 bytes, in the order of
  /// perf_event_open(2). no_place = not asked for.
  static constexpr std::uint8_t no_place = 0xff;
  std::uint8_t id_at = no_place, tid_at = no_place, tick_at = no_place, cpu_at = no_place;
  std::uint8_t fixed_bytes = 0;
};

/// Nothing if the bytes end before the fields that every version of the structure has.
std::optional<PerfAttr> parse_perf_attr(Bytes bytes, ByteOrder order);

/// What is taken out of a record. Absent fields keep these values.
struct PerfFields {
  std::uint64_t tick = 0;  ///< nanoseconds; 0 = no time
  std::optional<std::int32_t> tid;
  std::uint32_t cpu = 0;
  Bytes raw;  ///< PERF_SAMPLE_RAW: the tracepoint's record
};

/// The body of a sample. False if it is shorter than sample_type says. What stands behind the raw data (branch stack,
/// registers, user stack, ...) is of no use here and is not looked at.
bool take_sample(Bytes body, ByteOrder order, const PerfAttr& attr, PerfFields& out);
/// Its time alone; 0 if it has none.
inline std::uint64_t sample_tick(Bytes body, ByteOrder order, const PerfAttr& attr) {
  if (attr.tick_at == PerfAttr::no_place || body.size() < attr.fixed_bytes) return 0;
  return load_int<std::uint64_t>(body.data() + attr.tick_at, order);
}
/// The trailer of any other record; false if the body is shorter than it.
bool take_trailer(Bytes body, ByteOrder order, const PerfAttr& attr, PerfFields& out);
/// Bytes of that trailer.
std::size_t trailer_bytes(const PerfAttr& attr);

/// All events of a recording, and which of them a record belongs to: by the identifier at its fixed place if there is
/// one, else by the id at a place that must be the same for all of them.
class PerfEvents {
 public:
  void add(const PerfAttr& attr, Bytes ids, ByteOrder order);
  /// False if the events disagree on where the id stands: their samples cannot be told apart.
  bool consistent() const;
  bool empty() const { return attrs_.empty(); }
  const std::vector<PerfAttr>& all() const { return attrs_; }

  /// The event of a sample's body, or null: an id that no event has.
  const PerfAttr* of_sample(Bytes body, ByteOrder order) const;
  /// An event whose time stands where this sample's does.
  const PerfAttr* timed_like(Bytes body, ByteOrder order) const {
    return same_times_ ? &attrs_.front() : of_sample(body, order);
  }
  /// The event by which the trailer of any other record is read.
  const PerfAttr& of_trailer() const { return attrs_.front(); }

 private:
  std::vector<PerfAttr> attrs_;
  const PerfAttr* with_id(std::uint64_t id) const;

  bool same_times_ = true;
  std::vector<std::uint32_t> small_ids_;  // the kernel counts ids from 1: index of the event + 1
  std::unordered_map<std::uint64_t, std::uint32_t> large_ids_;
};

}  // namespace kmemlab::traces
