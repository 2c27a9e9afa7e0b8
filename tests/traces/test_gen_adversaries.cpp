// The adversaries against ideal versions of what they are made for: powers of two, and first fit on one range without
// headers.
#include <algorithm>
#include <iterator>
#include <map>

#include "core/base/ints.h"
#include "tests/traces/gen_kit.h"

namespace kmemlab::traces::gen {

namespace {

/// First fit, lowest address first, neighbours joined; the range grows at its end.
class FirstFit {
 public:
  std::uint64_t alloc(std::uint64_t size) {
    for (auto& [at, bytes] : holes_) {
      if (bytes < size) continue;
      const std::uint64_t address = at, rest = bytes - size;
      holes_.erase(address);
      if (rest != 0) holes_[address + size] = rest;
      ++reused_;
      return address;
    }
    end_ += size;
    return end_ - size;
  }
  void free(std::uint64_t at, std::uint64_t size) {
    auto next = holes_.lower_bound(at);
    if (next != holes_.end() && next->first == at + size) {
      size += next->second;
      next = holes_.erase(next);
    }
    if (next != holes_.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == at) at = before->first, size += before->second, holes_.erase(before);
    }
    if (at + size == end_) {
      end_ = at;
    } else {
      holes_[at] = size;
    }
  }
  std::uint64_t end() const { return end_; }
  std::uint64_t reused() const { return reused_; }
  std::uint64_t largest_hole() const {
    std::uint64_t most = 0;
    for (const auto& [at, bytes] : holes_) most = std::max(most, bytes);
    return most;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> holes_;
  std::uint64_t end_ = 0, reused_ = 0;
};

}  // namespace

TEST_CASE("firstfit: no hole ever fits, and the range grows by half of room with each doubling", "[gen]") {
  for (const std::uint64_t rounds : {1, 3, 5}) {
    const std::uint64_t room = 16'384;
    const Made made = make("firstfit", {1, 2000, {"smallest=64", "room=16K", "rounds=" + std::to_string(rounds)}});
    FirstFit heap;
    struct Block {
      std::uint64_t at = 0, size = 0;
    };
    std::vector<Block> blocks;
    std::uint64_t most = 0, live = 0, live_most = 0, wrong = 0, largest_request = 0;
    for (const Event& e : made.events) {
      if (blocks.size() <= e.slot) blocks.resize(e.slot + 1);
      Block& b = blocks[e.slot];
      if (e.op == Op::alloc) {
        wrong += heap.largest_hole() >= e.requested;
        largest_request = std::max(largest_request, e.requested);
        b = {heap.alloc(e.requested), e.requested};
        live += e.requested;
        live_most = std::max(live_most, live);
      } else {
        heap.free(b.at, b.size);
        live -= b.size;
      }
      most = std::max(most, heap.end());
    }
    CHECK(wrong == 0);
    CHECK(heap.reused() == 0);
    CHECK(heap.end() == 0);
    CHECK(largest_request == 64u << rounds);
    CHECK(live_most < room + (128u << rounds));
    CHECK(most > room + room * rounds / 2);
  }
}

TEST_CASE("pow2: rounding to powers of two wastes nearly half", "[gen]") {
  const Made made = make("pow2", {1, 20'000, {"from=64", "to=4096", "live=100"}});
  std::uint64_t requested = 0, rounded = 0, wrong = 0;
  for (const Event& e : made.events) {
    if (e.op != Op::alloc) continue;
    wrong += !is_power_of_two(e.requested - 1) || e.requested < 65 || e.requested > 4097;
    requested += e.requested;
    rounded += std::uint64_t{1} << ceil_log2(e.requested);
  }
  CHECK(wrong == 0);
  CHECK(rounded - requested > rounded * 49 / 100);
  CHECK(made.with.totals.peak_blocks == 100);
  CHECK(made.with.totals.live_at_end == 0);
  CHECK(made.with.notes.at(0).find(std::to_string(rounded) + " bytes for " + std::to_string(requested)) !=
        std::string::npos);
}

}  // namespace kmemlab::traces::gen
