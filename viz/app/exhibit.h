// What the front end is given to show: a trace's names and one run for each core, or lessons. Made by the programs
// (viz/programs), which know how a trace is opened; the front end itself knows no format and no core.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "sim/check/lesson.h"
#include "viz/work/desk.h"
#include "viz/work/trace_names.h"

namespace kmemlab::viz {

struct RunSpec {
  std::string core;     ///< "bsd386:mode=faithful"
  std::string machine;  ///< "x86-64, 64 MiB of frames"
  Desk::Open open;
};

struct Exhibit {
  std::string file;     ///< as the user named it
  std::string digest;   ///< of the trace, in hex: a view line names it
  std::string machine;  ///< "-m NAME --ram N ...", as given; a view line names it
  std::shared_ptr<const TraceNames> names;
  std::vector<RunSpec> runs;                    ///< one to four; none: lessons are shown
  std::shared_ptr<const check::Lesson> lesson;  ///< to begin with; null: none
  std::string lessons;                          ///< the folder of the lessons; empty: those that came along
};

using LoadExhibit = std::function<Fallible<Exhibit>()>;

}  // namespace kmemlab::viz
