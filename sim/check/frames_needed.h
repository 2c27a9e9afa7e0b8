// How many page frames a trace needs on a core: the least number with which no request sleeps or fails for want of a
// frame, and the system's own thread does not either. Found by bisection between none and the roomy machine; the first
// guess is what the roomy run held at most, since a run that never goes short does not know how much there is.
// Limits of types, full pools, holes in the address space and refusals are no want of frames, and do not count. The
// number found is a boundary: with it the run is fine, with one frame fewer it is not. That no smaller number would be
// fine again is not proven.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "sim/replay/session.h"

namespace kmemlab::check {

/// The first want of a frame in a run.
struct Shortage {
  enum class Kind : std::uint8_t {
    none,
    sleep,   ///< a request went to sleep for a frame
    fail,    ///< a request failed for want of one
    thread,  ///< the system's own thread slept for one; `event`: behind as many, at least
    stop,    ///< the run broke off (a panic), as at boot without room; `event` is how many had arrived
  };
  Kind kind = Kind::none;
  std::uint64_t event = 0;
};
const char* name_of(Shortage::Kind kind);

struct FramesNeeded {
  std::uint64_t frames = 0;  ///< 0: even the roomy machine goes short, see one_fewer
  std::uint64_t page_bytes = 0;
  std::uint64_t roomy_frames = 0;  ///< of the machine without --ram
  std::uint64_t roomy_peak = 0;    ///< most frames that the core's arena had at a time on it
  std::uint64_t runs = 0;          ///< replays made; most of them end at the first shortage
  Shortage one_fewer;              ///< what happens first with frames - 1; none if frames is 1
};

/// Called with the frames of each run and the events that it has done.
using FramesProgress = std::function<void(std::uint64_t frames, std::uint64_t events)>;

/// `machine.ram_bytes` is not looked at. Errors: those of a replay.
Fallible<FramesNeeded> frames_needed(const std::shared_ptr<const traces::KmtView>& trace, const sim::CoreSpec& core,
                                     sim::MachineSpec machine, const sim::ReplayPolicy& policy,
                                     const FramesProgress& progress);

}  // namespace kmemlab::check
