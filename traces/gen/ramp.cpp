// ramp: one long climb and one long descent. The first half of the events allocates, the second half frees it all.
//   sizes  bytes, a mix                               default 16-256:80,257-4096:20
//   order  in which blocks are freed: oldest, newest, random   default random
//   gap    ns between events                          default 1000
// Peak: exactly events / 2 live blocks, after the first half. At the end nothing lives.
// What a reader should see: how held memory comes down. Page return shows with order=newest or oldest; with
// order=random a page is whole again only when its last block goes, late on the descent.
#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

Fallible<void> run_ramp(Maker& make, const Values& values, std::uint64_t seed) {
  Random size_draws(seed, 0), picks(seed, 1);
  const Place place{make.task(100, "ramp"), 0, Context::task};
  const What what{make.site("ramp_alloc"), no_index, true};
  Herd live;
  while (make.room()) {
    make.pass(values.number("gap"));
    live.add(make.alloc(place, values.mix("sizes").draw(size_draws), what));
  }
  make.note("peak: " + std::to_string(make.live()) + " blocks, " + std::to_string(make.live_bytes()) + " bytes");
  while (!live.empty()) {
    make.pass(values.number("gap"));
    make.free(place, live.take(values.order("order"), picks));
  }
  return {};
}

}  // namespace

Workload ramp() {
  return {"ramp",
          "one long climb, then everything is freed",
          "how held memory comes down: order=newest against order=random",
          100'000,
          {{"sizes", Kind::mix, "16-256:80,257-4096:20", 0, 1 << 30, "bytes"},
           {"order", Kind::order, "random", 0, 0, "of the frees: oldest, newest or random first"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"}},
          run_ramp};
}

}  // namespace kmemlab::traces::gen
