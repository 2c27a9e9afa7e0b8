// mckusick-karels: the day of the paper. M. K. McKusick and M. J. Karels, "Design of a General Purpose Memory Allocator
// for the 4.3BSD UNIX Kernel" (USENIX, June 1988), table 1, counts what a kernel had asked for by size and by type:
// 3,778,280 requests. This workload makes them all, and leaves what the paper found in use.
//   length  seconds of the whole trace          default 86400
// With fewer events than the whole day has, requests keep their proportions (running sums rounded down), and what stays
// in use is bounded by them. Requests come in random order. --events must leave room for what stays in use.
//
// By the paper: sizes by bucket, requests, and blocks in use, by bucket. Types and buckets are given apart, but fit
// together: mbuf, socket, pcb, routetbl, fragtbl and zombie have together the 3,129,219 requests of the bucket 128;
// namei has 648,754 of the bucket 1024, and devbuf, ioctlops, superblk and temp together what is left, 307. The sums
// in use differ by one, 366 by bucket and 367 by type, within the bucket 128 (329 against 330). That is in the paper;
// the trace follows the buckets.
// Ours: call sites say the type where it is known, else "other"; sizes of range buckets are drawn evenly; blocks in use
// are allocated before all others of their row; the others live until a random later request of their type frees
// them, at most `high` at a time: what the type's high_use has room for beyond its blocks in use (2 for "other"). All
// is in task context, and ticks are evenly apart.
// What a reader should see: very few live bytes and very much traffic of two sizes: what counts is the time of a call,
// and whether an allocator gives pages back that it asks for again at once.
#include <algorithm>
#include <array>
#include <utility>

#include "traces/gen/herd.h"
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

struct Row {
  const char* type;
  std::uint64_t lo, hi;            // bytes
  std::uint64_t requests, in_use;  // blocks
  std::uint64_t high;              // blocks that live at a time, beyond those in use
};

// Of the bucket 128, in use is by type (330) but for one mbuf, so that it is the bucket's 329.
constexpr std::array<Row, 13> rows = {{{"mbuf", 128, 128, 3'099'066, 5, 131},
                                       {"socket", 128, 128, 1'275, 37, 11},
                                       {"pcb", 128, 128, 1'512, 55, 9},
                                       {"routetbl", 128, 128, 2'424, 229, 3},
                                       {"fragtbl", 128, 128, 404, 0, 8},
                                       {"zombie", 128, 128, 24'538, 3, 5},
                                       {"namei", 1024, 1024, 648'754, 0, 5},
                                       {"other", 512, 512, 16, 4, 2},
                                       {"other", 1024, 1024, 17, 17, 0},
                                       {"other", 2048, 2048, 13, 13, 0},
                                       {"other", 2049, 4096, 157, 0, 2},
                                       {"other", 4097, 8192, 103, 2, 2},
                                       {"other", 16385, 32768, 1, 1, 0}}};
constexpr std::uint64_t day_requests = 3'778'280, day_in_use = 366;

struct Load {
  const Row* row = nullptr;
  std::uint64_t left = 0, stay = 0;  // requests still to come; of these, how many stay in use
  Herd live;
  What what;
};

/// Requests of each row when the day has `requests` in all, in proportion.
std::array<Load, rows.size()> loads_of(std::uint64_t requests) {
  std::array<Load, rows.size()> loads;
  std::uint64_t sum = 0, before = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sum += rows[i].requests;
    const auto upto = static_cast<std::uint64_t>(u128{sum} * requests / day_requests);
    loads[i].row = &rows[i];
    loads[i].left = upto - std::exchange(before, upto);
    loads[i].stay = std::min(rows[i].in_use, loads[i].left);
  }
  return loads;
}

std::uint64_t staying(const std::array<Load, rows.size()>& loads) {
  std::uint64_t n = 0;
  for (const Load& l : loads) n += l.stay;
  return n;
}

Fallible<void> run_mckusick_karels(Maker& make, const Values& values, std::uint64_t seed) {
  Random picks(seed, 0), sizes(seed, 1), deaths(seed, 2);
  const Place place{make.task(100, "day"), 0, Context::task};
  std::uint64_t requests = std::min(day_requests, (make.target() + day_in_use) / 2);
  while (2 * requests - staying(loads_of(requests)) > make.target()) --requests;
  std::array<Load, rows.size()> loads = loads_of(requests);
  for (Load& l : loads) l.what = {make.site(l.row->type), no_index, true};
  const std::uint64_t stay = staying(loads), gap = values.number("length") * 1'000'000'000 / (2 * requests + 1);
  const auto free_one = [&](Load& l) {
    make.pass(gap);
    make.free(place, l.live.take(Order::random, deaths));
  };
  for (std::uint64_t left = requests; left > 0; --left) {
    std::uint64_t at = picks.below(left);
    std::size_t i = 0;
    while (at >= loads[i].left) at -= loads[i++].left;
    Load& l = loads[i];
    --l.left;
    const bool stays = l.stay > 0;
    l.stay -= stays;
    // On average one free a request, so that the number of live blocks wanders between none and the row's high.
    for (std::uint64_t n = deaths.below(2) + deaths.below(2); n > 0 && !l.live.empty() && !stays; --n) free_one(l);
    while (!stays && !l.live.empty() && l.live.size() >= l.row->high) free_one(l);
    make.pass(gap);
    const Slot slot = make.alloc(place, sizes.between(l.row->lo, l.row->hi), l.what);
    if (!stays) l.live.add(slot);
  }
  for (Load& l : loads) {
    while (!l.live.empty()) free_one(l);
  }
  make.note("requests: " + std::to_string(requests) + " of the paper's " + std::to_string(day_requests));
  make.note("in use at the end: " + std::to_string(stay) + "; the paper has " + std::to_string(day_in_use) +
            " by bucket and 367 by type");
  return {};
}

}  // namespace

Workload mckusick_karels() {
  return {"mckusick-karels",
          "the requests of the table of McKusick and Karels, 1988",
          "few live bytes, much traffic of two sizes",
          2 * day_requests - day_in_use,
          {{"length", Kind::number, "86400", 0, 1'000'000, "seconds of the whole trace"}},
          run_mckusick_karels};
}

}  // namespace kmemlab::traces::gen
