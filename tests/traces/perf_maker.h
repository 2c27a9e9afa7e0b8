// Builds small perf.data files byte by byte: seekable and piped, both byte orders, records plain or packed as perf
// record -z packs them, events with any sample_type. From perf_event_open(2) and tools/perf/Documentation/
// perf.data-file-format.txt; independent of the reader's code. The event formats are DatMaker's. perf 6.1 reads the
// little-endian ones (checked by hand; its libtraceevent wants a blank line in the formats that DatMaker leaves out).
#pragma once

#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/traces/dat_maker.h"

namespace kmemlab::traces::testing {

using ByteVector = std::vector<unsigned char>;

inline constexpr std::uint64_t sample_ip = 1, sample_tid = 2, sample_time = 4, sample_addr = 8, sample_read = 16,
                               sample_chain = 32, sample_id = 64, sample_cpu = 128, sample_period = 256,
                               sample_stream = 512, sample_raw = 1024, sample_identifier = 65536;
/// What perf record asks for with several tracepoints.
inline constexpr std::uint64_t sample_usual =
    sample_ip | sample_tid | sample_time | sample_cpu | sample_period | sample_raw | sample_identifier;

struct PerfEvent {
  unsigned type = 2;  ///< tracepoint
  std::uint64_t config = 0;
  std::uint64_t sample_type = sample_usual;
  std::uint64_t read_format = 0;
  std::uint64_t id = 0;
};

struct PerfWho {
  std::uint64_t tick = 0;
  int tid = 42;
  unsigned cpu = 0;
};

/// COMPRESSED records of at most `piece` unpacked bytes each, one zstd stream through all of them.
inline ByteVector packed_records(const ByteVector& records, std::size_t piece, bool big) {
  ByteMaker m(big);
  ZSTD_CCtx* z = ZSTD_createCCtx();
  for (std::size_t at = 0; at < records.size(); at += piece) {
    ZSTD_inBuffer in{records.data() + at, std::min(piece, records.size() - at), 0};
    ByteVector out(ZSTD_compressBound(piece) + 64);
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (ZSTD_compressStream2(z, &to, &in, ZSTD_e_flush) != 0) {
    }
    out.resize(to.pos);
    m.integer(81, 4);
    m.integer(0, 2);
    m.integer(out.size() + 8, 2);
    m.append(out);
  }
  ZSTD_freeCCtx(z);
  return m.bytes;
}

class PerfMaker {
 public:
  explicit PerfMaker(bool big_endian = false) : dat({6, big_endian, 8, "none"}), big(big_endian), records(big_endian) {
    const unsigned ids[] = {id_kmalloc, id_kfree, id_cache_free, id_page_alloc, id_page_free, id_softirq};
    for (const unsigned id : ids) events.push_back({2, id, sample_usual, 0, 1000 + id});
  }

  DatMaker dat;  ///< bodies of the tracepoints' records
  bool big;
  ByteMaker records;
  std::vector<PerfEvent> events;
  bool id_all = true;
  bool tracing_data = true;
  std::string version = "0.6";
  std::size_t pack_pieces = 0;  ///< not 0: packed, in pieces of so many bytes

