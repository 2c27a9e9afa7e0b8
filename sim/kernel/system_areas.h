// The ranges in which a storage reference error crashes the system: disjoint, in address order.
#pragma once

#include <algorithm>
#include <vector>

#include "core/base/addr.h"

namespace kmemlab::sim {

class SystemAreas {
 public:
  bool contains(Addr a) const {
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const AddrRange& r) { return r.contains(a); });
  }
  /// The range is one, or is none, whatever parts of it were before.
  void set(AddrRange range, bool system) {
    std::vector<AddrRange> kept;
    for (const AddrRange& r : ranges_) {
      const Addr from = std::max(r.base, range.base);
      const Addr to = std::min(r.end(), range.end());
      if (from >= to) {
        kept.push_back(r);
        continue;
      }
      if (r.base < from) kept.push_back({r.base, from - r.base});
      if (to < r.end()) kept.push_back({to, r.end() - to});
    }
    if (system) kept.push_back(range);
    std::sort(kept.begin(), kept.end(), [](const AddrRange& a, const AddrRange& b) { return a.base < b.base; });
    ranges_ = std::move(kept);
  }
  const std::vector<AddrRange>& ranges() const { return ranges_; }

 private:
  std::vector<AddrRange> ranges_;
};

}  // namespace kmemlab::sim
