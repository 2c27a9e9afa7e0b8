// The tracks of the counters panel: what each shows, where its values come from, what it means. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/observe/prepared.h"
#include "sim/observe/snapshot.h"
#include "viz/model/ribbon.h"
#include "viz/ui/palette.h"

namespace kmemlab::viz {

enum class TrackUnit : std::uint8_t { bytes, requests, permille };

struct CounterTrack {
  const char* name;
  const char* meaning;  ///< with the formula
  TrackUnit unit;
  std::optional<Fill> fill;  ///< none: an index, in the neutral colour
};
inline constexpr unsigned counter_tracks = 9;
const std::array<CounterTrack, counter_tracks>& all_counter_tracks();

/// The bands of a track in `n` columns of a range, of all that is prepared; no columns if nothing is.
std::vector<sim::Band> track_bands(const sim::Prepared& whole, unsigned track, sim::EventRange range, std::size_t n);
/// At a place: of the snapshot if it is of this place, else of what was collected. None: not known yet.
std::optional<std::uint64_t> track_value(const sim::Prepared& whole, unsigned track, std::uint64_t place);
std::string track_text(TrackUnit unit, std::uint64_t value);
/// For the upper edge of a track: short.
std::string track_top_text(TrackUnit unit, std::uint64_t value);

}  // namespace kmemlab::viz
