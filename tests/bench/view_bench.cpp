// CPU time of the front end's frames without a rasteriser: a scrub of 300 frames across a trace, each asking for
// another place, as somebody does who drags along the overview. Usage: view_bench [TRACE [CORE...]]; a trace of ten
// million events is made by `kmemlab convert RECORDING x.kmt --repeat N`. Prints one line.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/viz/null_ui.h"

using namespace kmemlab;

namespace {

// Of this thread alone: what a run's own thread computes is not the frame's.
double thread_milliseconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string trace = argc > 1 ? argv[1] : test::sample("ext4tree.dat");
  const std::vector<std::string> cores =
      argc > 2 ? std::vector<std::string>(argv + 2, argv + argc) : std::vector<std::string>{"bsd386"};
  constexpr std::uint64_t frames = 300;
  test::NullUi ui;
  ui.open(trace, cores);
  const std::uint64_t events = ui.app().events();
  if (events == 0) {
    fmt::print(stderr, "view_bench: '{}' cannot be opened\n", trace);
    return 1;
  }
  std::vector<double> times;
  std::uint64_t fresh = 0, shown = ~std::uint64_t{0};  // frames that had a new place to paint
  for (std::uint64_t i = 0; i < frames; ++i) {
    // There and back again over a tenth of the trace, so that near and far places are asked for.
    const std::uint64_t share = i < frames / 2 ? i : frames - i;
    ui.app().go({events / 2 + events / 10 * share / frames, 0});
    const double before = thread_milliseconds();
    ui.frame();
    times.push_back(thread_milliseconds() - before);
    const sim::Snapshot* now = ui.app().runs()[0]->now();
    if (now != nullptr && now->place.event != shown) shown = now->place.event, ++fresh;
    std::this_thread::sleep_for(std::chrono::milliseconds(16));  // the run's thread goes on meanwhile, as in a window
  }
  std::sort(times.begin(), times.end());
  fmt::print("view_bench: {} frames over {} events, {}: {} with a new place, ", frames, events, fmt::join(cores, "+"),
             fresh);
  fmt::print("p50 {:.2f} ms, p99 {:.2f} ms, max {:.2f} ms\n", times[frames / 2], times[frames * 99 / 100],
             times.back());
  return 0;
}
