// What a panel draws at a place does not depend on what it drew before: in another size of the window, at another
// event, or with nothing to show. Each panel is drawn by an application of its own that comes straight to the place,
// and by one that was elsewhere first. Where the reader has scrolled to is his; nobody scrolls here.
#include <string>

#include "tests/catch.h"
#include "tests/viz/null_ui.h"

using namespace kmemlab;
using namespace kmemlab::test;

namespace {

struct Place {
  std::uint64_t event = 0;
  ImVec2 size{720, 450};
  bool picked = false;  ///< the first page of the arena, and a byte of it
};

struct Scenario {
  const char* panel;
  const char* trace;
  const char* core;
  const char* machine;
  Place place;
  std::uint64_t elsewhere;  ///< an event
};

void stand(NullUi& ui, const Place& place) {
  ImGui::GetIO().DisplaySize = place.size;
  ui.app().go({place.event, 0});
  viz::Selection& selection = ui.app().selection();
  selection = {};
  if (place.picked) {
    selection.page = Addr{0xffff888000001000};
    selection.address = selection.page;
  }
  ui.settle();
}

/// The sum of what is drawn at the scenario's place, after these places.
std::uint64_t drawn_after(const Scenario& s, const std::vector<Place>& before) {
  NullUi ui(s.place.size.x, s.place.size.y);
  ui.open(sample(s.trace), {s.core}, s.machine);
  ui.app().only(s.panel);
  for (const Place& place : before) stand(ui, place);
  stand(ui, s.place);
  ui.settle();
  return ui.digest();
}

}  // namespace

TEST_CASE("what a panel draws does not depend on what it drew before", "[viz][draw]") {
  const Scenario scenarios[] = {
      {"waits", "ext4tree.dat", "bsd386", "ram=2M", {30'000}, 100},  // at event 100 nobody waits
      {"waits", "ext4tree.dat", "bsd386", "ram=2M", {30'000, {400, 300}}, 100},
      {"xray", "ext4tree.dat", "bsd386", "", {3000}, 10},
      {"xray", "ext4tree.dat", "osf1", "", {3000, {400, 300}}, 10},
      {"xray", "netloop.dat", "beos", "", {500}, 10},
      {"hex", "ext4tree.dat", "bsd386", "", {3000, {720, 450}, true}, 10},
      {"hex", "ext4tree.dat", "bsd386", "", {3000, {300, 300}, true}, 10},
  };
  for (const Scenario& s : scenarios) {
    INFO(s.panel << ", " << s.core << ", " << s.place.size.x << " wide");
    const std::uint64_t fresh = drawn_after(s, {});
    const Place elsewhere{s.elsewhere, s.place.size};
    CHECK(drawn_after(s, {elsewhere}) == fresh);
    CHECK(drawn_after(s, {{s.place.event, {1440, 900}, s.place.picked}}) == fresh);
    CHECK(drawn_after(s, {{s.elsewhere, {1440, 900}}}) == fresh);
    CHECK(drawn_after(s, {{s.place.event, {200, 200}, s.place.picked}, elsewhere}) == fresh);
  }
}

TEST_CASE("a panel's second frame is the picture that stays", "[viz][draw]") {
  // ImGui shows the bars of a new child window a frame late; what is drawn must not hang on them a frame longer. The
  // panel of bytes asks for them first, and is not among these.
  for (const ImVec2 size : {ImVec2{720, 450}, ImVec2{400, 300}, ImVec2{1440, 900}}) {
    NullUi ui(size.x, size.y);
    ui.open(sample("ext4tree.dat"), {"bsd386"}, "ram=2M");
    ui.app().go({30'000, 0});
    for (const char* panel : {"waits", "xray"}) {
      INFO(panel << ", " << size.x << " wide");
      ui.app().only("quality");
      ui.settle();
      ui.app().only(panel);
      ui.frame(0);
      ui.frame(0);
      const std::uint64_t second = ui.digest();
      ui.settle();
      CHECK(ui.digest() == second);
      if (panel == std::string("waits")) CHECK(ui.shows("waits.headline"));
    }
  }
}
