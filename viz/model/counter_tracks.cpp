#include "viz/model/counter_tracks.h"

#include <fmt/format.h>

#include <algorithm>

#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

enum Track : unsigned {
  footprint,
  live,
  waste,
  free,
  metadata,
  asleep,
  waste_share,
  sparse_share,
  external,
  frames,
  first_cause,  ///< sleeps on SleepCause 1, and so on
  tracks = first_cause + sleep_causes - 1
};
static_assert(Track::tracks == counter_tracks);

unsigned cause_of(unsigned track) {
  return track - Track::first_cause + 1;
}

// Of the buckets' counters; the indices are made from their last values.
const sim::Band* band_of(const sim::CourseBucket& b, unsigned track) {
  switch (track) {
    case Track::footprint:
      return &b.held;
    case Track::live:
      return &b.requested;
    case Track::waste:
      return &b.waste;
    case Track::free:
      return &b.free;
    case Track::metadata:
      return &b.metadata;
    case Track::asleep:
      return &b.asleep;
    case Track::frames:
      return &b.free_frames;
    default:
      return nullptr;
  }
}

std::uint64_t index_of(const sim::CourseResult& course, const sim::CourseBucket& b, unsigned track,
                       std::uint64_t event) {
  if (track >= Track::first_cause) return b.sleeps_by[cause_of(track)];
  if (track == Track::waste_share) return sim::waste_permille(b);
  if (track == Track::sparse_share) return sim::sparse_permille(b, course.page_bytes());
  const sim::FragmentSample* sample = course.sample_at(event);
  return sample == nullptr ? 0 : sample->external_permille;
}

}  // namespace

const std::array<CounterTrack, counter_tracks>& all_counter_tracks() {
  static constexpr std::array<CounterTrack, counter_tracks> all = {{
      {"footprint", "bytes of the pages that the allocator holds", TrackUnit::bytes, Fill::cached},
      {"live", "bytes that callers asked for and have not freed", TrackUnit::bytes, Fill::live},
      {"waste", "footprint - live: rounding, free memory that is kept, tables", TrackUnit::bytes, Fill::waste},
      {"free", "footprint - granted - tables: held, and ready to be granted", TrackUnit::bytes, Fill::cached},
      {"tables", "bytes of the system's own tables and headers inside held pages", TrackUnit::bytes, Fill::metadata},
      {"asleep", "requests that wait for memory, space, a limit or a lock", TrackUnit::requests, std::nullopt},
      {"waste share", "1000 x waste / footprint: of every thousand held bytes, so many serve nobody",
       TrackUnit::permille, std::nullopt},
      {"sparse pages", "1000 x (held pages of which less than 1/8 is live) / held pages: what compaction could return",
       TrackUnit::permille, std::nullopt},
      {"external",
       "1000 - 1000 x (longest run of free bytes inside held pages) / free: 0 = all that is free lies in "
       "one piece. Sampled at up to 1,024 events",
       TrackUnit::permille, std::nullopt},
      {"free frames",
       "frames of the machine that nobody has; the lines are the reserve, the low and the high watermark",
       TrackUnit::frames, std::nullopt},
      {"on a limit", "how often requests fell asleep because their type's limit was reached", TrackUnit::requests,
       std::nullopt, Weave::hatch},
      {"on space", "how often requests fell asleep for want of address space", TrackUnit::requests, std::nullopt,
       Weave::dots},
      {"on frames", "how often requests fell asleep for want of page frames", TrackUnit::requests, std::nullopt},
      {"on a lock", "how often requests fell asleep because another call held a lock or semaphore", TrackUnit::requests,
       std::nullopt, Weave::cross},
  }};
  return all;
}

std::vector<sim::Band> track_bands(const sim::Prepared& whole, unsigned track, sim::EventRange range, std::size_t n) {
  std::vector<sim::Band> bands;
  if (range.from >= whole.prepared) return bands;
  const auto columns = whole.course.columns(range, n);
  bands.reserve(columns.size());
  const u128 events = range.to - range.from;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::uint64_t event = range.from + static_cast<std::uint64_t>(events * i / n);
    if (event >= whole.prepared) {
      bands.push_back({});
    } else if (const sim::Band* band = band_of(columns[i], track)) {
      bands.push_back(*band);
    } else {
      const std::uint64_t v = index_of(whole.course, columns[i], track, event);
      bands.push_back({v, v, v});
    }
  }
  return bands;
}