  void record(unsigned type, const ByteVector& body, unsigned misc = 0) {
    records.integer(type, 4);
    records.integer(misc, 2);
    records.integer(body.size() + 8, 2);
    records.append(body);
  }
  const PerfEvent& event(std::uint64_t config) const {
    for (const PerfEvent& e : events) {
      if (e.config == config) return e;
    }
    return events.front();
  }
  void sample(std::uint64_t config, PerfWho who, const ByteVector& raw) {
    const PerfEvent& e = event(config);
    const std::uint64_t t = e.sample_type;
    ByteMaker m(big);
    if (t & sample_identifier) m.integer(e.id, 8);
    if (t & sample_ip) m.integer(0xffffffff81000000, 8);
    put_who(m, t & sample_tid, t & sample_time, who);
    if (t & sample_addr) m.integer(7, 8);
    if (t & sample_id) m.integer(e.id, 8);
    if (t & sample_stream) m.integer(e.id, 8);
    if (t & sample_cpu) m.integer(who.cpu, 4), m.integer(0, 4);
    if (t & sample_period) m.integer(1, 8);
    if (t & sample_read) put_read(m, e.read_format);
    if (t & sample_chain) m.integer(2, 8), m.integer(~std::uint64_t{127}, 8), m.integer(0xffffffff81001234, 8);
    if (t & sample_raw) {  // padded so that the whole is a multiple of 8, and the size says so
      const std::size_t padded = (raw.size() + 4 + 7) / 8 * 8 - 4;
      m.integer(padded, 4);
      m.append(raw);
      m.bytes.resize(m.bytes.size() + padded - raw.size());
    }
    record(9, m.bytes, 1);
  }
  void comm(PerfWho who, std::string_view name) {
    ByteMaker m(big);
    put_pair(m, who.tid, who.tid);
    m.c_string(name);
    m.pad_to(8);
    with_trailer(3, m, who);
  }
  void fork(PerfWho who, int child, unsigned type = 7) {
    ByteMaker m(big);
    put_pair(m, child, who.tid);
    put_pair(m, child, who.tid);
    m.integer(who.tick, 8);
    with_trailer(type, m, who);
  }
  void lost(PerfWho who, std::uint64_t count) {
    ByteMaker m(big);
    m.integer(events.front().id, 8);
    m.integer(count, 8);
    with_trailer(2, m, who);
  }
  void lost_samples(std::uint64_t count, unsigned misc = 0) {
    ByteMaker m(big);
    m.integer(count, 8);
    put_trailer(m, {});
    record(13, m.bytes, misc);
  }
  void round() { record(68, {}); }
  void auxtrace(std::size_t bytes) {
    ByteMaker m(big);
    m.integer(bytes, 8);
    m.bytes.resize(40);
    record(71, m.bytes);
    for (std::size_t i = 0; i < bytes; ++i) records.bytes.push_back(0xff);
  }

  /// The tracing data that perf takes from the kernel: a version 6 file up to its list of CPUs.
  ByteVector blob() {
    const ByteVector whole = dat.file();
    const std::string_view text(reinterpret_cast<const char*>(whole.data()), whole.size());
    std::size_t end = text.find(std::string_view("options  ", 9)) - 4;
    if (version == "0.5") end -= 8 + dat.command_lines.size();
    ByteMaker m(big);
    m.text(text.substr(0, 10));
    m.c_string(version);
    m.text(text.substr(12, end - 12));
    return m.bytes;
  }
  ByteVector data() const { return pack_pieces ? packed_records(records.bytes, pack_pieces, big) : records.bytes; }

  ByteVector file() {
    constexpr std::size_t header = 104, entry = 128 + 16;
    ByteMaker m(big);
    put_magic(m);
    m.integer(header, 8);
    m.integer(entry, 8);
    const std::size_t attrs_at = header + 8 * events.size(), data_at = attrs_at + entry * events.size();
    const ByteVector all = data();
    for (const std::uint64_t v : {attrs_at, entry * events.size(), data_at, all.size(), std::size_t{0}, std::size_t{0}})
      m.integer(v, 8);
    const auto features = this->features();
    std::uint64_t bits = 0;
    for (const auto& [number, bytes] : features) bits |= std::uint64_t{1} << number;
    m.integer(bits, 8);
    for (unsigned i = 0; i < 3; ++i) m.integer(0, 8);
    for (const PerfEvent& e : events) m.integer(e.id, 8);
    for (std::size_t i = 0; i < events.size(); ++i) {
      put_attr(m, events[i]);
      m.integer(header + 8 * i, 8);
      m.integer(8, 8);
    }
    m.append(all);
    std::size_t at = m.bytes.size() + 16 * features.size();
    for (const auto& [number, bytes] : features) {
      m.integer(at, 8);
      m.integer(bytes.size(), 8);
      at += bytes.size();
    }
    for (const auto& [number, bytes] : features) m.append(bytes);
    return m.bytes;
  }

