// Something that happened in a run, as a viewer or a search speaks of it: one kind for each thing that an observer is
// told. And sets of kinds.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/addr.h"
#include "core/machine/channel.h"
#include "core/machine/outcome.h"

namespace kmemlab::sim {

enum class Happened : std::uint8_t {
  granted,  ///< an allocation came to its end
  freed,    ///< a free came to its end
  failed,   ///< a legal request returned null
  refused,  ///< the documents forbid the call, or the free, in its context
  slept,    ///< a request went to sleep
  woke,
  page_mapped,    ///< a page of the arena got a frame
  page_returned,  ///< a page of the arena lost its frame
  // with --pages pressure
  frames_taken,      ///< by pages of others
  frames_given,      ///< back, by pages of others
  frames_reclaimed,  ///< by the page daemon
};
inline constexpr unsigned happened_kinds = 11;
inline constexpr std::array<std::string_view, happened_kinds> happened_names = {
    "granted",     "freed",         "failed",       "refused",      "slept",           "woke",
    "page mapped", "page returned", "frames taken", "frames given", "frames reclaimed"};

/// A set of kinds: bit n = kind n.
using HappenedSet = unsigned;
constexpr HappenedSet set_of(Happened kind) {
  return 1U << static_cast<unsigned>(kind);
}
inline constexpr HappenedSet anything = (1U << happened_kinds) - 1;

inline constexpr HappenedSet of_pages = set_of(Happened::page_mapped) | set_of(Happened::page_returned);
inline constexpr HappenedSet of_frames =
    set_of(Happened::frames_taken) | set_of(Happened::frames_given) | set_of(Happened::frames_reclaimed);
constexpr bool is_in(Happened kind, HappenedSet kinds) {
  return (set_of(kind) & kinds) != 0;
}

struct Happening {
  Happened kind{};
  std::uint64_t during = 0;  ///< the event whose arrival brought it about; the trace's length: after the last one
  /// The event that it is about: a request that slept ends during a later one. Pages, frames: as `during`.
  std::uint64_t event = 0;
  std::uint64_t tick = 0;                    ///< pages, frames: 0
  std::uint64_t id = 0;                      ///< block; pages, frames, sleeps: 0
  Addr address{};                            ///< of the block or page; null if there is none
  std::uint64_t requested = 0, granted = 0;  ///< bytes
  std::uint64_t slept_ticks = 0;
  std::uint64_t frames = 0, missing = 0;  ///< of `of_frames`: as FramesNote has them
  Reason reason = Reason::none;
  SleepCause cause = SleepCause::none;
  bool operator==(const Happening&) const = default;
};

}  // namespace kmemlab::sim
