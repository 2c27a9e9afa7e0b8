#include "sim/cli/frames_needed_view.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "sim/check/frames_needed.h"
#include "sim/check/suite.h"
#include "sim/cli/arguments.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"

namespace kmemlab::cli {

namespace {

using check::FramesNeeded;
using check::Shortage;

struct Found {
  sim::CoreSpec core;
  sim::MachineSpec machine;
  FramesNeeded needed;
};

std::string first_shortage(const Shortage& s) {
  switch (s.kind) {
    case Shortage::Kind::none:
      return "-";
    case Shortage::Kind::sleep:
      return "sleeps at event " + with_commas(s.event);
    case Shortage::Kind::fail:
      return "fails at event " + with_commas(s.event);
    case Shortage::Kind::thread:
      return "its thread sleeps";
    case Shortage::Kind::stop:
      return s.event == 0 ? "cannot boot" : "stops at event " + with_commas(s.event);
  }
  return "?";
}

std::string table_of(const std::vector<Found>& all) {
  TextTable table({"", "frames", "of", "RAM", "most held with room", "with one fewer", "runs"});
  for (const Found& f : all) {
    const FramesNeeded& n = f.needed;
    table.row({check::core_label(f.core), n.frames == 0 ? "none do" : with_commas(n.frames), size_text(n.page_bytes),
               n.frames == 0 ? "-" : size_text(n.frames * n.page_bytes), with_commas(n.roomy_peak),
               first_shortage(n.one_fewer), with_commas(n.runs)});
  }
  return "Frames needed: the least with which nothing sleeps or fails for want of a frame\n" + table.text();
}

std::string json_of(const OpenTrace& trace, const std::vector<Found>& all) {
  nlohmann::ordered_json j;
  j["schema"] = "kmemlab.frames_needed/1";
  j["trace"] = trace.reader.source().name;
  j["runs"] = nlohmann::ordered_json::array();
  for (const Found& f : all) {
    const FramesNeeded& n = f.needed;
    nlohmann::ordered_json run = {{"core", f.core.name},
                                  {"options", f.core.options_text()},
                                  {"machine", f.machine.profile.name},
                                  {"page_size", n.page_bytes},
                                  {"frames", n.frames},
                                  {"ram", n.frames * n.page_bytes},
                                  {"roomy_frames", n.roomy_frames},
                                  {"roomy_peak", n.roomy_peak},
                                  {"runs", n.runs}};
    run["one_fewer"] = {{"what", name_of(n.one_fewer.kind)}, {"event", n.one_fewer.event}};
    j["runs"].push_back(std::move(run));
  }
  return j.dump(2) + "\n";
}

}  // namespace

Fallible<int> frames_needed(const OpenTrace& trace, const WantedRuns& wanted, const std::optional<std::string>& json,
                            bool table) {
  std::vector<Found> all;
  for (const sim::CoreSpec& core : wanted.cores) {
    ProgressLine progress("frames needed by " + core.name, "events");
    const sim::MachineSpec machine = machine_of(wanted, core);
    const std::uint64_t events = trace.reader.events();
    const auto needed = check::frames_needed(
        trace.reader.view(), core, machine, wanted.policy, [&](std::uint64_t frames, std::uint64_t done) {
          progress.say(fmt::format("{}: with {} frames, {} % of the trace", core.name, with_commas(frames),
                                   events == 0 ? 100 : done * 100 / events));
        });
    if (!needed) return Failure<Error>{needed.error()};
    all.push_back({core, machine, *needed});
  }
  if (table) fmt::print("{}", table_of(all));
  if (json) {
    if (auto done = write_file(*json, json_of(trace, all)); !done) return Failure<Error>{done.error()};
  }
  return exit_fine;
}

}  // namespace kmemlab::cli