  ByteVector pipe() {
    ByteMaker m(big);
    put_magic(m);
    m.integer(16, 8);
    const ByteVector all = data();
    const ByteVector kept = std::exchange(records.bytes, {});
    for (const PerfEvent& e : events) {
      ByteMaker a(big);
      put_attr(a, e);
      a.integer(e.id, 8);
      record(64, a.bytes);
    }
    for (const auto& [number, bytes] : features()) {
      ByteMaker f(big);
      if (number == 1) {
        ByteVector padded = bytes;
        padded.resize((padded.size() + 7) / 8 * 8);
        f.integer(padded.size(), 4);
        record(66, f.bytes);
        records.append(padded);
      } else {
        f.integer(number, 8);
        f.append(bytes);
        f.pad_to(8);
        record(80, f.bytes);
      }
    }
    m.append(std::exchange(records.bytes, kept));
    m.append(all);
    return m.bytes;
  }

 private:
  void put_magic(ByteMaker& m) const { m.integer(0x32454c4946524550, 8); }
  void put_pair(ByteMaker& m, int first, int second) const {
    m.integer(static_cast<std::uint32_t>(first), 4);
    m.integer(static_cast<std::uint32_t>(second), 4);
  }
  void put_who(ByteMaker& m, std::uint64_t tid, std::uint64_t time, PerfWho who) const {
    if (tid) put_pair(m, who.tid, who.tid);
    if (time) m.integer(who.tick, 8);
  }
  void put_read(ByteMaker& m, std::uint64_t format) const {
    const bool group = format & 8;
    if (group) m.integer(2, 8);
    if (!group) m.integer(5, 8);
    for (const std::uint64_t bit : {1, 2}) {
      if (format & bit) m.integer(6, 8);
    }
    for (unsigned i = 0; group && i < 2; ++i) {
      m.integer(5, 8);
      if (format & 4) m.integer(9, 8);
      if (format & 16) m.integer(0, 8);
    }
    if (group) return;
    if (format & 4) m.integer(9, 8);
    if (format & 16) m.integer(0, 8);
  }
  void put_trailer(ByteMaker& m, PerfWho who) const {
    if (!id_all) return;
    const PerfEvent& e = events.front();
    const std::uint64_t t = e.sample_type;
    put_who(m, t & sample_tid, t & sample_time, who);
    if (t & sample_id) m.integer(e.id, 8);
    if (t & sample_stream) m.integer(e.id, 8);
    if (t & sample_cpu) m.integer(who.cpu, 4), m.integer(0, 4);
    if (t & sample_identifier) m.integer(e.id, 8);
  }
  void with_trailer(unsigned type, ByteMaker& m, PerfWho who) {
    put_trailer(m, who);
    record(type, m.bytes);
  }
  void put_attr(ByteMaker& m, const PerfEvent& e) const {
    const std::size_t start = m.bytes.size();
    m.integer(e.type, 4);
    m.integer(128, 4);
    m.integer(e.config, 8);
    m.integer(1, 8);
    m.integer(e.sample_type, 8);
    m.integer(e.read_format, 8);
    const unsigned inherit = 1, all = 18;
    std::uint64_t flags = 0;
    for (const unsigned bit : {inherit, id_all ? all : inherit}) flags |= std::uint64_t{1} << (big ? 63 - bit : bit);
    m.integer(flags, 8);
    m.bytes.resize(start + 128);
  }
  ByteVector text_feature(std::string_view text) const {
    ByteMaker m(big);
    m.integer((text.size() + 1 + 63) / 64 * 64, 4);
    m.c_string(text);
    m.bytes.resize(4 + (text.size() + 1 + 63) / 64 * 64);
    return m.bytes;
  }
  std::vector<std::pair<unsigned, ByteVector>> features() {
    std::vector<std::pair<unsigned, ByteVector>> all;
    if (tracing_data) all.emplace_back(1, blob());
    all.emplace_back(3, text_feature("host"));
    all.emplace_back(4, text_feature("6.1.0-1-amd64"));
    all.emplace_back(6, text_feature("x86_64"));
    ByteMaker cpus(big);
    cpus.integer(8, 4);
    cpus.integer(4, 4);
    all.emplace_back(7, cpus.bytes);
    ByteMaker packing(big);  // version, zstd, level, ratio, bytes of a CPU's buffer
    for (const std::uint64_t v : {1, 1, 1, 5, 1 << 20}) packing.integer(v, 4);
    if (pack_pieces) all.emplace_back(27, packing.bytes);
    return all;
  }
};

}  // namespace kmemlab::traces::testing
