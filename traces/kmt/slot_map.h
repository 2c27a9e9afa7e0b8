// One T for each slot, while a trace goes by. Memory follows the slots in use; slots far above the number of events
// seen (no importer makes them) go to a map, so that none of them costs gigabytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traces/event.h"

namespace kmemlab::traces::kmt {

template <class T>
class SlotMap {
 public:
  /// `events`: how many were seen so far. A slot that was never asked for holds a T{}.
  T& at(Slot slot, std::uint64_t events) {
    if (slot < dense_.size()) return dense_[slot];
    if (slot >= events + 4096) return sparse_[slot];
    dense_.resize(std::max<std::size_t>(slot + std::size_t{1}, dense_.size() * 2));
    for (auto it = sparse_.begin(); it != sparse_.end();) {  // order does not matter: each goes to its own place
      if (it->first >= dense_.size()) {
        ++it;
        continue;
      }
      dense_[it->first] = it->second;
      it = sparse_.erase(it);
    }
    return dense_[slot];
  }

  /// f(const T&) for each slot, in no order that anything may depend on.
  template <class F>
  void for_each(F f) const {
    for (const T& t : dense_) f(t);
    for (const auto& [slot, t] : sparse_) f(t);
  }

 private:
  std::vector<T> dense_;
  std::unordered_map<Slot, T> sparse_;
};

}  // namespace kmemlab::traces::kmt
