// Runs scenarios without the rest of the kmemlab command: few objects to link, so that a changed core is rebuilt and
// tried in seconds (one driver's .cpp). Prints what failed; exit code 0, 1 (a scenario failed) or 3 (unreadable).
#include <cstdio>

#include "sim/scenario/read.h"
#include "sim/scenario/runner.h"

int main(int argc, char** argv) {
  using namespace kmemlab;
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    const auto scenario = scenario::read_scenario_file(argv[i]);
    if (!scenario) return std::fprintf(stderr, "%s\n", scenario.error().text().c_str()), 3;
    const auto result = scenario::run_scenario(*scenario);
    if (!result) return std::fprintf(stderr, "%s\n", result.error().text().c_str()), 3;
    if (result->passed()) continue;
    ++failed;
    std::printf("FAILED %s\n", scenario->name.c_str());
    for (const auto& d : result->differences) {
      std::printf("  %s:%llu: %s: %s\n", argv[i], static_cast<unsigned long long>(d.line), d.where.c_str(),
                  d.what.c_str());
    }
  }
  std::printf("%d scenarios, %d failed\n", argc - 1, failed);
  return failed == 0 ? 0 : 1;
}
