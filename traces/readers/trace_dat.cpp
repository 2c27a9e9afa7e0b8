// parse_trace_dat: the start of the file, the parts that both versions share, and version 6. Version 7's sections are
// in trace_dat_v7.cpp.
#include "traces/readers/trace_dat.h"

#include <algorithm>

#include "core/base/ints.h"
#include "traces/readers/number_text.h"
#include "traces/readers/trace_dat_parts.h"

namespace kmemlab::traces {

Failure<Error> TraceDatParser::error_at(std::uint64_t offset, std::string what, std::string expected) const {
  auto f = fail(std::move(what), std::move(expected));
  f.error.file = damage_.file();
  f.error.byte_offset = offset;
  return f;
}

Fallible<TraceDat> TraceDatParser::run() {
  ByteReader r(file_, ByteOrder::little);
  r.bytes(trace_dat_magic.size());
  const std::string_view version = r.c_string();
  if (!r.ok()) return error_at(r.offset(), "the file ends in its first bytes", "a trace.dat header");
  if (version != "6" && version != "7") {
    return error_at(trace_dat_magic.size(), "trace.dat version '" + std::string(version.substr(0, 16)) + "'",
                    "version 6 or 7");
  }
  dat_.version = version == "6" ? 6 : 7;
  if (auto done = read_machine(r); !done) return Failure<Error>{done.error()};
  if (auto done = dat_.version == 6 ? read_v6(r) : read_v7(r); !done) return Failure<Error>{done.error()};
  if (dat_.header_page.empty()) return error_at(r.offset(), "no header_page", "the layout of the ring-buffer pages");
  if (dat_.cpus.empty())
    return error_at(file_.size(), "no CPU data in this recording", "flyrecord data of one CPU or more");
  return std::move(dat_);
}

/// Byte order, size of a long, size of a page.
Fallible<void> TraceDatParser::read_machine(ByteReader& r) {
  const std::uint64_t at = r.offset();
  const std::uint8_t endian = r.u8();
  dat_.long_bytes = r.u8();
  dat_.order = endian == 1 ? ByteOrder::big : ByteOrder::little;
  r.set_order(dat_.order);
  dat_.page_bytes = r.u32();
  if (!r.ok()) return error_at(r.offset(), "the file ends in its first bytes", "a trace.dat header");
  if (endian > 1) return error_at(at, "byte order " + std::to_string(endian), "0 (little) or 1 (big)");
  if (dat_.long_bytes != 4 && dat_.long_bytes != 8) {
    return error_at(at + 1, "a long of " + std::to_string(dat_.long_bytes) + " bytes", "4 or 8");
  }
  if (!is_page_size(dat_.page_bytes)) {
    return error_at(at + 2, "a page size of " + std::to_string(dat_.page_bytes), "a power of two from 512 to 16 MiB");
  }
  return {};
}

bool TraceDatParser::read_header_info(ByteReader& r) {
  if (!r.expect_c_string("header_page")) return false;
  dat_.header_page = as_text(r.bytes(r.u64()));
  if (!r.ok() || !r.expect_c_string("header_event")) return r.ok();
  r.bytes(r.u64());
  return r.ok();
}

bool TraceDatParser::read_formats(ByteReader& r, std::string_view system, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count && r.ok(); ++i) {
    const Bytes text = r.bytes(r.u64());
    if (r.ok()) dat_.formats.push_back({system, as_text(text)});
  }
  return r.ok();
}

bool TraceDatParser::read_systems(ByteReader& r) {
  const std::uint32_t systems = r.u32();
  for (std::uint32_t i = 0; i < systems && r.ok(); ++i) {
    const std::string_view system = r.c_string();
    if (!read_formats(r, system, r.u32())) return false;
  }
  return r.ok();
}

namespace {

/// "local [global] counter ..." -> "global"; anything without brackets is taken as it is.
std::string_view chosen_clock(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return text.substr(0, 32);
  return text.substr(open + 1, close - open - 1).substr(0, 32);
}

std::string_view until_nul(Bytes data) {
  const std::string_view s = as_text(data);
  return s.substr(0, s.find('\0'));
}

/// Sum of the counters that mean lost events in a per_cpu/cpuN/stats text.
std::uint64_t lost_in_stats(std::string_view stats) {
  std::uint64_t lost = 0;
  for (const std::string_view key : {"\noverrun: ", "\ndropped events: "}) {
    const std::size_t at = stats.find(key);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = stats.substr(at + key.size());
    lost += parse_decimal(rest.substr(0, rest.find('\n'))).value_or(0);
  }
  return lost;
}

}  // namespace

void TraceDatParser::read_shared_option(std::uint16_t id, Bytes data) {
  ByteReader r(data, dat_.order);
  switch (id) {
    case option_cpustat:
      dat_.overrun += lost_in_stats(until_nul(data));
      break;
    case option_trace_clock:
      dat_.clock = std::string(chosen_clock(until_nul(data)));
      break;
    case option_uname:
      dat_.kernel = until_nul(data).substr(0, 256);
      break;
    case option_offset: {
      if (const auto v = parse_signed(until_nul(data))) dat_.time_offset = *v;
      break;
    }
    case option_cpu_count:
      dat_.cpu_count = std::min(r.u32(), cpus_max);
      break;
    case option_tsc2nsec: {
      const std::uint32_t multiplier = r.u32();
      const std::uint32_t shift = r.u32();
      if (r.ok() && shift < 64) {
        dat_.tsc_multiplier = multiplier;
        dat_.tsc_shift = shift;
      }
      break;
    }
    default:
      break;
  }
}

