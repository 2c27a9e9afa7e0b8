// Turning numbers into what is read: JSON values, thousands separators, the tables of a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ints.h"
#include "sim/cli/open_trace.h"
#include "sim/observe/common.h"
#include "sim/observe/report.h"
#include "sim/replay/replay.h"
#include "sim/replay/window.h"
#include "traces/kmt/reader.h"
#include "traces/totals.h"

namespace kmemlab::cli {

std::string with_commas(std::uint64_t n);
std::string hex(std::uint64_t n);  ///< 16 digits: digests
std::string decimal(u128 n);
std::string size_text(std::uint64_t bytes);         ///< "64 MiB", "8 KiB", "1,000 B"
std::string ticks_text(std::uint64_t ticks);        ///< "3.44 s", "12.1 us"
std::string permille_text(std::uint64_t permille);  ///< "12.3 %"

/// A table whose first column is left-aligned text and whose others are right-aligned; at most 80 columns wide for the
/// tables of this program.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) : rows_{std::move(head)} {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// --common: the same blocks on every core.
struct CommonTable {
  std::uint64_t blocks = 0;
  sim::CommonBytes recorded;
  std::vector<sim::CommonBytes> runs;
};

/// Everything that a replay report shows. machines, and common->runs, go with runs.
struct ReplayReport {
  traces::KmtReader& trace;
  const traces::Totals& totals;
  sim::MachineSpec machine;  ///< of all runs, unless native
  sim::MetricsWindow window;  ///< what the numbers speak of, `totals` too
  bool native = false;       ///< each run has the machine of its system: rows do not compare
  std::vector<sim::MachineSpec> machines;
  std::vector<sim::Report> runs;
  std::optional<CommonTable> common;
  bool closed_loop = false;  ///< a task that slept does so much later what it did next
};

std::string report_text(const ReplayReport& report);
std::string report_json(const ReplayReport& report);
std::string info_text(const Summary& summary);
std::string info_json(const Summary& summary);
/// Lines on what is missing or wrong in the recording; "nothing lost" if nothing is.
std::string quality_text(const traces::Quality& quality);

}  // namespace kmemlab::cli
