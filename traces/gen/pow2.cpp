// pow2: the adversary of power-of-two allocators. Every request is one byte above a power of two, so that rounding up
// to the next one nearly doubles it.
//   from  smallest power of two, bytes     default 16
//   to    largest power of two, bytes      default 8192
//   live  blocks that live at a time       default 2000
//   gap   ns between events                default 1000
// Sizes are drawn evenly from 2^k + 1; `from` and `to` must be powers of two. While `live` blocks live, one random
// block is freed before each request. At the end all is freed.
// What a reader should see: internal waste near one half of what is granted, where the notes of `gen` say how much an
// ideal power-of-two allocator would waste; allocators with finer classes or exact fit waste a small part of it.
#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

Fallible<void> run_pow2(Maker& make, const Values& values, std::uint64_t seed) {
  const std::uint64_t from = values.number("from"), to = values.number("to");
  if (!is_power_of_two(from) || !is_power_of_two(to) || from > to)
    return fail("from or to is no power of two, or from is above to", "expected powers of two, as in from=16 to=8192");
  Random size_draws(seed, 0), picks(seed, 1);
  const Place place{make.task(100, "pow2"), 0, Context::task};
  const What what{make.site("pow2_alloc"), no_index, true};
  const unsigned low = floor_log2(from), high = floor_log2(to);
  std::uint64_t requested = 0, rounded = 0;
  Herd live;
  const auto free_one = [&] {
    make.pass(values.number("gap"));
    make.free(place, live.take(Order::random, picks));
  };
  while (make.room()) {
    if (live.size() == values.number("live")) free_one();
    const std::uint64_t power = std::uint64_t{1} << size_draws.between(low, high);
    requested += power + 1;
    rounded += 2 * power;
    make.pass(values.number("gap"));
    live.add(make.alloc(place, power + 1, what));
  }
  while (!live.empty()) free_one();
  const auto wasted = static_cast<std::uint64_t>(u128{rounded - requested} * 1000 / (rounded == 0 ? 1 : rounded));
  make.note("rounded up to powers of two: " + std::to_string(rounded) + " bytes for " + std::to_string(requested) +
            " requested, " + std::to_string(wasted) + " permille wasted");
  return {};
}

}  // namespace

Workload pow2() {
  return {"pow2",
          "adversary of power-of-two allocators: sizes one byte above a power",
          "internal waste near one half of what is granted",
          100'000,
          {{"from", Kind::number, "16", 2, 1 << 20, "bytes, smallest power of two"},
           {"to", Kind::number, "8192", 2, 1 << 20, "bytes, largest power of two"},
           {"live", Kind::number, "2000", 1, 100'000'000, "blocks that live at a time"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"}},
          run_pow2};
}

}  // namespace kmemlab::traces::gen
