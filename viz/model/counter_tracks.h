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
/// The name of a line and its value, at the right edge of a plot.
struct LineLabel {
  std::string words;
  int y = 0;  ///< of the text's upper edge, in pixels below the plot's
  bool operator==(const LineLabel&) const = default;
};
/// Each beside its line, and all of them below the `corner` pixels that the text of the upper edge takes. None if there
/// is no room for that: then lines_text says all in one.
std::vector<LineLabel> line_labels(const std::vector<TrackLine>& lines, std::uint64_t top, int height, int text,
                                   int corner);
/// "reserve 2, low 4, high 8"
std::string lines_text(const std::vector<TrackLine>& lines);

/// The value of the upper edge that shows all of the bands. Of watched frames no more than four times the high
/// watermark, so that the watermarks are told apart; of frames never more than the machine has.
std::uint64_t track_top(const sim::Prepared& whole, unsigned track, std::uint64_t most);

/// The bands of a track in `n` columns of a range, of all that is prepared; no columns if nothing is.
std::vector<sim::Band> track_bands(const sim::Prepared& whole, unsigned track, sim::EventRange range, std::size_t n);
/// At a place: of the snapshot if it is of this place, else of what was collected. None: not known yet.
std::optional<std::uint64_t> track_value(const sim::Prepared& whole, unsigned track, std::uint64_t place);
std::string track_text(TrackUnit unit, std::uint64_t value);
/// For the upper edge of a track: short. `most` is the greatest value in view; if that lies above the edge, it says so.
std::string track_top_text(const sim::Prepared& whole, unsigned track, std::uint64_t top, std::uint64_t most);

}  // namespace kmemlab::viz
