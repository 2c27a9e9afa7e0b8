#include "sim/cli/frames_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/render.h"

namespace kmemlab::cli {

bool has_frames(const ReplayReport& report) {
  return std::any_of(report.runs.begin(), report.runs.end(), [](const sim::Report& r) { return r.frames.pressure; });
}

ReportTable frames_table(const ReplayReport& report) {
  ReportTable table{"Frames under pressure (taken, peak, shortfall: of the trace's other pages)",
                    {{"", ""},
                     {"ram", "frames of the machine"},
                     {"free min", "fewest that were free"},
                     {"taken", "frames that pages of the trace took which back no slab"},
                     {"peak", "most that they held at one time"},
                     {"shortfall", "frames that they wanted when none was there"},
                     {"daemon", "runs of the page daemon"},
                     {"reclaimed", "frames of the page cache that it freed"},
                     {"starved", "runs after which it had nothing left to free"}},
                    {}};
  for (const sim::Report& r : report.runs) {
    const sim::FrameFacts& f = r.frames;
    table.rows.push_back({core_name(report, r), with_commas(f.ram), with_commas(f.free_min), with_commas(f.other_taken),
                          with_commas(f.other_peak), with_commas(f.shortfall), with_commas(f.daemon.runs),
                          with_commas(f.daemon.reclaimed), with_commas(f.daemon.starved)});
  }
  return table;
}

std::string frames_notes(const sim::FrameFacts& f) {
  if (!f.pressure) return {};
  std::string text = fmt::format("  frames: {} kept from those who may sleep\n", with_commas(f.limits.reserve));
  text += fmt::format("  page daemon: wanted below {}, runs {} later, frees up to {}\n", with_commas(f.limits.low),
                      ticks_text(f.daemon_latency_ticks), with_commas(f.limits.high));
  text += fmt::format("  page allocations: {} replayed, {} the slabs' own, {} undecided\n", with_commas(f.events_other),
                      with_commas(f.events_slab), with_commas(f.events_undecided));
  if (f.events_failed != 0) {
    text += fmt::format("  {} page allocations failed in the recorded system\n", with_commas(f.events_failed));
  }
  if (f.frees_undecided != 0) {
    text += fmt::format("  {} page frees undecided: their order is none that a kernel has\n",
                        with_commas(f.frees_undecided));
  }
  if (f.debt != 0)
    text += fmt::format("  {} frames freed that the trace never allocated (debt)\n", with_commas(f.debt));
  if (f.lost_frees != 0) {
    text += fmt::format("  {} pages allocated while they were held: their free was lost\n", with_commas(f.lost_frees));
  }
  if (f.already_reclaimed != 0) {
    text += fmt::format("  {} frames freed when the daemon had taken them\n", with_commas(f.already_reclaimed));
  }
  return text;
}

}  // namespace kmemlab::cli
