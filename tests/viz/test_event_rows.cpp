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
