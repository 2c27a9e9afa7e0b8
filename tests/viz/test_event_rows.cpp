// What came of an event stands in its own row, also where calls overlap and end during the arrival of a later one.
#include <string>

#include "tests/catch.h"
#include "viz/programs/view_options.h"
#include "viz/work/event_rows.h"

using namespace kmemlab;

TEST_CASE("each outcome is that of its own row's event", "[viz][events]") {
  viz::ViewWanted wanted;
  wanted.trace = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/netloop.dat";
  wanted.cores = {"beos"};  // its calls overlap, and some sleep
  const auto exhibit = viz::loader_of(wanted)();
  REQUIRE(exhibit);
  auto timeline = exhibit->runs[0].open();
  REQUIRE(timeline);
  const auto rows = viz::event_rows(*timeline, *exhibit->names, 100, 1100);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1000);
  unsigned granted = 0, late = 0;
  for (const viz::EventRow& row : *rows) {
    for (const sim::Happening& h : row.happened) {
      if (h.kind != sim::Happened::granted) continue;
      ++granted;
      late += h.during != row.number ? 1 : 0;
      CHECK(h.event == row.number);
      CHECK(h.requested == row.event.requested);
      CHECK(h.granted >= row.event.requested);
    }
  }
  CHECK(granted > 300);
  CHECK(late > 0);  // else this trace shows nothing
}

TEST_CASE("a page event under pressure says what became of its frames", "[viz][events]") {
  const auto says = [](sim::Happened kind, std::uint64_t frames, std::uint64_t missing = 0) {
    sim::Happening h;
    h.kind = kind;
    h.frames = frames, h.missing = missing;
    viz::EventRow row;
    row.happened = {h};
    return viz::outcome_of(row);
  };
  CHECK(says(sim::Happened::frames_taken, 4) == "others take 4 frames");
  CHECK(says(sim::Happened::frames_taken, 1, 3) == "others take 1 frame; 3 more are not to be had");
  CHECK(says(sim::Happened::frames_given, 8) == "others give back 8 frames");
  CHECK(says(sim::Happened::frames_given, 0, 1) == "others give back 0 frames; 1 page had none");
  CHECK(says(sim::Happened::frames_reclaimed, 12) == "the page daemon frees 12 frames");
  CHECK(says(sim::Happened::frames_reclaimed, 0, 7) ==
        "the page daemon frees 0 frames; the cache has no more, 7 short");
}
