// checkerboard: the worst case for giving pages back. N blocks of one size are allocated one after the other, then all
// but every `stride`-th of them are freed, in order of allocation.
//   size    bytes of a block                                                    default 128
//   stride  one block of so many stays (2: every other one)                     default 2
//   refill  bytes of the blocks that then ask for what was freed, 0: none       default 0
//   gap     ns between events                                                   default 1000
// N is the greatest number that the events have room for; block i stays if i is a multiple of `stride`. With `refill`,
// as many blocks follow as the freed bytes would hold. What stays lives at the end: N / stride blocks, rounded up, and
// the refill.
// What a reader should see: an allocator that packs blocks of one size into pages holds them all, although only one
// block in `stride` lives, as long as `stride` blocks fit into one page; with refill=256 none of the freed room serves
// a larger request unless the allocator joins neighbours, which the checkerboard forbids.
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

struct Plan {
  std::uint64_t blocks = 0, stays = 0, refills = 0;
  std::uint64_t events() const { return blocks + (blocks - stays) + refills; }
};

Plan plan_of(std::uint64_t blocks, const Values& values) {
  Plan p;
  p.blocks = blocks;
  p.stays = div_ceil(blocks, values.number("stride"));
  const std::uint64_t refill = values.number("refill");
  p.refills = refill == 0 ? 0 : static_cast<std::uint64_t>(u128{blocks - p.stays} * values.number("size") / refill);
  return p;
}

Fallible<void> run_checkerboard(Maker& make, const Values& values, std::uint64_t) {
  std::uint64_t few = 0, many = make.target() + 1;  // plans of `few` blocks fit
  while (many - few > 1) {
    const std::uint64_t middle = few + (many - few) / 2;
    (plan_of(middle, values).events() <= make.target() ? few : many) = middle;
  }
  const Plan plan = plan_of(few, values);
  const std::uint64_t stride = values.number("stride");
  if (plan.blocks < stride)
    return fail(std::to_string(make.target()) + " events have no room for " + std::to_string(stride) + " blocks",
                "expected more events, or a smaller stride");
  const Place place{make.task(100, "checkerboard"), 0, Context::task};
  const What what{make.site("checkerboard_alloc"), no_index, true};
  const What again{make.site("checkerboard_refill"), no_index, true};
  const auto alloc = [&](std::uint64_t size, const What& w) {
    make.pass(values.number("gap"));
    return make.alloc(place, size, w);
  };
  // Nothing is freed on the way up, so slots are 0, 1, 2, ...
  for (std::uint64_t i = 0; i < plan.blocks; ++i) alloc(values.number("size"), what);
  for (std::uint64_t i = 0; i < plan.blocks; ++i) {
    if (i % stride == 0) continue;
    make.pass(values.number("gap"));
    make.free(place, static_cast<Slot>(i));
  }
  for (std::uint64_t i = 0; i < plan.refills; ++i) alloc(values.number("refill"), again);
  make.note("blocks: " + std::to_string(plan.blocks) + ", of which stay " + std::to_string(plan.stays) +
            ", refill: " + std::to_string(plan.refills));
  return {};
}

}  // namespace

Workload checkerboard() {
  return {"checkerboard",
          "every other block is freed: the worst case for giving pages back",
          "half of all blocks are free, and no page goes back",
          60'000,
          {{"size", Kind::number, "128", 1, 1 << 30, "bytes of a block"},
           {"stride", Kind::number, "2", 2, 1'000'000, "one block of so many stays"},
           {"refill", Kind::number, "0", 0, 1 << 30, "bytes of blocks that then ask for the freed room; 0: none"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"}},
          run_checkerboard};
}

}  // namespace kmemlab::traces::gen
