// firstfit: an adversary of first fit: blocks double in size from round to round, and what is freed before a round
// leaves no hole that the round's size fits into.
//   smallest  bytes of the blocks of round 0, a power of two    default 64
//   room      bytes that live at most, in whole blocks          default 512K
//   rounds    doublings                                         default 5
//   gap       ns between events                                 default 1000
// Round 0 allocates `room` bytes of `smallest`. Round i frees, of the blocks of each earlier round j, those whose
// number is no multiple of 2^(i - j), and allocates as many bytes in blocks of smallest * 2^i. One more block of the
// round's size, a plug, follows each round and stays until the end. Under first fit on one address range, without
// headers and with joined neighbours, survivors lie one new block apart from start to start, so every hole is smaller
// than the new size and each round's blocks go to the end: the range grows to more than room * (1 + rounds / 2), while
// `room` bytes and the plugs live, which are together less than twice the largest block.
// Cycles are repeated, all freed in between, while whole ones fit the events, at least one. At the end nothing lives.
// What a reader should see: held memory against live bytes. Allocators that give each size pages of its own fare as
// badly here, but for another reason: the survivors hold their pages.
#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

struct Block {
  Slot slot = no_slot;
  std::uint64_t number = 0;
};
using Round = std::vector<Block>;  // what is left of it, in order

std::uint64_t events_of(std::uint64_t blocks, std::uint64_t rounds) {
  std::uint64_t n = blocks + 1;
  for (std::uint64_t i = 1; i <= rounds; ++i) n += (blocks >> (i + 1)) + 1;
  return 2 * n;
}

class Adversary {
 public:
  Adversary(Maker& make, const Values& values)
      : make_(make),
        gap_(values.number("gap")),
        smallest_(values.number("smallest")),
        place_{make.task(100, "firstfit"), 0, Context::task},
        what_{make.site("firstfit_alloc"), no_index, true},
        plug_{make.site("firstfit_plug"), no_index, true} {}

  void cycle(std::uint64_t blocks, std::uint64_t rounds) {
    grow(0, blocks);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      std::uint64_t freed = 0;
      for (std::uint64_t j = 0; j < i; ++j) freed += thin(rounds_[j], std::uint64_t{1} << (i - j)) << j;
      grow(i, freed >> i);
    }
    for (Round& r : rounds_) thin(r, 0);
    rounds_.clear();
  }
  std::uint64_t extent() const { return extent_; }

 private:
  Slot alloc(std::uint64_t bytes, const What& what) {
    make_.pass(gap_);
    extent_ += bytes;
    return make_.alloc(place_, bytes, what);
  }
  void grow(std::uint64_t round, std::uint64_t blocks) {
    if (round == 0) extent_ = 0;
    rounds_.emplace_back();
    for (std::uint64_t n = 0; n < blocks; ++n) rounds_.back().push_back({alloc(smallest_ << round, what_), n});
    rounds_.back().push_back({alloc(smallest_ << round, plug_), 0});  // number 0 is a multiple of everything
  }
  /// Frees all but every `pitch`-th block (0: all) and says how many.
  std::uint64_t thin(Round& round, std::uint64_t pitch) {
    std::size_t left = 0;
    for (const Block& b : round) {
      if (pitch != 0 && b.number % pitch == 0) {
        round[left++] = b;
        continue;
      }
      make_.pass(gap_);
      make_.free(place_, b.slot);
    }
    const std::uint64_t freed = round.size() - left;
    round.resize(left);
    return freed;
  }

  Maker& make_;
  std::uint64_t gap_, smallest_, extent_ = 0;
  Place place_;
  What what_, plug_;
  std::vector<Round> rounds_;
};

Fallible<void> run_firstfit(Maker& make, const Values& values, std::uint64_t) {
  const std::uint64_t smallest = values.number("smallest"), rounds = values.number("rounds");
  if (!is_power_of_two(smallest)) return fail("smallest is no power of two", "expected as in smallest=64");
  const std::uint64_t largest = smallest << rounds;
  const std::uint64_t room = values.number("room") / (2 * largest) * (2 * largest), blocks = room / smallest;
  if (room == 0)
    return fail("room holds no two blocks of the last round",
                "expected room=" + std::to_string(2 * largest) + " or more");
  const std::uint64_t least = events_of(blocks, rounds);
  if (make.target() < least)
    return fail(std::to_string(make.target()) + " events have no room for one cycle",
                "expected at least " + std::to_string(least) + ", or less room");
  Adversary adversary(make, values);
  std::uint64_t cycles = 0;
  for (; make.made() + least <= make.target(); ++cycles) {
    adversary.cycle(blocks, rounds);
  }
  make.note("first fit without headers grows to " + std::to_string(adversary.extent()) + " bytes for " +
            std::to_string(room + 2 * largest - smallest) + " that live; cycles: " + std::to_string(cycles));
  return {};
}

}  // namespace

Workload firstfit() {
  return {"firstfit",
          "adversary of first fit: sizes double, and no hole fits the next size",
          "held memory grows by half of the live bytes with each doubling",
          100'000,
          {{"smallest", Kind::number, "64", 8, 65'536, "bytes of the first blocks, a power of two"},
           {"room", Kind::number, "512K", 64, 1ULL << 40, "bytes that live at most"},
           {"rounds", Kind::number, "5", 1, 12, "doublings"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"}},
          run_firstfit};
}

}  // namespace kmemlab::traces::gen
