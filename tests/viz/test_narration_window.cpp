// The narration in the real application without a window: a sentence leads inside the event, to the step it tells of.
#include "tests/catch.h"
#include "tests/viz/null_ui.h"
#include "viz/programs/view_options.h"

namespace kmemlab::test {

namespace {

/// As the programs open a trace.
void open_as_wanted(NullUi& ui, const std::string& core) {
  viz::ViewWanted wanted;
  wanted.trace = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ext4tree.dat";
  wanted.cores = {core};
  ui.app().open(wanted.trace, viz::loader_of(wanted));
  ui.settle();
}

}  // namespace

TEST_CASE("a click on a step's sentence goes inside the event, to that step", "[viz][narration]") {
  NullUi ui;
  open_as_wanted(ui, "bsd386");
  ui.app().focus("narration");
  ui.app().go({3000, 0});  // event 2999 took a block and zeroed it
  ui.settle();
  REQUIRE(ui.shows("narration.step.2"));
  CHECK_FALSE(ui.shows("narration.step.3"));
  REQUIRE(ui.click("narration.step.2"));
  CHECK(ui.app().cursor() == sim::Place{2999, 2});
  CHECK(ui.app().selection().address);
  REQUIRE(ui.click("narration.step.1"));
  CHECK(ui.app().cursor() == sim::Place{2999, 1});
}

TEST_CASE("before the first event there is nothing to tell", "[viz][narration]") {
  NullUi ui;
  open_as_wanted(ui, "osf1");
  ui.app().focus("narration");
  ui.app().go({0, 0});
  ui.settle();
  CHECK(ui.shows("panel.narration"));
  CHECK_FALSE(ui.shows("narration.step.1"));
}

}  // namespace kmemlab::test
