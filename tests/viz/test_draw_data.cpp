// Everything that each panel draws, as a sum over vertices, indices, clips and textures: the same twice in one process,
// from two applications of their own, and no longer the same once the event is another one. The sums are not kept in a
// file: glyphs depend on the version of the fonts that is installed, and rounded floats on the compiler; what pictures
// must look like is said by tests/viz/goldens.
#include <map>
#include <set>
#include <string>

#include "tests/catch.h"
#include "tests/viz/null_ui.h"

using namespace kmemlab;
using namespace kmemlab::test;
using namespace kmemlab::viz;

namespace {

struct Scenario {
  const char* trace;
  std::vector<std::string> cores;
  std::uint64_t event;
  std::string machine = {};
};

/// Sum of each panel alone, and of the whole window as "".
std::map<std::string, std::uint64_t> drawn(const Scenario& scenario) {
  NullUi ui(720, 450);
  ui.open(sample(scenario.trace), scenario.cores, scenario.machine);
  ui.app().go({scenario.event, 0});
  std::map<std::string, std::uint64_t> sums;
  for (const PanelInfo& panel : panels()) {
    ui.app().only(panel.name);
    ui.settle();
    sums[panel.name] = ui.digest();
    INFO(panel.name);
    CHECK(ImGui::GetDrawData()->TotalVtxCount > 0);
  }
  ui.app().only("");
  ui.settle();
  sums[""] = ui.digest();
  ui.frame(0);
  CHECK(ui.digest() == sums[""]);  // nothing changed: the frame is the same
  return sums;
}

}  // namespace

TEST_CASE("every panel draws the same twice", "[viz][draw]") {
  const Scenario scenarios[] = {{"ten-events.txt", {"bsd386"}, 7},
                                {"ext4tree.dat", {"osf1", "bsd386"}, 3000},
                                {"netloop.dat", {"aix"}, 500},
                                {"netloop.dat", {"beos"}, 500},
                                {"ext4tree.dat", {"bsd386"}, 20'000, "ram=2M"},
                                {"pages.dat.zst", {"osf1"}, 12'000, "ram=2M pages=pressure"}};
  for (const Scenario& s : scenarios) {
    const auto first = drawn(s), second = drawn(s);
    REQUIRE(first.size() == panels().size() + 1);
    for (const auto& [panel, sum] : first) {
      INFO(s.trace << " " << s.cores[0] << " " << (panel.empty() ? "the window" : panel));
      CHECK(second.at(panel) == sum);
    }
  }
}

TEST_CASE("panels that show a place are drawn anew at another one", "[viz][draw]") {
  const auto here = drawn({"ext4tree.dat", {"bsd386"}, 1000}), there = drawn({"ext4tree.dat", {"bsd386"}, 3000});
  for (const char* panel : {"", "map", "events"}) {
    INFO(panel);
    CHECK(here.at(panel) != there.at(panel));
  }
}

TEST_CASE("what can be pressed lies inside the window, at both sizes", "[viz][draw]") {
  for (const float scale : {1.0F, 2.0F}) {
    Settings settings;
    settings.scale = scale;
    NullUi ui(1440 * scale, 900 * scale, settings);
    ui.open(sample("ext4tree.dat"), {"bsd386"});
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    for (const auto& [id, rect] : ui.app().ids().all()) {
      if (!id.starts_with("tab.") && !id.starts_with("transport.")) continue;
      INFO(id << " at scale " << scale);
      CHECK(rect.min.x >= 0);
      CHECK(rect.min.y >= 0);
      CHECK(rect.max.x <= size.x);
      CHECK(rect.max.y <= size.y);
    }
  }
}
