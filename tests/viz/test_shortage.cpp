// What the counters panel shows of a run that goes short: which tracks there are, their lines and their upper edges.
#include "tests/catch.h"
#include "viz/model/counter_tracks.h"

using namespace kmemlab;

namespace {

/// Two buckets of one event each; sleeps on frames in the first.
sim::Prepared short_of_frames(const sim::FrameLimits& limits, std::uint64_t least) {
  sim::CourseBucket a, b;
  a.free_frames = {least, 90, least};
  a.sleeps_by[static_cast<unsigned>(SleepCause::frames)] = 3;
  b.free_frames = {least, least, least};
  sim::Prepared p;
  p.run = {0, 2};
  p.prepared = 2;
  p.course = sim::CourseResult(sim::EventAxis(2, {0, 2}), {a, b}, {}, 4096, {100, least, limits});
  return p;
}

unsigned track(std::string_view name) {
  for (unsigned i = 0; i < viz::counter_tracks; ++i) {
    if (viz::all_counter_tracks()[i].name == name) return i;
  }
  FAIL("no track " << name);
  return 0;
}

}  // namespace

TEST_CASE("a run that is not short has the nine tracks; frames and causes come when there is something to show",
          "[counters]") {
  sim::Prepared roomy = short_of_frames({}, 90);
  CHECK(viz::shown_tracks(roomy).size() == 9 + 1);  // sleeps on frames
  CHECK(viz::shown_tracks(roomy).back() == track("on frames"));
  const std::vector<unsigned> shown = viz::shown_tracks(short_of_frames({}, 12));
  REQUIRE(shown.size() == 11);
  CHECK(shown[9] == track("free frames"));
  CHECK(viz::shown_tracks(short_of_frames({2, 4, 8}, 90)).size() == 11);  // watched
  CHECK(viz::shown_tracks(sim::Prepared{}).size() == 9);
}

TEST_CASE("free frames: values, watermarks as lines, an edge not far above them", "[counters]") {
  const sim::Prepared p = short_of_frames({2, 4, 8}, 3);
  const unsigned frames = track("free frames");
  CHECK(viz::track_value(p, frames, 2) == 3U);
  const auto bands = viz::track_bands(p, frames, {0, 2}, 2);
  REQUIRE(bands.size() == 2);
  CHECK(bands[0] == sim::Band{3, 90, 3});
  const auto lines = viz::track_lines(p, frames);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].value == 2);
  CHECK(lines[2].value == 8);
  CHECK(viz::track_lines(p, track("asleep")).empty());
  CHECK(viz::track_lines(short_of_frames({}, 3), frames).empty());
  CHECK(viz::track_top(p, frames, 90) == 32);  // four times the high watermark
  CHECK(viz::track_top(p, frames, 3) == 10);   // the lines are to be seen
  CHECK(viz::track_top_text(p, frames, 32, 90) == "32 of 100, cut");
  CHECK(viz::track_top_text(p, frames, 32, 32) == "32");
  const sim::Prepared high = short_of_frames({40, 60, 95}, 3);  // the edge is never above what the machine has
  CHECK(viz::track_top(high, frames, 90) == 100);
  CHECK(viz::track_top(short_of_frames({}, 3), frames, 90) == 100);
  CHECK(viz::track_top(short_of_frames({}, 3), frames, 3) == 5);
  CHECK(viz::track_top(p, track("external"), 3) == 1000);
}

TEST_CASE("names of the watermarks stand beside their lines, or together", "[counters]") {
  const auto lines = viz::track_lines(short_of_frames({10, 20, 30}, 3), track("free frames"));
  CHECK(viz::pixels_of(lines[2].value, 100, 200) == 60);
  CHECK(viz::pixels_of(lines[2].value, 20, 200) == 200);
  using Labels = std::vector<viz::LineLabel>;
  CHECK(viz::line_labels(lines, 100, 200, 14, 14) == Labels{{"reserve 10", 173}, {"low 20", 153}, {"high 30", 133}});
  CHECK(viz::line_labels(lines, 100, 100, 14, 14).empty());  // ten pixels apart: they would overlap
  CHECK(viz::line_labels(lines, 30, 200, 14, 14).empty());   // over the upper edge's own words
  CHECK(viz::lines_text(lines) == "reserve 10, low 20, high 30");
}

TEST_CASE("sleeps on a cause are counted in the column in which they began", "[counters]") {
  const sim::Prepared p = short_of_frames({}, 12);
  const auto bands = viz::track_bands(p, track("on frames"), {0, 2}, 2);
  REQUIRE(bands.size() == 2);
  CHECK(bands[0].max == 3);
  CHECK(bands[1].max == 0);
  CHECK(viz::track_bands(p, track("on a lock"), {0, 2}, 2)[0].max == 0);
  CHECK(viz::counts_sleeps(track("on frames")));
  CHECK_FALSE(viz::counts_sleeps(track("asleep")));
}
