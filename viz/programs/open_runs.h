// Opens a trace of any format, and makes the runs over it that the front end shows.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/cli/machine_options.h"
#include "viz/app/exhibit.h"

namespace kmemlab::viz {

struct RunsWanted {
  std::string trace;
  std::vector<std::string> cores;  ///< values of -a; empty: bsd386
  cli::MachineWanted machine;
  std::string machine_words;  ///< as given, for view lines
  sim::ReplayPolicy policy;
};

/// Errors: unreadable trace, unknown core, more than four.
Fallible<Exhibit> open_runs(const RunsWanted& wanted);

/// A folder, or a file whose name ends in .json, is no trace.
bool is_lessons(const std::string& path);
/// A lesson (a scenario with the member `lesson`), or a folder of them.
Fallible<Exhibit> open_lessons(const std::string& path);

}  // namespace kmemlab::viz
