// What collecting all that the front end draws of a whole run costs: CPU time of preparing it without and with the
// collectors, in turn, and of taking the result; the least of several times.
//   prepare_bench FILE.kmt [core] [times]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "sim/observe/prepared.h"
#include "sim/replay/replay.h"
#include "traces/kmt/reader.h"

using namespace kmemlab;

namespace {

double cpu_ms() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

[[noreturn]] void stop(const Error& error) {
  fmt::print(stderr, "prepare_bench: {}\n", error.text());
  std::exit(3);
}

double least(const std::vector<double>& v) {
  return *std::min_element(v.begin(), v.end());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: prepare_bench FILE.kmt [core] [times]\n");
    return 2;
  }
  auto trace = traces::KmtReader::open(argv[1]);
  if (!trace) stop(trace.error());
  const auto cores = sim::parse_core_specs({argc > 2 ? argv[2] : "bsd386"});
  if (!cores) stop(cores.error());
  const int times = argc > 3 ? std::max(1, std::atoi(argv[3])) : 3;
  std::vector<double> plain, collected, taken;
  for (int i = 0; i < 2 * times; ++i) {
    auto timeline = sim::Timeline::open(trace->view(), cores.value()[0], {*sim::find_profile("x86-64"), 0, 0}, {}, {});
    if (!timeline) stop(timeline.error());
    sim::Collectors collectors(trace->view());
    if (i % 2 != 0) collectors.attach(*timeline);
    const double began = cpu_ms();
    if (const auto done = timeline->prepare(); !done) stop(done.error());
    (i % 2 != 0 ? collected : plain).push_back(cpu_ms() - began);
    if (i % 2 == 0) continue;
    const double over = cpu_ms();
    const sim::Prepared result = collectors.result(*timeline);
    taken.push_back(cpu_ms() - over);
    if (i == 1) {
      fmt::print("{} buckets of {} events, {} samples; kymograph {} x {}; {} lanes, {} sleeps; {} call sites\n",
                 result.course.buckets().size(), result.course.axis().width(), result.course.samples().size(),
                 result.kymograph.columns, result.kymograph.rows, result.lanes.lanes.size(), result.lanes.sleeps.size(),
                 result.sites.size());
    }
  }
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  fmt::print("prepare {:.0f} ms, with collectors {:.0f} ms: x {:.2f}; result {:.1f} ms; most memory {} MB\n",
             least(plain), least(collected), least(collected) / least(plain), least(taken), use.ru_maxrss / 1024);
}
