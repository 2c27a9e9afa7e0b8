// The real application driven by keys and the mouse, as a user does: what a press or a click must change in the model,
// told by the run itself (a Timeline of its own), not by the picture.
#include <algorithm>
#include <optional>
#include <string>

#include "tests/catch.h"
#include "tests/viz/null_ui.h"
#include "viz/app/commands.h"
#include "viz/panels/map.h"

using namespace kmemlab;
using namespace kmemlab::test;
using namespace kmemlab::viz;

namespace {

constexpr KeyPress right{key_right}, left{key_left}, shift_right{key_right, true}, escape{key_escape};

/// Where the next or the last happening of these kinds is, by a run of the test's own.
std::optional<std::uint64_t> place_of(NullUi& ui, sim::HappenedSet kinds, bool forward, std::uint64_t from) {
  auto timeline = ui.app().exhibit()->runs[0].open();
  REQUIRE(timeline);
  auto found = forward ? timeline->next(from, kinds) : timeline->previous(from, kinds);
  REQUIRE(found);
  if (!*found) return {};
  return (*found)->during + 1;
}

std::uint64_t event_of(NullUi& ui) {
  return ui.app().cursor().event;
}

}  // namespace

TEST_CASE("keys step by event, by step inside, to both ends", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ten-events.txt"), {"bsd386"});
  const std::uint64_t events = ui.app().events();
  REQUIRE(events >= 10);
  CHECK(event_of(ui) == 1);
  ui.press(right);
  CHECK(event_of(ui) == 2);
  ui.press(left), ui.press(left), ui.press(left);
  CHECK(event_of(ui) == 0);
  ui.press(shift_right);
  CHECK(ui.app().cursor() == sim::Place{0, 1});
  REQUIRE(ui.app().runs()[0]->now() != nullptr);
  CHECK(ui.app().runs()[0]->now()->place == sim::Place{0, 1});
  const std::size_t steps = ui.app().runs()[0]->now()->story.steps.size();
  REQUIRE(steps > 1);
  for (std::size_t i = 0; i < steps; ++i) ui.press(shift_right);  // behind the last step the event is over
  CHECK(ui.app().cursor() == sim::Place{1, 0});
  ui.press({key_end});
  CHECK(event_of(ui) == events);
  ui.press(right);
  CHECK(event_of(ui) == events);
  ui.press({key_home});
  CHECK(event_of(ui) == 0);
}

TEST_CASE("an event without steps is over after the first step into it", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  ui.app().go({20, 0});
  ui.settle();
  ui.press({viz::key_right, true});
  ui.settle();
  CHECK(ui.app().cursor() == sim::Place{21, 0});
  CHECK(ui.app().runs()[0]->error().empty());
}

TEST_CASE("a page that is picked in passing is not the page of the block before", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  ui.app().go({3000, 0});
  ui.settle();
  viz::Look look = ui.app().look_at(*ui.app().runs()[0]);
  look.pick_block(look.now->map.blocks()[0]);
  CHECK(ui.app().selection().block);
  look.pick_page(look.now->map.pages()[1].page);
  CHECK_FALSE(ui.app().selection().block);
  CHECK_FALSE(ui.app().selection().address);
}

TEST_CASE("dragging the map is not undone by the zoom before", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  ui.app().go({3000, 0});
  ui.settle();
  ui.wheel(ui.where("map0").centre(), 1);
  CHECK_FALSE(map_camera(ui.app().memory()).go_to);
}

TEST_CASE("the snapshot that is shown follows the cursor", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386", "osf1"});
  for (const std::uint64_t event : {3000U, 17U, 4000U}) {
    ui.app().go({event, 0});
    ui.settle();
    for (const auto& run : ui.app().runs()) {
      REQUIRE(run->current());
      CHECK(run->now()->place.event == event);
    }
  }
}

