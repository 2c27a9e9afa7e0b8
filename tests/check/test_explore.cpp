// explore: counts of states against those counted by hand, what it finds in a driver that is wrong, and that the story
// of a finding repeats it.
#include <algorithm>

#include "sim/check/explore/digest_set.h"
#include "sim/check/explore/story.h"
#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"
#include "sim/scenario/write.h"
#include "tests/catch.h"

namespace kmemlab::test {

using namespace sim::explore;

namespace {

/// One size (a page), one caller, `frames` frames, no interrupts.
Menu tiny_menu(std::uint64_t frames) {
  Menu menu = bsd386_menu();
  Run run = menu.runs[0];
  run.name = "tiny";
  run.toy.frames = frames;
  run.operations = {"256 nowait", "free M_TEMP"};
  run.options = {{"limit_tenths", "10"}, {"highwater_pages", "0"}};
  run.depth = 10;
  run.interrupts = false;
  run.misuse = false;
  run.placements = run.pairs = run.failures = 0;
  menu.runs = {run};
  return menu;
}

RunResult explored(const Menu& menu, std::size_t run, const Bounds& bounds = {}) {
  auto result = explore(menu, menu.runs[run], {}, bounds, {});
  INFO((result ? std::string() : result.error().text()));
  REQUIRE(result.ok());
  return *result;
}

std::string titles(const RunResult& result) {
  std::string all;
  for (const Finding& f : result.findings) all += f.trouble.title + "; ";
  return all;
}

}  // namespace

// Each page of the arena is taken or free, lowest first; a page goes back as soon as it is free (high water 0 pages:
// one free block is a surplus). So a state is a set of taken pages among the first n: 2^n, all of them reachable.
TEST_CASE("explore counts the states of a machine that can be counted by hand") {
  const Menu one = tiny_menu(1);
  const Menu three = tiny_menu(3);
  const RunResult of_one = explored(one, 0);
  CHECK(of_one.counts.states == 2);
  CHECK(of_one.counts.transitions == 3);  // empty: alloc; full: alloc (fails), free
  CHECK(of_one.counts.merged == 2);
  CHECK(of_one.counts.deepest == 1);
  const RunResult of_three = explored(three, 0);
  CHECK(titles(of_three).empty());
  CHECK(of_three.counts.states == 1 + 3 + 3 + 1);
  CHECK(of_three.counts.deepest == 5);  // the third page alone: three calls and two frees
}

TEST_CASE("explore: the digest set knows what it has") {
  DigestSet set;
  for (std::uint64_t i = 1; i <= 5000; ++i) CHECK(set.insert(mix64(i)));
  for (std::uint64_t i = 1; i <= 5000; ++i) CHECK_FALSE(set.insert(mix64(i)));
  CHECK(set.size() == 5000);
}

TEST_CASE("explore: no system has a finding in documented mode, within quick bounds") {
  Bounds quick;
  quick.quick = true;
  for (const Menu& menu : {bsd386_menu(), osf1_menu(), aix_menu(), beos_menu()}) {
    for (std::size_t r = 0; r < menu.runs.size(); ++r) {
      INFO(menu.system + " " + menu.runs[r].name);
      const RunResult result = explored(menu, r, quick);
      CHECK(titles(result).empty());
      CHECK(result.counts.transitions > 0);
    }
  }
}

// A refused frame in OSF/1's thread leaves buckets that no sequence of whole calls leaves: they are gone on from.
TEST_CASE("explore goes on from what only a refusal leads to") {
  const Menu menu = osf1_menu();
  const auto run = std::find_if(menu.runs.begin(), menu.runs.end(), [](const Run& r) { return r.name == "doorsteps"; });
  Bounds bounds;
  bounds.placements = bounds.pairs = bounds.failures = 0;
  const auto index = static_cast<std::size_t>(run - menu.runs.begin());
  const RunResult without = explored(menu, index, bounds);
  bounds.failures = 2;
  const RunResult with = explored(menu, index, bounds);
  CHECK(titles(with).empty());
  CHECK(without.counts.beyond == 0);
  CHECK(with.counts.beyond > 0);
  CHECK(with.counts.states == without.counts.states + with.counts.beyond);
  CHECK(with.counts.transitions > without.counts.transitions);  // refusals are counted apart
}

// What a menu promises wrongly is found as what a core does wrongly would be: the shortest sequence, and its scenario
// fails because the core does not keep that promise.
TEST_CASE("explore: a promise that is not kept is found by the shortest sequence, and its story repeats") {
  Menu menu = tiny_menu(3);
  menu.operations[2].zeroed = false;
  menu.misuses = {{"free twice", {"free($, M_TEMP)", "free($, M_TEMP)"}, "M_TEMP", "it is always noticed", "", false}};
  menu.runs[0].misuse = true;
  const RunResult result = explored(menu, 0);
  REQUIRE(result.findings.size() == 1);
  const Finding& finding = result.findings[0];
  CHECK(finding.path.size() == 1);
  const auto story = story_of(menu, menu.runs[0], {}, finding);
  REQUIRE(story.ok());
  CHECK(lines_of(*story) == std::vector<std::string>{"t0: p1 = malloc(256, M_TEMP, M_NOWAIT | M_ZERO_IT)",
                                                     "t0: free(p1, M_TEMP)", "t0: free(p1, M_TEMP)"});
  const auto read = scenario::read_scenario(scenario::write_scenario(*story), "story.json");
  INFO((read ? std::string() : read.error().text()));
  REQUIRE(read.ok());
  const auto ran = scenario::run_scenario(*read);
  REQUIRE(ran.ok());
  REQUIRE(ran->differences.size() == 1);
  CHECK(ran->differences[0].what.find("it is always noticed") != std::string::npos);
}

TEST_CASE("explore: faithful bsd386 has its historic defects, and no other") {
  const Menu menu = bsd386_menu();
  Bounds bounds;
  bounds.depth = 4;  // F6 takes four calls
  bounds.placements = bounds.failures = 0;
  const auto result = explore(menu, menu.runs[0], {{"mode", "faithful"}}, bounds, {});
  REQUIRE(result.ok());
  for (const Finding& f : result->findings) {
    INFO(f.trouble.title);
    CHECK(std::any_of(menu.historic.begin(), menu.historic.end(),
                      [&](const Historic& h) { return f.trouble.title.find(h.finding) != std::string::npos; }));
  }
  for (const char* id : {"F1", "F2", "F3", "F4", "F5", "F6"}) {
    INFO(id);
    const auto shows = [&](const Finding& f) {
      return std::any_of(menu.historic.begin(), menu.historic.end(), [&](const Historic& h) {
        return h.id == id && f.trouble.title.find(h.finding) != std::string::npos;
      });
    };
    CHECK(std::any_of(result->findings.begin(), result->findings.end(), shows));
  }
}

}  // namespace kmemlab::test
