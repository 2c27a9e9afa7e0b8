#include "viz/model/counter_tracks.h"

#include <fmt/format.h>

#include <algorithm>

#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

enum Track : unsigned { footprint, live, waste, free, metadata, asleep, waste_share, sparse_share, external, tracks };
static_assert(Track::tracks == counter_tracks);

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
    default:
      return nullptr;
  }
}

std::uint64_t index_of(const sim::CourseResult& course, const sim::CourseBucket& b, unsigned track,
                       std::uint64_t event) {
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

std::string track_text(TrackUnit unit, std::uint64_t value) {
  if (unit == TrackUnit::permille) return fmt::format("{}.{} %", value / 10, value % 10);
  return grouped(value);
}

std::string track_top_text(TrackUnit unit, std::uint64_t value) {
  if (unit == TrackUnit::permille) return fmt::format("{} %", value / 10);
  return unit == TrackUnit::bytes ? short_bytes(value) : grouped(value);
}

}  // namespace kmemlab::viz
