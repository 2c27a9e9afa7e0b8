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

enum class TrackUnit : std::uint8_t { bytes, requests, permille, frames };

struct CounterTrack {
  const char* name;
  const char* meaning;  ///< with the formula
  TrackUnit unit;
  std::optional<Fill> fill;    ///< none: an index, in the neutral colour
  Weave weave = Weave::solid;  ///< of a track without a fill
};
inline constexpr unsigned counter_tracks = 14;
const std::array<CounterTrack, counter_tracks>& all_counter_tracks();

/// Which tracks say something of this run: always the first nine; free frames if they ran low or are watched; sleeps on
/// each cause that somebody slept on.
std::vector<unsigned> shown_tracks(const sim::Prepared& whole);

/// Does it count sleeps on a cause? Then most columns have none, and a single one must be seen beside a thousand.
bool counts_sleeps(unsigned track);

/// A level that a track is held against, with its name.
struct TrackLine {
  const char* name;
  std::uint64_t value = 0;
};
/// The watermarks, for the free frames; else none. Lowest first.
std::vector<TrackLine> track_lines(const sim::Prepared& whole, unsigned track);
/// The value of the upper edge that shows all of the bands; of watched frames, no more than eight times the high
/// watermark.
std::uint64_t track_top(const sim::Prepared& whole, unsigned track, std::uint64_t most);

/// The bands of a track in `n` columns of a range, of all that is prepared; no columns if nothing is.
std::vector<sim::Band> track_bands(const sim::Prepared& whole, unsigned track, sim::EventRange range, std::size_t n);
/// At a place: of the snapshot if it is of this place, else of what was collected. None: not known yet.
std::optional<std::uint64_t> track_value(const sim::Prepared& whole, unsigned track, std::uint64_t place);
std::string track_text(TrackUnit unit, std::uint64_t value);
/// For the upper edge of a track: short.
std::string track_top_text(TrackUnit unit, std::uint64_t value);

}  // namespace kmemlab::viz
