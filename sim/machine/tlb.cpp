// The modelled TLB: see tlb.h.
#include "sim/machine/tlb.h"

#include <algorithm>
#include <utility>

namespace kmemlab::sim {

Tlb::Tlb(unsigned entries, unsigned ways)
    : ways_(ways), set_mask_(entries / ways - 1), tag_(entries, empty_tag), stamp_(entries, 0), pte_(entries) {
  if (entries != ways || ways < 8) return;
  wide_.present.assign(hashes, 0);
  wide_.empty = entries;
}

// No branch on a stamp, which the host could not predict. Only empty entries have equal stamps; which of those is
// filled cannot be told from outside.
Tlb::Slot Tlb::victim(std::uint64_t tag) {
  if (wide() && wide_.empty == 0) return wide_victim();
  const Slot first = first_of(tag);
  const std::uint64_t* stamp = stamp_.data();
  Slot best = first;
  std::uint64_t least = stamp[first];
  for (Slot s = first + 1; s < first + ways_; ++s) {
    const bool older = stamp[s] < least;
    least = older ? stamp[s] : least;
    best = older ? s : best;
  }
  return best;
}

Tlb::Slot Tlb::wide_victim() {
  WideSet& w = wide_;
  for (;;) {
    for (; w.next < w.queue.size(); ++w.next) {
      const WideSet::Waiting& candidate = w.queue[w.next];
      if (stamp_[candidate.slot] == candidate.stamp) return candidate.slot;
    }
    w.queue.clear();
    for (Slot s = 0; s < entries(); ++s) w.queue.push_back({stamp_[s], s});
    std::sort(w.queue.begin(), w.queue.end(), [](const auto& a, const auto& b) { return a.stamp < b.stamp; });
    w.next = 0;
  }
}

void Tlb::note_change(Slot s, std::uint64_t tag) {
  if (tag_[s] == empty_tag) {
    --wide_.empty;
  } else {
    --wide_.present[vpn_of(tag_[s]) % hashes];
  }
  if (tag == empty_tag) {
    ++wide_.empty;
  } else {
    ++wide_.present[vpn_of(tag) % hashes];
  }
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
