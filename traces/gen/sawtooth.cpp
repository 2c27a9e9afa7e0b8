// sawtooth: load that climbs and falls again and again.
//   sizes  bytes, a mix                                        default 16-256:80,257-4096:20
//   high   live blocks at the top of a tooth                   default 5000
//   low    live blocks at the bottom, below high               default 500
//   order  in which blocks are freed: oldest, newest, random   default random
//   gap    ns between events                                   default 1000
//   rest   ns at each top and each bottom                      default 1000000
// Climbs to `high`, falls to `low`, for as many whole teeth as the events have room for, at least one; then all is
// freed. Live blocks are never above `high` and, between the first top and the last bottom, never below `low`.
// What a reader should see: whether the second tooth is served from what the first one left (caches), and how much of
// the top is still held at the bottom.
#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

Fallible<void> run_sawtooth(Maker& make, const Values& values, std::uint64_t seed) {
  const std::uint64_t high = values.number("high"), low = values.number("low");
  if (low >= high) return fail("low is not below high", "expected low < high");
  if (make.target() < 2 * high)
    return fail(std::to_string(make.target()) + " events have no room for one tooth",
                "expected at least twice high: " + std::to_string(2 * high));
  Random size_draws(seed, 0), picks(seed, 1);
  const Place place{make.task(100, "sawtooth"), 0, Context::task};
  const What what{make.site("sawtooth_alloc"), no_index, true};
  Herd live;
  const auto fall_to = [&](std::uint64_t level) {
    while (live.size() > level) {
      make.pass(values.number("gap"));
      make.free(place, live.take(values.order("order"), picks));
    }
    make.pass(values.number("rest"));
  };
  std::uint64_t teeth = 0;
  for (; make.room(high - live.size()); ++teeth) {
    while (live.size() < high) {
      make.pass(values.number("gap"));
      live.add(make.alloc(place, values.mix("sizes").draw(size_draws), what));
    }
    make.pass(values.number("rest"));
    fall_to(low);
  }
  fall_to(0);
  make.note("teeth: " + std::to_string(teeth));
  return {};
}

}  // namespace

Workload sawtooth() {
  return {"sawtooth",
          "load that climbs and falls again and again",
          "what of the top is still held at the bottom, and whether the next tooth is served from it",
          100'000,
          {{"sizes", Kind::mix, "16-256:80,257-4096:20", 0, 1 << 30, "bytes"},
           {"high", Kind::number, "5000", 1, 100'000'000, "live blocks at the top"},
           {"low", Kind::number, "500", 0, 100'000'000, "live blocks at the bottom"},
           {"order", Kind::order, "random", 0, 0, "of the frees: oldest, newest or random first"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"},
           {"rest", Kind::number, "1000000", 0, 1'000'000'000'000, "ns at each top and bottom"}},
          run_sawtooth};
}

}  // namespace kmemlab::traces::gen
