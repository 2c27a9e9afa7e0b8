// The trace.dat container, versions 6 and 7, as trace-cmd writes it (man trace-cmd.dat.v6(5), trace-cmd.dat.v7(5);
// spec/trace_formats.md 2.2, 2.3): finds the sections and says where each CPU's pages stand. It reads no event.
// Both byte orders, 4 and 8 byte longs, sections and pages plain or packed with zlib or zstd.
// Refuses: other versions, latency (text) recordings, unknown compression. A file that was cut is read as far as it
// goes; a v7 file that lost its last options section (which says where the CPUs' data are) is walked by its section
// headers instead.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "traces/readers/byte_reader.h"
#include "traces/readers/damage.h"
#include "traces/readers/unpack.h"

namespace kmemlab::traces {

/// One CPU's ring-buffer pages: plain pages, or chunks of packed pages.
struct CpuPages {
  std::uint32_t cpu = 0;
  std::uint64_t offset = 0;  ///< of `bytes` in the file
  Bytes bytes;
  bool packed = false;
};

struct EventFormatText {
  std::string_view system;
  std::string_view text;
};

struct TraceDat {
  unsigned version = 0;
  ByteOrder order = ByteOrder::little;
  std::uint32_t long_bytes = 8;
  std::uint32_t page_bytes = 4096;
  Packing packing = Packing::none;
  std::string_view header_page;
  std::vector<EventFormatText> formats;  ///< ftrace's own first
  Bytes kallsyms;
  std::string_view command_lines;
  std::string_view kernel;
  std::string clock;
  std::uint32_t cpu_count = 0;
  std::vector<CpuPages> cpus;
  std::int64_t time_offset = 0;                     ///< option OFFSET, added to every tick
  std::uint32_t tsc_multiplier = 0, tsc_shift = 0;  ///< option TSC2NSEC; 0 = ticks are nanoseconds already
  std::uint64_t overrun = 0;                        ///< events that CPUSTAT says were overwritten or dropped, all CPUs
  std::vector<std::unique_ptr<unsigned char[]>> unpacked;  ///< what the views above point into, besides the file
};

inline constexpr std::string_view trace_dat_magic{"\x17\x08\x44tracing", 10};
inline constexpr std::uint32_t cpus_max = 65536;  // Event::cpu

/// `file` must outlive the result. Damage goes to `damage`; an Error means that no event can be found.
Fallible<TraceDat> parse_trace_dat(Bytes file, DamageLog& damage);
/// The start of a trace.dat without any CPU's pages, versions 0.5 and 0.6: what perf.data carries. `offset` is its
/// place in the file.
Fallible<TraceDat> parse_tracing_data(Bytes blob, std::uint64_t offset, DamageLog& damage);

}  // namespace kmemlab::traces
