// PerfDataParser: see perf_data.h.
#include "traces/readers/perf_data.h"

#include <algorithm>

namespace kmemlab::traces {
namespace {

constexpr std::string_view magic_little = "PERFILE2";
constexpr std::string_view magic_big = "2ELIFREP";  // the same number, written by a big-endian machine
constexpr std::string_view magic_old = "PERFFILE";
constexpr std::uint64_t header_bytes_piped = 16;
constexpr std::uint64_t section_bytes_stored = 16;
constexpr unsigned feature_words = 4;  // a bitmap of 256 bits
constexpr std::uint64_t attr_bytes_max = 4096;
constexpr std::uint64_t attr_bytes_first = 64;  // the first version of the structure says 0
constexpr std::size_t name_bytes_max = 256;
constexpr std::string_view how_recorded = "what `perf record -e kmem:...` writes";

/// A string of a feature: u32 bytes with padding, then text up to a NUL.
std::string_view feature_text(Bytes bytes, ByteOrder order) {
  ByteReader r(bytes, order);
  const std::string_view text = as_text(r.bytes(r.u32()));
  return text.substr(0, std::min(text.find('\0'), name_bytes_max));
}

}  // namespace

std::string PerfData::kernel() const {
  if (release.empty()) return {};
  std::string text = "Linux ";
  text += host.empty() ? std::string_view("(none)") : host;
  text += ' ';
  text += release;
  if (!arch.empty()) (text += ' ') += arch;
  return text;
}

Failure<Error> PerfDataParser::error_at(std::uint64_t offset, std::string what, std::string expected) const {
  auto f = fail(std::move(what), std::move(expected));
  f.error.file = damage_.file();
  f.error.byte_offset = offset;
  return f;
}

PerfDataParser::Section PerfDataParser::take_section(ByteReader& r) {
  Section s;
  s.offset = r.u64();
  s.size = r.u64();
  return s;
}

/// What the file holds of a section.
Bytes PerfDataParser::section_bytes(Section s) const {
  if (s.offset >= file_.size()) return {};
  const std::uint64_t have = std::min<std::uint64_t>(s.size, file_.size() - s.offset);
  return file_.subspan(static_cast<std::size_t>(s.offset), static_cast<std::size_t>(have));
}

Fallible<PerfData> PerfDataParser::run() {
  PerfData perf;
  ByteReader r(file_, ByteOrder::little);
  const std::string_view magic = as_text(r.bytes(magic_little.size()));
  if (magic == magic_old) return error_at(0, "a perf.data of before Linux 2.6.34 (PERFFILE)", "PERFILE2");
  perf.order = magic == magic_big ? ByteOrder::big : ByteOrder::little;
  r.set_order(perf.order);
  const std::uint64_t header_bytes = r.u64();
  if (!r.ok()) return error_at(r.offset(), "the file ends in its first bytes", "a perf.data header");
  if (header_bytes == header_bytes_piped) {
    perf.piped = true;
    perf.data = file_.subspan(header_bytes_piped);
    perf.data_offset = header_bytes_piped;
    return perf;
  }
  if (auto done = read_file(perf, r); !done) return Failure<Error>{done.error()};
  return perf;
}

Fallible<void> PerfDataParser::read_file(PerfData& perf, ByteReader r) {
  const std::uint64_t attr_bytes = r.u64();
  const Section attrs = take_section(r);
  Section data = take_section(r);
  take_section(r);  // event types, no longer written
  if (!r.ok()) return error_at(r.offset(), "the file ends in its first bytes", "a perf.data header");
  if (auto done = read_attrs(perf, attrs, attr_bytes); !done) return done;
  if (data.offset >= file_.size()) return error_at(file_.size(), "the file ends before its data", "a whole perf.data");
  const std::uint64_t room = file_.size() - data.offset;
  if (data.size == 0 || data.size > room) {
    // The features, and with them the formats of the events, stand behind the data.
    return error_at(file_.size(),
                    data.size == 0 ? "this recording was not finished: it has no event formats"
                                   : "the file was cut: its event formats stood at its end",
                    "a perf.data that was written to its end");
  }
  perf.data = section_bytes(data);
  perf.data_offset = data.offset;
  return read_features(perf, r, data.offset + data.size);
}

/// Entries of one attribute and where its ids are.
Fallible<void> PerfDataParser::read_attrs(PerfData& perf, Section attrs, std::uint64_t attr_bytes) {
  if (attr_bytes < section_bytes_stored || attr_bytes > attr_bytes_max) {
    return error_at(16, "event attributes of " + std::to_string(attr_bytes) + " bytes", "80 to 4096");
  }
  const Bytes all = section_bytes(attrs);
  if (all.size() < attrs.size) return error_at(file_.size(), "the file ends inside its event attributes");
  std::uint64_t ids_claimed = 0;
  for (std::size_t at = 0; at + attr_bytes <= all.size(); at += attr_bytes) {
    const Bytes entry = all.subspan(at, static_cast<std::size_t>(attr_bytes));
    ByteReader section(entry.last(section_bytes_stored), perf.order);
    const Bytes ids = section_bytes(take_section(section));
    const auto attr = parse_perf_attr(entry.first(entry.size() - section_bytes_stored), perf.order);
    ids_claimed += ids.size();
    if (!attr) return error_at(attrs.offset + at, "event attributes that are too short", std::string(how_recorded));
    if (ids_claimed > file_.size()) return error_at(attrs.offset + at, "event ids overlap");
    perf.events.add(*attr, ids, perf.order);
  }
  return {};
}

Fallible<void> PerfDataParser::read_features(PerfData& perf, ByteReader bits, std::uint64_t table) {
  ByteReader sections(section_bytes({table, file_.size()}), perf.order, table);
  for (unsigned word = 0; word < feature_words; ++word) {
    std::uint64_t set = bits.u64();
    for (unsigned n = 0; n < 64; ++n, set >>= 1) {
      if (!(set & 1)) continue;
      const Section s = take_section(sections);
      if (!sections.ok()) {
        damage_.at_byte(sections.offset(), 0, "the file ends inside the list of its features");
        return {};
      }
      const Bytes bytes = section_bytes(s);
      if (bytes.size() < s.size) damage_.at_byte(file_.size(), s.size - bytes.size(), "the file ends inside a feature");
      if (auto done = read_feature(perf, 64 * word + n, bytes, s.offset); !done) return done;
    }
  }
  return {};
}

Fallible<void> PerfDataParser::read_feature(PerfData& perf, unsigned feature, Bytes bytes, std::uint64_t offset) {
  switch (static_cast<PerfFeature>(feature)) {
    case PerfFeature::tracing_data: {
      if (perf.formats) break;
      auto formats = parse_tracing_data(bytes, offset, damage_);
      if (!formats) return Failure<Error>{formats.error()};
      if (formats->order != perf.order) return error_at(offset, "tracing data of another byte order than the file's");
      perf.formats = std::move(*formats);
      break;
    }
    case PerfFeature::host:
      perf.host = feature_text(bytes, perf.order);
      break;
    case PerfFeature::release:
      perf.release = feature_text(bytes, perf.order);
      break;
    case PerfFeature::arch:
      perf.arch = feature_text(bytes, perf.order);
      break;
    case PerfFeature::cpus: {
      ByteReader r(bytes, perf.order);
      r.u32();  // CPUs that could be brought online
      perf.cpus = std::min(r.u32(), cpus_max);
      break;
    }
  }
  return {};
}

Fallible<void> PerfDataParser::read_attr_record(PerfData& perf, Bytes body, std::uint64_t offset) {
  std::uint64_t bytes = body.size() < 8 ? 0 : load_int<std::uint32_t>(body.data() + 4, perf.order);
  if (bytes == 0) bytes = attr_bytes_first;
  const auto attr = bytes > body.size() ? std::nullopt : parse_perf_attr(body.first(bytes), perf.order);
  if (!attr) return error_at(offset, "event attributes that are too short", std::string(how_recorded));
  perf.events.add(*attr, body.subspan(static_cast<std::size_t>(bytes)), perf.order);
  return {};
}

Fallible<void> PerfDataParser::check(const PerfData& perf) const {
  const auto& all = perf.events.all();
  const auto any = [&](auto rule) { return std::any_of(all.begin(), all.end(), rule); };
  const bool tracepoint = any([](const PerfAttr& a) { return a.type == perf_type_tracepoint; });
  if (!tracepoint) return error_at(0, "no tracepoint in this perf.data", std::string(how_recorded));
  if (!any([](const PerfAttr& a) { return a.type == perf_type_tracepoint && (a.sample_type & perf_sample_raw); })) {
    return error_at(0, "samples of tracepoints without their raw data (perf record -R)", std::string(how_recorded));
  }
  if (!perf.events.consistent()) {
    return error_at(0, "events whose samples cannot be told apart", "the id at the same place in all of them");
  }
  if (!perf.formats) {
    return error_at(0, "no event formats (HEADER_TRACING_DATA) in this perf.data", std::string(how_recorded));
  }
  return {};
}

}  // namespace kmemlab::traces