/// Takes what the file holds of [offset, offset+size). All CPUs together may not claim more bytes than the file has,
/// so that overlapping claims cannot multiply the work.
void TraceDatParser::add_cpu(std::uint32_t cpu, std::uint64_t offset, std::uint64_t size, bool packed) {
  if (size == 0) return;
  if (packed) size = saturating_add(size, 4);  // trace-cmd 3.1.6 does not count the number of chunks into the size
  if (cpu >= cpus_max || offset > file_.size() ||
      claimed_ + std::min<std::uint64_t>(size, file_.size()) > file_.size() + slack) {
    damage_.at_byte(offset, 0, "data of CPU " + std::to_string(cpu) + " lie outside of the file");
    return;
  }
  const std::uint64_t have = std::min<std::uint64_t>(size, file_.size() - offset);
  if (have < size)
    damage_.at_byte(file_.size(), size - have, "the file ends inside the data of CPU " + std::to_string(cpu));
  if (have == 0) return;
  claimed_ += have;
  dat_.cpus.push_back(
      {cpu, offset, file_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(have)), packed});
}

/// What stands before the command lines, in version 6 and in perf's copy.
Fallible<void> TraceDatParser::read_texts(ByteReader& r) {
  if (!read_header_info(r))
    return error_at(r.offset(), "no header_page section", "the layout of the ring-buffer pages");
  if (!read_formats(r, "ftrace", r.u32())) return error_at(r.offset(), "the file ends inside the ftrace formats");
  if (!read_systems(r)) return error_at(r.offset(), "the file ends inside the event formats");
  dat_.kallsyms = r.bytes(r.u32());
  r.bytes(r.u32());  // trace_printk formats: texts of events that we keep as marks
  return {};
}

Fallible<void> TraceDatParser::read_v6(ByteReader& r) {
  if (auto done = read_texts(r); !done) return done;
  dat_.command_lines = as_text(r.bytes(r.u64()));
  const std::uint32_t cpus = r.u32();
  dat_.cpu_count = std::min(cpus, cpus_max);
  if (!r.ok()) return error_at(r.offset(), "the file ends before its CPU data", "flyrecord data");
  if (r.expect_c_string("options  ")) read_v6_options(r);
  if (r.expect_c_string("latency  ")) {
    return error_at(r.offset(), "a latency recording holds text, not ring-buffer pages", "flyrecord data");
  }
  if (!r.expect_c_string("flyrecord")) return error_at(r.offset(), "no flyrecord section", "where the CPUs' data are");
  for (std::uint32_t cpu = 0; cpu < cpus && r.ok(); ++cpu) {
    const std::uint64_t offset = r.u64();
    const std::uint64_t size = r.u64();
    if (r.ok()) add_cpu(cpu, offset, size, false);
  }
  if (!r.ok()) damage_.at_byte(r.offset(), 0, "the file ends inside the list of CPUs");
  return {};
}

void TraceDatParser::read_v6_options(ByteReader& r) {
  for (std::uint16_t id = r.u16(); id != option_done && r.ok(); id = r.u16()) {
    const Bytes data = r.bytes(r.u32());
    if (!r.ok()) break;
    if (id == option_buffer) {
      note_instance(until_nul(data.subspan(std::min<std::size_t>(8, data.size()))), r.offset());
    } else {
      read_shared_option(id, data);
    }
  }
}

void TraceDatParser::note_instance(std::string_view name, std::uint64_t offset) {
  if (name.empty()) return;
  damage_.at_byte(offset, 0, "trace instance '" + std::string(name.substr(0, 32)) + "' is not read",
                  "one buffer a recording");
}

/// perf's copy (util/trace-event-info.c): 0.6 has the command lines, which 0.5 had not.
Fallible<TraceDat> TraceDatParser::run_tracing_data(std::uint64_t offset) {
  ByteReader r(file_, ByteOrder::little, offset);
  if (as_text(r.bytes(trace_dat_magic.size())) != trace_dat_magic || !r.ok()) {
    return error_at(offset, "tracing data without their magic number", "the start of a trace.dat");
  }
  const std::uint64_t version_at = r.offset();
  const std::string_view version = r.c_string();
  if (version != "0.5" && version != "0.6") {
    return error_at(version_at, "tracing data of version '" + std::string(version.substr(0, 16)) + "'", "0.5 or 0.6");
  }
  if (auto done = read_machine(r); !done) return Failure<Error>{done.error()};
  if (auto done = read_texts(r); !done) return Failure<Error>{done.error()};
  if (version == "0.6") dat_.command_lines = as_text(r.bytes(r.u64()));
  if (!r.ok()) return error_at(r.offset(), "the tracing data end early", "event formats");
  return std::move(dat_);
}

Fallible<TraceDat> parse_tracing_data(Bytes blob, std::uint64_t offset, DamageLog& damage) {
  return TraceDatParser(blob, damage).run_tracing_data(offset);
}

Fallible<TraceDat> parse_trace_dat(Bytes file, DamageLog& damage) {
  return TraceDatParser(file, damage).run();
}

}  // namespace kmemlab::traces