TEST_CASE("buttons are keys: each of the transport does what it says", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  CHECK(ui.click("transport.next"));
  CHECK(event_of(ui) == 2);
  CHECK(ui.click("transport.back"));
  CHECK(event_of(ui) == 1);
  CHECK(ui.click("transport.step"));
  CHECK(ui.app().cursor() == sim::Place{1, 1});
  CHECK(ui.click("transport.step_back"));
  CHECK(ui.app().cursor() == sim::Place{1, 0});
  CHECK(ui.click("transport.last"));
  CHECK(event_of(ui) == ui.app().events());
  CHECK(ui.click("transport.first"));
  CHECK(event_of(ui) == 0);
  const std::uint64_t before = ui.app().events_per_second();
  CHECK(ui.click("transport.faster"));
  CHECK(ui.app().events_per_second() > before);
  CHECK(ui.click("transport.slower"));
  CHECK(ui.app().events_per_second() == before);
}

TEST_CASE("a playing run moves on with the clock, at its speed, and stops", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  const std::uint64_t speed = ui.app().events_per_second();
  ui.app().press({' '});
  REQUIRE(ui.app().playing());
  for (int frame = 0; frame < 120; ++frame) {
    ui.frame(1.0 / 60);
    ui.app().wait_until_idle();
    ui.frame(0);  // takes the snapshot that has come
  }
  CHECK(event_of(ui) >= 1 + 2 * speed - 1);
  CHECK(event_of(ui) <= 1 + 2 * speed + 1);
  ui.app().press({' '});
  const std::uint64_t stopped = event_of(ui);
  for (int frame = 0; frame < 30; ++frame) ui.frame(1.0 / 60);
  CHECK(event_of(ui) == stopped);
}

TEST_CASE("searches go to what the run itself finds next, and say when there is none", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  const auto page_return = set_of(sim::Happened::page_returned);
  const auto first = place_of(ui, page_return, true, 1);
  REQUIRE(first);
  ui.press({'R'});
  CHECK(event_of(ui) == *first);
  const auto second = place_of(ui, page_return, true, *first);
  ui.press({'R'});
  CHECK(event_of(ui) == second.value_or(*first));
  if (second) {
    ui.press({'R', true});
    CHECK(event_of(ui) == *place_of(ui, page_return, false, *second - 1));
  }
  const auto failures = set_of(sim::Happened::failed) | set_of(sim::Happened::refused);
  const std::uint64_t here = event_of(ui);
  const auto failure = place_of(ui, failures, true, here);
  ui.press({'N'});
  CHECK(event_of(ui) == failure.value_or(here));
  if (!failure) CHECK(ui.app().message().find("no failure") != std::string::npos);
}

TEST_CASE("go to: a number, a share, an address; nonsense is told and moves nothing", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  const auto go_to = [&](const std::string& text) {
    ui.press({'G', false, true});
    CHECK(ui.shows("go_to.field"));
    ui.type(text);
    ui.enter();
    CHECK_FALSE(ui.shows("go_to.field"));
  };
  go_to("1234");
  CHECK(event_of(ui) == 1234);
  go_to("50%");
  CHECK(event_of(ui) == ui.app().events() / 2);
  const std::uint64_t before = event_of(ui);
  go_to("nonsense");
  CHECK(event_of(ui) == before);
  CHECK_FALSE(ui.app().message().empty());
  const Addr page = ui.app().runs()[0]->now()->map.pages().front().page;
  go_to("0x" + [&] {
    std::string hex;
    for (std::uint64_t v = page.v; v != 0; v /= 16) hex.insert(hex.begin(), "0123456789abcdef"[v % 16]);
    return hex;
  }());
  CHECK(ui.app().selection().page == page);
}

