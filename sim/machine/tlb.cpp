// The modelled TLB: see tlb.h.
#include "sim/machine/tlb.h"

#include <algorithm>
#include <utility>

namespace kmemlab::sim {

Tlb::Tlb(unsigned entries, unsigned ways)
    : ways_(ways), set_mask_(entries / ways - 1), tag_(entries, empty_tag), stamp_(entries, 0), pte_(entries) {}

namespace {

struct Oldest {
  std::uint64_t stamp;
  Tlb::Slot slot;
};

// Without a branch, which the host could not predict.
Oldest older_of(Oldest a, Oldest b) {
  const bool second = b.stamp < a.stamp;
  return {second ? b.stamp : a.stamp, second ? b.slot : a.slot};
}

}  // namespace

// Wide sets are searched in four strands that do not wait for each other. Only empty entries have equal stamps; which of
// them is filled cannot be told from outside.
Tlb::Slot Tlb::victim(std::uint64_t tag) const {
  const Slot first = first_of(tag);
  const Slot end = first + ways_;
  const std::uint64_t* stamp = stamp_.data();
  Oldest best{stamp[first], first};
  Slot s = first + 1;
  if (ways_ >= 8) {
    Oldest strand[4] = {best, best, best, best};
    for (s = first; s + 4 <= end; s += 4) {
      for (Slot k = 0; k < 4; ++k) strand[k] = older_of(strand[k], {stamp[s + k], s + k});
    }
    best = older_of(older_of(strand[0], strand[1]), older_of(strand[2], strand[3]));
  }
  for (; s < end; ++s) best = older_of(best, {stamp[s], s});
  return best.slot;
}

// Eight at a time: one branch for eight comparisons.
Tlb::Slot Tlb::find_wide(std::uint64_t tag, Slot s, Slot end) const {
  const std::uint64_t* t = tag_.data();
  for (; s + 8 <= end; s += 8) {
    bool here = false;
    for (Slot k = 0; k < 8; ++k) here |= t[s + k] == tag;
    if (here) break;
  }
  for (; s < end; ++s) {
    if (t[s] == tag) return s;
  }
  return none;
}

void Tlb::digest_into(Digest& d) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> set;  // stamp, tag
  for (Slot first = 0; first < entries(); first += ways_) {
    set.clear();
    for (Slot s = first; s < first + ways_; ++s) {
      if (tag_[s] != empty_tag) set.emplace_back(stamp_[s], tag_[s]);
    }
    std::sort(set.begin(), set.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    d.add(set.size());
    for (const auto& entry : set) d.add(entry.second);
  }
}

}  // namespace kmemlab::sim
