// How fast a replay is, beside what bounds it: the same file only decoded. Prints rates of slab events and their ratio,
// the median of several rounds taken in turn, so that a machine whose speed drifts does not decide.
//   replay_bench FILE.kmt [rounds] [core]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sim/observe/ledger.h"
#include "sim/replay/replay.h"

using namespace kmemlab;

namespace {

double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: replay_bench FILE.kmt [rounds] [core]\n");
    return 2;
  }
  auto trace = traces::KmtReader::open(argv[1]);
  if (!trace) {
    fmt::print(stderr, "replay_bench: {}\n", trace.error().text());
    return 3;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const auto cores = sim::parse_core_specs({argc > 3 ? argv[3] : "bsd386"});
  if (!cores) {
    fmt::print(stderr, "replay_bench: {}\n", cores.error().text());
    return 2;
  }
  const auto slab = static_cast<double>(trace->facts().slab_events);
  std::vector<double> decode;
  std::vector<double> replay;
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    decode.push_back(seconds_of([&] {
      const auto done = trace->for_each_block(traces::replay_columns, [&](const traces::EventBlock& b) {
        sum += b.id[0] + b.tick[b.events - 1] + b.slot[b.events / 2];
      });
      if (!done) fmt::print(stderr, "replay_bench: {}\n", done.error().text());
    }));
    replay.push_back(seconds_of([&] {
      sim::Ledger ledger;
      const sim::MachineSpec machine{*sim::find_profile("x86-64"), 0, 0};
      auto facts = sim::replay(*trace, cores.value()[0], machine, {}, ledger, [](std::uint64_t) {});
      if (!facts) {
        fmt::print(stderr, "replay_bench: {}\n", facts.error().text());
      } else {
        sum += ledger.finish(*facts).digest;
      }
    }));
  }
  fmt::print("{} slab events of {}, {} rounds, check {:016x}\n", trace->facts().slab_events, trace->events(), rounds,
             sum);
  fmt::print("decode only  {:7.1f} M slab events/s (best {:.1f})\n", slab / median(decode) / 1e6,
             slab / *std::min_element(decode.begin(), decode.end()) / 1e6);
  fmt::print("replay {:<6} {:6.1f} M slab events/s (best {:.1f}); decoding is {:.1f} % of it\n", cores.value()[0].name,
             slab / median(replay) / 1e6, slab / *std::min_element(replay.begin(), replay.end()) / 1e6,
             100 * median(decode) / median(replay));
  return 0;
}
