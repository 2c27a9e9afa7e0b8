// explore: what it does beside sequences of calls. Machines that must not boot, sleepers who are woken for nothing,
// sleepers who go on in spoiled memory or without their area, and handlers who give pages back. Together they reach
// the marks that no sequence does.
#include <algorithm>
#include <string_view>

#include "sim/check/explore/story.h"
#include "sim/scenario/runner.h"
#include "tests/catch.h"

namespace kmemlab::test {

using namespace sim::explore;

namespace {

const Run& run_named(const Menu& menu, const char* name) {
  const auto found = std::find_if(menu.runs.begin(), menu.runs.end(), [&](const Run& r) { return r.name == name; });
  REQUIRE(found != menu.runs.end());
  return *found;
}

RunResult explored(const Menu& menu, const Run& run, const Bounds& bounds = {}, const scenario::Options& options = {}) {
  auto result = explore(menu, run, options, bounds, {});
  INFO((result ? std::string() : result.error().text()));
  REQUIRE(result.ok());
  return *std::move(result);
}

bool reached(const Menu& menu, const RunResult& result, std::string_view mark) {
  for (const scenario::System& s : scenario::all_systems()) {
    if (s.name != menu.system) continue;
    for (std::size_t i = 0; i < s.marks.size(); ++i) {
      if (s.marks[i].name == mark) return result.marks.test(i);
    }
  }
  FAIL("no such mark");
  return false;
}

Misuse& misuse_named(Menu& menu, std::string_view name) {
  return *std::find_if(menu.misuses.begin(), menu.misuses.end(), [&](const Misuse& m) { return m.name == name; });
}

/// The finding's story, played: how often it differs from what it expects. `played_with`: other options than it has.
std::size_t differences(const Menu& menu, const Run& run, const Finding& finding, const scenario::Options& options = {},
                        const std::optional<scenario::Options>& played_with = {}) {
  auto story = story_of(menu, run, options, finding);
  INFO((story ? std::string() : story.error().text()));
  REQUIRE(story.ok());
  if (played_with) story->options = *played_with;
  const auto ran = scenario::run_scenario(*story);
  REQUIRE(ran.ok());
  return ran->differences.size();
}

}  // namespace

TEST_CASE("explore: aix and beos reach every mark within their bounds") {
  for (const Menu& menu : {aix_menu(), beos_menu()}) {
    MarkSet marks;
    for (const Run& run : menu.runs) {
      Bounds bounds;
      bounds.quick = menu.system == "aix";  // has them all within these
      bounds.pairs = 0;                     // reach none that a single interrupt does not, and take minutes
      marks |= explored(menu, run, bounds).marks;
    }
    for (const scenario::System& s : scenario::all_systems()) {
      for (std::size_t i = 0; s.name == menu.system && i < s.marks.size(); ++i) {
        INFO(s.name << ": " << s.marks[i].name);
        CHECK(marks.test(i));
      }
    }
  }
}

TEST_CASE("explore: more pages than 16 bits count") {
  const Menu osf1 = osf1_menu();
  CHECK(reached(osf1, explored(osf1, run_named(osf1, "huge")), "large_too_many_pages"));
  const Menu bsd = bsd386_menu();
  const RunResult faithful = explored(bsd, run_named(bsd, "huge"), {}, {{"mode", "faithful"}});
  CHECK(reached(bsd, faithful, "panic_too_many_pages"));
  REQUIRE(faithful.findings.size() == 1);
  CHECK(faithful.findings[0].trouble.title.find("malloc: allocation too large") != std::string::npos);
}

TEST_CASE("explore: a machine that must not boot, and one that does") {
  const Menu menu = aix_menu();
  Run run = run_named(menu, "no-space");
  const RunResult stopped = explored(menu, run);
  CHECK(stopped.findings.empty());
  CHECK(stopped.counts.transitions == 1);
  CHECK(stopped.counts.states == 0);
  CHECK(reached(menu, stopped, "panic_boot_space"));
  run.boot_panic = "another reason";
  const RunResult other = explored(menu, run);
  REQUIRE(other.findings.size() == 1);
  CHECK(other.findings[0].trouble.title == "the boot ends in panic: kernel_heap: no space in the arena");
  run.options = {{"kernel_heap", "20480"}};
  const RunResult booted = explored(menu, run);
  REQUIRE(booted.findings.size() == 1);
  CHECK(booted.findings[0].trouble.title == "a machine boots that must not");
  CHECK(differences(menu, run, booted.findings[0]) == 1);
}

TEST_CASE("explore: the pool's thread goes on in memory that somebody spoiled") {
  Menu menu = osf1_menu();
  Bounds bounds;
  bounds.depth = 1;
  bounds.placements = bounds.failures = 0;
  const Run& run = run_named(menu, "doorsteps");
  const RunResult result = explored(menu, run, bounds);
  CHECK(result.findings.empty());
  CHECK(reached(menu, result, "panic_missing_block"));
  CHECK(reached(menu, result, "panic_missing_page"));
  // A promise that the thread does not keep, and the story that repeats it.
  Misuse& misuse = misuse_named(menu, "the thread collects a page, and the pages' counts are gone");
  misuse.panic = "it is always noticed";
  const RunResult wrong = explored(menu, run, bounds);
  REQUIRE(!wrong.findings.empty());
  CHECK(differences(menu, run, wrong.findings[0]) == 1);
}

TEST_CASE("explore: an area goes under a call that sleeps for its frames") {
  Menu menu = beos_menu();
  Bounds bounds;
  bounds.depth = 4;
  const Run& run = run_named(menu, "lazy");
  const RunResult result = explored(menu, run, bounds);
  CHECK(result.findings.empty());
  CHECK(reached(menu, result, "area_gone"));
  CHECK(reached(menu, result, "realloc_undone"));
  misuse_named(menu, "the area is deleted under a call that sleeps").reason = "no_space";
  const RunResult wrong = explored(menu, run, bounds);
  REQUIRE(wrong.findings.size() == 1);
  CHECK(wrong.findings[0].trouble.title.find("not noticed") == 0);
  CHECK(differences(menu, run, wrong.findings[0]) == 1);
}

TEST_CASE("explore: whoever sleeps is woken for nothing, in every state") {
  const Menu menu = beos_menu();
  Bounds bounds;
  bounds.depth = 2;
  const RunResult result = explored(menu, run_named(menu, "tasks"), bounds);
  CHECK(result.findings.empty());
  CHECK(result.counts.asleep > 0);
  CHECK(result.counts.wakeups == result.counts.asleep);  // with two tasks one at most sleeps, on one channel
  CHECK(reached(menu, result, "sleep_for_lock_again"));
}

TEST_CASE("explore: the story of a needless wake-up is one that a scenario repeats") {
  const Menu menu = beos_menu();
  const Run& run = run_named(menu, "tasks");
  auto plan = plan_names(menu, run, {});
  REQUIRE(plan.ok());
  auto world = World::boot(*plan);
  REQUIRE(world.ok());
  REQUIRE(!make_root(**world, run.roots[0]));
  Finding finding;
  finding.trouble = {"a needless wake-up left something behind", {}, Sign::unchanged};
  for (const std::uint8_t task : {0, 1}) {
    Action a;
    a.task = task;
    a.operation = static_cast<std::uint8_t>(plan->operation_index("100, held"));
    REQUIRE(!(*world)->act(a));
    finding.path.push_back(Made{a});
  }
  REQUIRE((*world)->channels().size() == 1);
  finding.woken = (*world)->channels()[0];
  CHECK(!(*world)->wake_for_nothing(*finding.woken));
  CHECK((*world)->anybody_asleep());
  const auto story = story_of(menu, run, {}, finding);
  REQUIRE(story.ok());
  const std::vector<std::string> lines = lines_of(*story);
  CHECK(lines.back() == "t1 goes on");
  CHECK(lines[lines.size() - 2] == "a wake-up for nothing: area_malloc pool");
  CHECK(differences(menu, run, finding) == 0);
}

// Two pages are full of one block each: the first free in a process makes a surplus page, the second, by a handler in
// the middle of the first, gives one back. As calls in turn this takes one step more.
TEST_CASE("explore: a handler that arrives in a call may give no page back either") {
  const Menu menu = bsd386_menu();
  Bounds bounds;
  bounds.depth = 3;
  bounds.placements = 3;
  bounds.pairs = bounds.failures = 0;
  const RunResult result = explored(menu, run_named(menu, "sizes"), bounds, {{"mode", "faithful"}});
  const auto found = std::find_if(result.findings.begin(), result.findings.end(), [](const Finding& f) {
    return f.trouble.title == "a page goes back in an interrupt";
  });
  REQUIRE(found != result.findings.end());
  CHECK(found->path.back().arrivals.size() == 1);
}

// A fault that ends somewhere in memory is told with the panic that documented mode says in its place.
TEST_CASE("explore: the story of a free twice fails in faithful mode and passes in documented") {
  const Menu menu = bsd386_menu();
  const Run& run = run_named(menu, "sizes");
  const scenario::Options faithful = {{"mode", "faithful"}};
  Bounds bounds;
  bounds.depth = 2;
  bounds.placements = bounds.pairs = bounds.failures = 0;
  const RunResult result = explored(menu, run, bounds, faithful);
  const auto twice = std::find_if(result.findings.begin(), result.findings.end(), [](const Finding& f) {
    return f.trouble.title.starts_with("free twice ends in fault");
  });
  REQUIRE(twice != result.findings.end());
  CHECK(differences(menu, run, *twice, faithful) > 0);
  CHECK(differences(menu, run, *twice, faithful, run.options) == 0);
}

TEST_CASE("explore: the story of pages that are kept frees everything, and counts") {
  const Menu menu = bsd386_menu();
  const Run& run = run_named(menu, "map");
  const scenario::Options hoarder = {{"highwater_pages", "5"}};
  Bounds bounds;
  bounds.quick = true;
  const RunResult result = explored(menu, run, bounds, hoarder);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].trouble.sign == Sign::hoard);
  CHECK(differences(menu, run, result.findings[0], hoarder) == 1);
  CHECK(differences(menu, run, result.findings[0], hoarder, run.options) == 0);
}

TEST_CASE("explore: a story says which call was refused what") {
  const Menu menu = bsd386_menu();
  Finding finding;
  finding.trouble.title = "made up";
  finding.path.push_back(Made{Action{}, {}, Refusal{sim::FaultSite::frame, 0}});  // the first operation: 100 nowait
  const auto story = story_of(menu, run_named(menu, "sizes"), {}, finding);
  REQUIRE(story.ok());
  const std::vector<std::string> lines = lines_of(*story);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == "  (frame number 1 of this call is refused, which a scenario cannot do.)");
}

}  // namespace kmemlab::test
