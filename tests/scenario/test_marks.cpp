// Every rare branch of every core is taken by a scenario of tests/scenarios: a mark that none of them hits fails here,
// by name. Then either a scenario is missing, or the branch is dead and has no business in the core.
#include <map>
#include <set>

#include "tests/scenario/scenario_kit.h"

namespace kmemlab::test {

namespace {

/// Hit in test_marks_by_faults.cpp.
bool needs_a_fault(std::string_view system, std::string_view mark) {
  return system == "aix" && mark == "galloc_no_entries";
}

}  // namespace

TEST_CASE("the scenarios hit every mark of every core", "[scenario][marks]") {
  std::map<std::string, MarkSet> hit;
  for (const std::string& file : shipped_files()) {
    const auto read = scenario::read_scenario_file(file);
    REQUIRE(read);
    const auto result = scenario::run_scenario(*read);
    REQUIRE(result);
    hit[read->core] |= result->marks;
  }
  for (const scenario::System& system : scenario::all_systems()) {
    const MarkSet marks = hit[std::string(system.name)];
    for (std::size_t n = 0; n < system.marks.size(); ++n) {
      INFO(system.name << ": " << system.marks[n].name << ": " << system.marks[n].when);
      CHECK(marks.test(n) != needs_a_fault(system.name, system.marks[n].name));
    }
    for (std::size_t n = system.marks.size(); n < marks_max; ++n) CHECK(!marks.test(n));
  }
}

TEST_CASE("each core names its marks once, in words", "[marks]") {
  for (const scenario::System& system : scenario::all_systems()) {
    CHECK(system.marks.size() >= 30);
    std::set<std::string_view> names;
    for (const MarkName& mark : system.marks) {
      INFO(system.name << ": " << mark.name);
      CHECK(names.insert(mark.name).second);
      CHECK(mark.when.size() >= 10);
    }
  }
}

}  // namespace kmemlab::test
