// How long it takes to stand at any event of a run (Timeline::at): random places, and then the neighbours of each.
// Prints the preparation, the checkpoints and their memory, and median, p99 and worst of the seeks, in milliseconds.
//   seek_bench FILE.kmt [seeks] [core] [budget MB]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/digest.h"
#include "sim/observe/timeline.h"
#include "sim/replay/replay.h"
#include "traces/kmt/reader.h"

using namespace kmemlab;

namespace {

class Times {
 public:
  template <class F>
  void take(F f) {
    const auto began = std::chrono::steady_clock::now();
    f();
    ms_.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
  }
  void print(const char* what) {
    std::sort(ms_.begin(), ms_.end());
    fmt::print("{:<28} median {:8.3f} ms   p99 {:8.3f} ms   worst {:8.3f} ms   ({} times)\n", what, ms_[ms_.size() / 2],
               ms_[ms_.size() * 99 / 100], ms_.back(), ms_.size());
  }

 private:
  std::vector<double> ms_;
};

[[noreturn]] void stop(const Error& error) {
  fmt::print(stderr, "seek_bench: {}\n", error.text());
  std::exit(3);
}

void stand_at(sim::Timeline& timeline, std::uint64_t event) {
  if (const auto here = timeline.at(event); !here) stop(here.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: seek_bench FILE.kmt [seeks] [core] [budget MB]\n");
    return 2;
  }
  auto trace = traces::KmtReader::open(argv[1]);
  if (!trace) stop(trace.error());
  const int seeks = argc > 2 ? std::max(1, std::atoi(argv[2])) : 1000;
  const auto cores = sim::parse_core_specs({argc > 3 ? argv[3] : "bsd386"});
  if (!cores) stop(cores.error());
  sim::TimelineOptions options;
  if (argc > 4) options.budget_bytes = static_cast<std::size_t>(std::max(1, std::atoi(argv[4]))) << 20;
  auto timeline = sim::Timeline::open(trace->view(), (*cores)[0], {*sim::find_profile("x86-64")}, {}, options);
  if (!timeline) stop(timeline.error());

  Times preparing;
  preparing.take([&] {
    if (auto done = timeline->prepare(); !done) stop(done.error());
  });
  preparing.print("preparing the whole run");
  fmt::print("{} events; {} checkpoints, one in {} events, {} MB\n", timeline->events(), timeline->checkpoints().size(),
             timeline->interval(), timeline->checkpoint_bytes() >> 20);

  Times random, forward, backward;
  std::uint64_t state = 1;
  for (int i = 0; i < seeks; ++i) {
    const std::uint64_t event = 2 + mix64(state++) % (timeline->events() - 3);
    random.take([&] { stand_at(*timeline, event); });
    forward.take([&] { stand_at(*timeline, event + 1); });
    backward.take([&] { stand_at(*timeline, event); });
    backward.take([&] { stand_at(*timeline, event - 1); });
  }
  random.print("a random event");
  forward.print("the next event");
  backward.print("the event before");
  Times again;
  again.take([&] {
    if (auto done = timeline->verify(); !done) stop(done.error());
  });
  again.print("all checkpoints again");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("every checkpoint's digest was reproduced; most memory: {} MB\n", usage.ru_maxrss >> 10);
  return 0;
}