TEST_CASE("a click in the map picks the page that is drawn there", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  ui.app().go({3000, 0});
  ui.settle();
  REQUIRE(ui.shows("map0"));
  const sim::PageMap& map = ui.app().runs()[0]->now()->map;
  const Rect area = ui.where("map0");
  unsigned picked = 0;
  std::optional<Addr> last;
  for (int step = 0; step < 8; ++step) {
    ui.click_at({area.min.x + 6 + static_cast<float>(step) * 24, area.min.y + 4});
    const auto page = ui.app().selection().page;
    if (!page) continue;
    ++picked;
    CHECK(page->v % map.page_bytes() == 0);
    CHECK(page->v >= map.arena().base.v);
    if (last) CHECK(page->v >= last->v);  // further right is a higher address
    last = page;
  }
  CHECK(picked >= 2);
  ui.press(escape);
  CHECK_FALSE(ui.app().selection().page);
}

TEST_CASE("the wheel and W zoom the map, F fits it again", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ext4tree.dat"), {"bsd386"});
  ui.app().go({3000, 0});
  ui.settle();
  ui.press({'F'});
  ui.settle();
  const int fitting = map_camera(ui.app().memory()).shown;
  REQUIRE(fitting >= 0);
  ui.press({'W'});
  CHECK(map_camera(ui.app().memory()).shown == fitting + 1);
  ui.press({'S'});
  CHECK(map_camera(ui.app().memory()).shown == fitting);
  ui.wheel(ui.where("map0").centre(), 1);
  CHECK(map_camera(ui.app().memory()).shown == fitting + 1);
  ui.press({'F'});
  CHECK(map_camera(ui.app().memory()).shown == fitting);
}

TEST_CASE("tabs come to the front by click and by key", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ten-events.txt"), {"bsd386"});
  CHECK(ui.click("tab.sites"));
  CHECK(ui.app().shown_in(Region::bottom) == "sites");
  CHECK(ui.shows("panel.sites"));
  CHECK_FALSE(ui.shows("panel.events"));
  ui.press({'1'});
  CHECK(ui.app().shown_in(Region::bottom) == "events");
  CHECK(ui.shows("panel.events"));
  CHECK(ui.click("tab.hex"));
  CHECK(ui.app().shown_in(Region::lower_right) == "hex");
}

TEST_CASE("? lists every command with its key; Escape closes one thing at a time", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ten-events.txt"), {"bsd386"});
  ui.press({'/', true});
  CHECK(ui.shows("help"));
  ui.press(escape);
  CHECK_FALSE(ui.shows("help"));
  for (const Command& a : commands()) {
    const auto same = [&](const Command& b) { return a.key == b.key || b.other_key == a.key; };
    INFO(a.name);
    CHECK(std::count_if(commands().begin(), commands().end(), same) == 1);  // no key means two things
  }
}

TEST_CASE("lecture size doubles everything, and back", "[viz][input]") {
  NullUi ui;
  ui.open(sample("ten-events.txt"), {"bsd386"});
  const float em = ui.app().theme().em;
  ui.press({'0', true});
  CHECK(ui.app().theme().em == 2 * em);
  ui.press({'0', true});
  CHECK(ui.app().theme().em == em);
}

TEST_CASE("a view that was copied opens where it was", "[viz][input]") {
  std::string line;
  {
    NullUi ui;
    ui.open(sample("ext4tree.dat"), {"bsd386"});
    ui.app().go({2500, 0});
    ui.press({'5'});
    ui.press({'S', false, true});
    line = ui.clipboard();
  }
  const auto view = parse_view_line(line);
  REQUIRE(view);
  NullUi ui;
  ui.app().go_to_view(*view);
  ui.open(sample("ext4tree.dat"), view->cores);
  CHECK(event_of(ui) == 2500);
  CHECK(ui.app().shown_in(Region::bottom) == "sites");
}

TEST_CASE("what is no trace becomes a message in the window", "[viz][input]") {
  for (const char* file : {"/nowhere/at/all.kmt", KMEMLAB_SOURCE_DIR "/LICENSE", KMEMLAB_SOURCE_DIR "/scripts/test"}) {
    INFO(file);
    NullUi ui;
    ui.open(file, {"bsd386"});
    CHECK(ui.shows("failure"));
    ui.press(right);
    CHECK(event_of(ui) == 0);
  }
}
