// perf_event_attr and the fields that it asks for: see perf_attr.h.
#include "traces/readers/perf_attr.h"

#include <algorithm>
#include <bit>

namespace kmemlab::traces {
namespace {

// Places in struct perf_event_attr (include/uapi/linux/perf_event.h).
constexpr std::size_t attr_bytes_min = 64;  // PERF_ATTR_SIZE_VER0
constexpr std::size_t clock_at = 92;        // since PERF_ATTR_SIZE_VER3
constexpr unsigned flag_sample_id_all = 18;
constexpr unsigned flag_use_clockid = 25;

constexpr std::uint64_t read_enabled = 1U << 0, read_running = 1U << 1, read_id = 1U << 2, read_group = 1U << 3,
                        read_lost = 1U << 4;

/// Bitfields fill a word from its low end on little-endian machines and from its high end on big-endian ones.
bool flag_set(std::uint64_t flags, unsigned n, ByteOrder order) {
  return (flags >> (order == ByteOrder::little ? n : 63 - n) & 1) != 0;
}

constexpr std::uint64_t small_ids = 1U << 16;

unsigned fields_of(std::uint64_t sample_type, std::uint64_t mask) {
  return static_cast<unsigned>(std::popcount(sample_type & mask));
}

/// PERF_SAMPLE_READ: counter values, whose number depends on read_format.
void skip_read(ByteReader& r, std::uint64_t format) {
  const unsigned times = fields_of(format, read_enabled | read_running);
  const unsigned each = 1 + fields_of(format, read_id | read_lost);
  std::uint64_t values = 1;
  if (format & read_group) values = r.u64();
  if (values > r.left() / 8) values = r.left() + 1;  // more than there is: the take below fails
  r.bytes(8 * (times + each * values));
}

/// Fields of 8 bytes that a sample begins with, in order; READ, CALLCHAIN and RAW have lengths of their own.
void place_fields(PerfAttr& a) {
  std::uint8_t at = 0;
  const auto place = [&](std::uint64_t bit, std::uint8_t* to) {
    if (!(a.sample_type & bit)) return;
    if (to) *to = at;
    at = static_cast<std::uint8_t>(at + 8);
  };
  place(perf_sample_identifier, &a.id_at);
  place(perf_sample_ip, nullptr);
  place(perf_sample_tid, &a.tid_at);
  place(perf_sample_time, &a.tick_at);
  place(perf_sample_addr, nullptr);
  place(perf_sample_id, a.id_at == PerfAttr::no_place ? &a.id_at : nullptr);
  place(perf_sample_stream_id, nullptr);
  place(perf_sample_cpu, &a.cpu_at);
  place(perf_sample_period, nullptr);
  a.fixed_bytes = at;
}

}  // namespace

std::optional<PerfAttr> parse_perf_attr(Bytes bytes, ByteOrder order) {
  if (bytes.size() < attr_bytes_min) return std::nullopt;
  ByteReader r(bytes, order);
  PerfAttr a;
  a.type = r.u32();
  r.u32();  // its own size; the container says so too
  a.config = r.u64();
  r.u64();  // sample_period
  a.sample_type = r.u64();
  a.read_format = r.u64();
  const std::uint64_t flags = r.u64();
  a.sample_id_all = flag_set(flags, flag_sample_id_all, order);
  if (flag_set(flags, flag_use_clockid, order) && bytes.size() >= clock_at + 4) {
    a.clock = static_cast<std::int32_t>(load_int<std::uint32_t>(bytes.data() + clock_at, order));
  }
  place_fields(a);
  return a;
}

bool take_sample(Bytes body, ByteOrder order, const PerfAttr& attr, PerfFields& out) {
  if (body.size() < attr.fixed_bytes) return false;
  const unsigned char* p = body.data();
  out.tick = sample_tick(body, order, attr);
  if (attr.tid_at != PerfAttr::no_place) {  // the process, then the thread: what perf script prints
    out.tid = static_cast<std::int32_t>(load_int<std::uint32_t>(p + attr.tid_at + 4, order));
  }
  if (attr.cpu_at != PerfAttr::no_place) out.cpu = load_int<std::uint32_t>(p + attr.cpu_at, order);
  ByteReader r(body.subspan(attr.fixed_bytes), order);
  const std::uint64_t type = attr.sample_type;
  if (type & perf_sample_read) skip_read(r, attr.read_format);
  if (type & perf_sample_callchain) {
    const std::uint64_t frames = r.u64();
    r.bytes(frames > r.left() / 8 ? r.left() + 1 : 8 * frames);
  }
  if (type & perf_sample_raw) out.raw = r.bytes(r.u32());
  return r.ok();
}

std::size_t trailer_bytes(const PerfAttr& attr) {
  if (!attr.sample_id_all) return 0;
  return std::size_t{8} * fields_of(attr.sample_type, perf_sample_tid | perf_sample_time | perf_sample_id |
                                                          perf_sample_stream_id | perf_sample_cpu |
                                                          perf_sample_identifier);
}

bool take_trailer(Bytes body, ByteOrder order, const PerfAttr& attr, PerfFields& out) {
  const std::size_t bytes = trailer_bytes(attr);
  if (body.size() < bytes) return false;
  if (bytes == 0) return true;
  ByteReader r(body.last(bytes), order);
  const std::uint64_t type = attr.sample_type;
  if (type & perf_sample_tid) {
    r.u32();
    out.tid = static_cast<std::int32_t>(r.u32());
  }
  if (type & perf_sample_time) out.tick = r.u64();
  if (type & perf_sample_id) r.u64();
  if (type & perf_sample_stream_id) r.u64();
  if (type & perf_sample_cpu) {
    out.cpu = r.u32();
    r.u32();
  }
  return r.ok();
}

void PerfEvents::add(const PerfAttr& attr, Bytes ids, ByteOrder order) {
  const auto number = static_cast<std::uint32_t>(attrs_.size() + 1);
  attrs_.push_back(attr);
  same_times_ = same_times_ && attr.tick_at == attrs_.front().tick_at;
  for (std::size_t at = 0; at + 8 <= ids.size(); at += 8) {
    const auto id = load_int<std::uint64_t>(ids.data() + at, order);
    if (id < small_ids) {
      if (small_ids_.size() <= id) small_ids_.resize(static_cast<std::size_t>(id) + 1);
      if (small_ids_[id] == 0) small_ids_[id] = number;
    } else {
      large_ids_.try_emplace(id, number);
    }
  }
}

bool PerfEvents::consistent() const {
  return std::all_of(attrs_.begin(), attrs_.end(), [&](const PerfAttr& a) {
    return a.id_at == attrs_.front().id_at && a.sample_id_all == attrs_.front().sample_id_all;
  });
}

const PerfAttr* PerfEvents::with_id(std::uint64_t id) const {
  std::uint32_t number = 0;
  if (id < small_ids_.size()) {
    number = small_ids_[static_cast<std::size_t>(id)];
  } else if (const auto found = large_ids_.find(id); found != large_ids_.end()) {
    number = found->second;
  }
  if (number != 0) return &attrs_[number - 1];
  return id == 0 ? &attrs_.front() : nullptr;  // perf makes up samples with id 0
}

const PerfAttr* PerfEvents::of_sample(Bytes body, ByteOrder order) const {
  const std::size_t at = attrs_.front().id_at;
  if (attrs_.size() == 1 || at == PerfAttr::no_place) return &attrs_.front();
  if (at + 8 > body.size()) return &attrs_.front();  // too short for any of them: taking it will say so
  return with_id(load_int<std::uint64_t>(body.data() + at, order));
}

}  // namespace kmemlab::traces
