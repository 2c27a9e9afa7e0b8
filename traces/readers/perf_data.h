// The perf.data container (tools/perf/Documentation/perf.data-file-format.txt): magic, the events with their ids, the
// data, and behind them the features, of which the tracing data are the one that events cannot be read without.
// Seekable files (header of 104 bytes) and what `perf record -o -` writes into a pipe (header of 16 bytes, the same
// things as records), both byte orders.
// Refuses: the format of before 2010 (PERFFILE), recordings without tracepoints or without their formats, events whose
// samples cannot be told apart.
#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "traces/readers/perf_attr.h"
#include "traces/readers/trace_dat.h"

namespace kmemlab::traces {

/// Features that are used (perf.data-file-format.txt, "The header features").
enum class PerfFeature : std::uint8_t { tracing_data = 1, host = 3, release = 4, arch = 6, cpus = 7 };

struct PerfData {
  ByteOrder order = ByteOrder::little;
  bool piped = false;
  Bytes data;  ///< the records
  std::uint64_t data_offset = 0;
  PerfEvents events;
  std::optional<TraceDat> formats;
  std::string host, release, arch;
  std::uint32_t cpus = 0;

  /// As `uname -a` begins; empty if the recording does not say.
  std::string kernel() const;
};

class PerfDataParser {
 public:
  PerfDataParser(Bytes file, DamageLog& damage) : file_(file), damage_(damage) {}
  /// Everything of a seekable file; of a piped one its header alone, and the records bring the rest.
  Fallible<PerfData> run();

  /// One feature; `bytes` stand at `offset` of the file. An Error if these are tracing data that cannot be read.
  Fallible<void> read_feature(PerfData& perf, unsigned feature, Bytes bytes, std::uint64_t offset);
  /// One HEADER_ATTR record.
  Fallible<void> read_attr_record(PerfData& perf, Bytes body, std::uint64_t offset);
  /// Asked before the first sample is read, and at the end if there was none.
  Fallible<void> check(const PerfData& perf) const;

 private:
  struct Section {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  Failure<Error> error_at(std::uint64_t offset, std::string what, std::string expected = {}) const;
  static Section take_section(ByteReader& r);
  Bytes section_bytes(Section s) const;
  Fallible<void> read_file(PerfData& perf, ByteReader r);
  Fallible<void> read_attrs(PerfData& perf, Section attrs, std::uint64_t attr_bytes);
  Fallible<void> read_features(PerfData& perf, ByteReader bits, std::uint64_t table);

  Bytes file_;
  DamageLog& damage_;
};

}  // namespace kmemlab::traces
