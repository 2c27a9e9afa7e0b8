// steady: a system in balance. Each step first frees the blocks whose time has come, then allocates one block.
//   sizes      bytes, a mix                                  default 16-128:70,129-1024:25,1025-4096:5
//   lifetimes  a mix, counted in later allocations           default 1-50:80,500-1500:15,5000:5
//   tasks      number of tasks that take turns at random     default 4
//   gap        ns between allocations                        default 1000
// A block with lifetime L is freed right before the L-th allocation after its own. So after every allocation at most
// max(lifetimes) blocks live, and, once that many allocations were made, on average mean(lifetimes) (Little's law).
// At the end all is freed: as many allocations as frees.
// What a reader should see: held memory settles; what an allocator still wastes then is its rounding and its caches,
// and the two parts do not grow with the length of the trace.
#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

Fallible<void> run_steady(Maker& make, const Values& values, std::uint64_t seed) {
  const Mix& sizes = values.mix("sizes");
  const Mix& lifetimes = values.mix("lifetimes");
  Random size_draws(seed, 0), life_draws(seed, 1), who(seed, 2);
  std::vector<Place> places;
  for (std::uint64_t i = 0; i < values.number("tasks"); ++i)
    places.push_back({make.task(static_cast<std::int32_t>(100 + i), "steady"), 0, Context::task});
  const What what{make.site("steady_alloc"), no_index, true};
  Deaths deaths;
  const auto place = [&]() -> const Place& { return places[who.below(places.size())]; };
  for (std::uint64_t now = 0; make.room(); ++now) {
    make.pass(values.number("gap"));
    while (deaths.due(now)) make.free(place(), deaths.take());
    const Slot slot = make.alloc(place(), sizes.draw(size_draws), what);
    deaths.add(now + lifetimes.draw(life_draws), slot);
  }
  make.note("states: at most " + std::to_string(lifetimes.most()) + " blocks live at a time, " +
            std::to_string(lifetimes.mean()) + " on average after as many allocations; found: at most " +
            std::to_string(make.peak_live()));
  while (!deaths.empty()) {
    make.pass(values.number("gap"));
    make.free(place(), deaths.take());
  }
  return {};
}

}  // namespace

Workload steady() {
  return {"steady",
          "a system in balance: sizes and lifetimes from given mixes",
          "held memory settles and does not grow with the length of the trace",
          100'000,
          {{"sizes", Kind::mix, "16-128:70,129-1024:25,1025-4096:5", 0, 1 << 30, "bytes"},
           {"lifetimes", Kind::mix, "1-50:80,500-1500:15,5000:5", 0, 10'000'000, "in later allocations"},
           {"tasks", Kind::number, "4", 1, 10'000, "tasks that take turns at random"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between allocations"}},
          run_steady};
}

}  // namespace kmemlab::traces::gen
