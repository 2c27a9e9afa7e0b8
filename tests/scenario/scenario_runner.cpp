// Runs scenarios without the rest of the kmemlab command: few objects to link, so that a changed core is rebuilt and
// tried in seconds (one driver's .cpp). Prints what failed; exit code 0, 1 (a scenario failed) or 3 (unreadable). With
// --marks as first argument also the marks of each core that none of the scenarios hit.
#include <cstdio>
#include <map>
#include <string_view>

#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"

int main(int argc, char** argv) {
  using namespace kmemlab;
  int failed = 0;
  const int first = argc > 1 && std::string_view(argv[1]) == "--marks" ? 2 : 1;
  std::map<std::string, MarkSet> hit;
  for (int i = first; i < argc; ++i) {
    const auto scenario = scenario::read_scenario_file(argv[i]);
    if (!scenario) return std::fprintf(stderr, "%s\n", scenario.error().text().c_str()), 3;
    const auto result = scenario::run_scenario(*scenario);
    if (!result) return std::fprintf(stderr, "%s\n", result.error().text().c_str()), 3;
    hit[scenario->core] |= result->marks;
    if (result->passed()) continue;
    ++failed;
    std::printf("FAILED %s\n", scenario->name.c_str());
    for (const auto& d : result->differences) {
      std::printf("  %s:%llu: %s: %s\n", argv[i], static_cast<unsigned long long>(d.line), d.where.c_str(),
                  d.what.c_str());
    }
  }
  std::printf("%d scenarios, %d failed\n", argc - first, failed);
  for (const scenario::System& system : scenario::all_systems()) {
    for (std::size_t n = 0; first == 2 && hit.count(std::string(system.name)) != 0 && n < system.marks.size(); ++n) {
      if (hit[std::string(system.name)].test(n)) continue;
      std::printf("not hit: %s %s: %s\n", system.name.data(), system.marks[n].name.data(), system.marks[n].when.data());
    }
  }
  return failed == 0 ? 0 : 1;
}