std::optional<std::uint64_t> track_value(const sim::Prepared& whole, unsigned track, std::uint64_t place) {
  const std::uint64_t event = place == 0 ? 0 : place - 1;
  const sim::CourseBucket* b = event < whole.prepared ? whole.course.at(event) : nullptr;
  if (b == nullptr) return std::nullopt;
  const sim::Band* band = band_of(*b, track);
  if (band == nullptr) return index_of(whole.course, *b, track, event);
  return place == 0 ? band->min : band->last;
}

std::vector<unsigned> shown_tracks(const sim::Prepared& whole) {
  std::vector<unsigned> shown;
  for (unsigned i = 0; i < Track::frames; ++i) shown.push_back(i);
  const sim::CourseFrames& f = whole.course.frames();
  if (f.frames != 0 && (f.limits.high != 0 || f.free_least <= f.frames / 8)) shown.push_back(Track::frames);
  const auto sleeps = whole.course.sleeps_by_cause();
  for (unsigned i = Track::first_cause; i < Track::tracks; ++i) {
    if (sleeps[cause_of(i)] != 0) shown.push_back(i);
  }
  return shown;
}

bool counts_sleeps(unsigned track) {
  return track >= Track::first_cause;
}

std::vector<TrackLine> track_lines(const sim::Prepared& whole, unsigned track) {
  const sim::FrameLimits& limits = whole.course.frames().limits;
  if (track != Track::frames || limits.high == 0) return {};
  return {{"reserve", limits.reserve}, {"low", limits.low}, {"high", limits.high}};
}

std::vector<LineLabel> line_labels(const std::vector<TrackLine>& lines, std::uint64_t top, int height, int text,
                                   int corner) {
  std::vector<LineLabel> labels;
  int free_to = height;  // upper edge of the label below
  for (const TrackLine& line : lines) {
    const int y = std::min(height - pixels_of(line.value, top, height) - text / 2, height - text);
    if (y + text > free_to || y < corner) return {};
    labels.push_back({fmt::format("{} {}", line.name, grouped(line.value)), y});
    free_to = y;
  }
  return labels;
}

std::string lines_text(const std::vector<TrackLine>& lines) {
  std::string all;
  for (const TrackLine& line : lines)
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", line.name, grouped(line.value));
  return all;
}

std::uint64_t track_top(const sim::Prepared& whole, unsigned track, std::uint64_t most) {
  const TrackUnit unit = all_counter_tracks()[track].unit;
  if (unit == TrackUnit::permille) return 1000;
  if (unit != TrackUnit::frames) return scale_top(most, unit == TrackUnit::bytes);
  const std::uint64_t frames = whole.course.frames().frames, high = whole.course.frames().limits.high;
  if (high == 0) return std::min(scale_top(most, false), std::max<std::uint64_t>(frames, 1));
  // A quarter above the high watermark, where the frames never come near it: a line at the very edge is none.
  return std::max(std::min(std::max(std::min(most, 4 * high), high + (high + 3) / 4), frames), high);
}

std::string track_text(TrackUnit unit, std::uint64_t value) {
  if (unit == TrackUnit::permille) return fmt::format("{}.{} %", value / 10, value % 10);
  return grouped(value);
}

std::string track_top_text(const sim::Prepared& whole, unsigned track, std::uint64_t top, std::uint64_t most) {
  const TrackUnit unit = all_counter_tracks()[track].unit;
  if (unit == TrackUnit::frames && most > top)
    return fmt::format("{} of {}, cut", grouped(top), grouped(whole.course.frames().frames));
  if (most == 0 && track_lines(whole, track).empty()) return "none";
  if (unit == TrackUnit::permille) return fmt::format("{} %", top / 10);
  return unit == TrackUnit::bytes ? short_bytes(top) : grouped(top);
}

}  // namespace kmemlab::viz
