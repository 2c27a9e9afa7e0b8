// The tables of a replay report, once for the terminal and the page: headings, columns with what they mean, and cells
// as they are read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ints.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

struct ReportTable {
  struct Column {
    std::string name;
    std::string meaning;  ///< a few words, for a reader who sees it for the first time
  };
  std::string heading;
  std::vector<Column> columns;  ///< the first is the row's name: empty for tables of one row a core
  std::vector<std::vector<std::string>> rows;
};

/// One row for each core, and one for what was recorded where the recording says it.
std::vector<ReportTable> report_tables(const ReplayReport& report);

/// Two runs of one core are told apart by a number; run_notes gives each one's options.
std::string core_name(const ReplayReport& report, const sim::Report& run);
std::string machine_text(const sim::MachineSpec& machine, const traces::KmtReader& trace);
std::uint64_t share_permille(u128 part, u128 whole);

enum class NotesFor : std::uint8_t {
  terminal,  ///< all of them
  page,      ///< without what a page has a section for: who waits at the end, which pages were kept
};
/// What tables do not say of a run: its name and options on a line, then indented lines; empty if there is nothing.
std::string run_notes(const ReplayReport& report, const sim::Report& run, NotesFor reader);
/// "3 records damaged", ...: what is missing or wrong in the recording; empty if nothing is.
std::vector<std::string> quality_parts(const traces::Quality& quality);

}  // namespace kmemlab::cli
