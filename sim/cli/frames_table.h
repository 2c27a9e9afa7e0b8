// The report's table on frames, for runs with --pages pressure.
#pragma once

#include "sim/cli/report_tables.h"

namespace kmemlab::cli {

/// Is there anything to say on frames?
bool has_frames(const ReplayReport& report);
ReportTable frames_table(const ReplayReport& report);

/// What the table does not say: page events that were not replayed. Empty if there is nothing.
std::string frames_notes(const sim::FrameFacts& frames);

}  // namespace kmemlab::cli
